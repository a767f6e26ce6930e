import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** A fatal alert that says that a name is not known here (unrecognized_name, RFC 6066 section 3), as a record of its own: nothing is encrypted yet. */
export const UNRECOGNIZED_NAME = Buffer.of(21, 3, 3, 0, 2, 2, 112);

/** The code of the error that such a handshake ends with. */
export const NO_CERTIFICATE_FOR_NAME = "ERR_NO_CERTIFICATE_FOR_NAME";

/**
 * Tells a client in the middle of its handshake that there is no certificate for the name it asked for, and gives the
 * error to end the handshake with. node would end the connection without a word, which clients take for a broken network.
 */
export function refuseName(socket: TLSSocket): Error {
  // oxlint-disable-next-line no-underscore-dangle -- node has no other name for what lies beneath
  const beneath = (socket as { _parent?: Socket })._parent;
  if (beneath !== undefined && !beneath.destroyed) beneath.write(UNRECOGNIZED_NAME);
  return Object.assign(new Error("no certificate for the name that was asked for"), { code: NO_CERTIFICATE_FOR_NAME });
}
