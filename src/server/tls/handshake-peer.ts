import type { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";

/** Who is at the other end of a handshake, as far as it is known. */
export interface HandshakePeer {
  readonly address: string;
  /** We have said something in this handshake. */
  readonly hasShown: boolean;
  /** The client's certificate, others that it sent behind it; null: none was seen. */
  readonly certificate: X509Certificate | null;
}

/** On the sockets themselves: one is made for every connection, and a table beside them would have to be cleared. */
const ARRIVAL = Symbol("arrival");
const CERTIFICATE = Symbol("certificate");

interface Arrived {
  [ARRIVAL]?: { readonly address: string; readonly written: number };
}

interface Handshaking {
  /** What the handshake runs over. node keeps it there, and tells of a failed handshake only once its address is gone. */
  readonly _parent?: Socket & Arrived;
  [CERTIFICATE]?: X509Certificate | undefined;
}

/** Remembers where a connection comes from; in a tunnel bytes have gone out before. */
export function rememberArrival(socket: Socket): void {
  (socket as Arrived)[ARRIVAL] = { address: socket.remoteAddress ?? "", written: socket.bytesWritten };
}

/** Remembers what the client shows: node closes a refused connection before it tells. To be called while the handshake is under way. */
export function rememberCertificate(socket: TLSSocket): void {
  // In front of node's own listener, which judges.
  socket.prependOnceListener("secure", () => ((socket as Handshaking)[CERTIFICATE] = socket.getPeerX509Certificate()));
}

/** What was remembered. */
export function peerOf(socket: TLSSocket): HandshakePeer {
  // oxlint-disable-next-line no-underscore-dangle -- node has no other name for what lies beneath
  const { _parent: below, [CERTIFICATE]: certificate } = socket as Handshaking;
  const arrival = below?.[ARRIVAL];
  return { address: arrival?.address ?? socket.remoteAddress ?? "", hasShown: below !== undefined && arrival !== undefined && below.bytesWritten > arrival.written, certificate: certificate ?? null };
}
