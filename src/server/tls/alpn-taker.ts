import type { Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import type { Clock } from "../../base/clock.ts";
import type { KeyPair } from "../../certs/key-pair.ts";
import { awaitHello } from "./first-bytes.ts";

/** Certificates that are shown to authorities (tls-alpn-01, RFC 8737). */
export interface AlpnAnswers {
  /** Is there one? Asked for every connection. */
  readonly alpnPending: () => boolean;
  /** The one for this name; null: none. */
  readonly alpnPair: (host: string) => KeyPair | null;
}

/** What surrounds one connection. */
export interface AlpnEntry {
  readonly alpn: AlpnAnswers;
  readonly clock: Clock;
  /** Bound in time on the greeting, and on the handshake with an authority, ms. */
  readonly within: number;
  /** Takes a connection that is somebody else's, with all its bytes. */
  readonly others: (socket: Socket) => void;
  /** No greeting came in time. */
  readonly late: (socket: Socket) => void;
}

/** The only protocol that an authority offers when it validates (section 4). */
const ACME_TLS = "acme-tls/1";

/** Takes a connection while something is to be shown: an authority's handshake is ended here, all others go on as usual. */
export function takeByAlpn(socket: Socket, { alpn, clock, within, others, late }: AlpnEntry): void {
  const lateOne = (): void => {
    late(socket);
    socket.destroy();
  };
  awaitHello(socket, {
    within,
    clock,
    late: lateOne,
    greeted(hello) {
      const isAuthority = hello?.protocols.length === 1 && hello.protocols[0] === ACME_TLS;
      const pair = isAuthority ? alpn.alpnPair(hello.serverName) : null;
      if (pair === null) others(socket);
      else show(socket, pair, clock, within);
    },
  });
}

/** The handshake is all there is: no data is exchanged (section 4). */
function show(socket: Socket, pair: KeyPair, clock: Clock, within: number): void {
  const secureContext = createSecureContext({ ...pair, minVersion: "TLSv1.2" });
  const shown = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: [ACME_TLS] });
  const timer = clock.after(within, () => socket.destroy(), true);
  shown.once("secure", () => {
    // Bytes that still come are read and dropped, for a connection closed on unread ones is reset, perhaps before the authority has seen the end of the handshake.
    shown.resume();
    shown.end();
  });
  shown.on("error", () => socket.destroy());
  socket.once("close", () => timer.cancel());
}
