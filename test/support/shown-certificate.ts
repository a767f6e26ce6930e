import { createHash } from "node:crypto";
import { connect } from "node:tls";

/** A handshake that takes longer has failed, in ms. */
const BOUND_MS = 5000;

/** SHA-256 (hexadecimal) of the certificate that a server shows for a name; why there was no handshake otherwise, such as ECONNRESET. `own` is the client's. */
export function shownFor(port: number, servername: string, own: { readonly cert?: string; readonly key?: string } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, servername, rejectUnauthorized: false, ...own });
    const done = (what: string): void => {
      resolve(what);
      socket.destroy();
    };
    socket.setTimeout(BOUND_MS, () => done("late"));
    socket.once("error", (fault) => done((fault as { code?: string }).code ?? "error"));
    socket.once("close", () => done("closed"));
    socket.once("secureConnect", () => done(createHash("sha256").update(socket.getPeerCertificate().raw).digest("hex")));
  });
}

/** Is it the hash of a certificate, and no refusal? */
export function isShown(what: string): boolean {
  return /^[0-9a-f]{64}$/.test(what);
}
