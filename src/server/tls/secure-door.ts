import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Clock } from "../../base/clock.ts";
import type { ClientRefusal } from "../../observe/tls-recorders.ts";
import { clientRefusal } from "./client-refusal.ts";
import { chainBehind, dismissUnwelcome, judge } from "./client-standing.ts";
import type { TlsMaterial } from "./material.ts";
import { peerOf } from "./handshake-peer.ts";
import { handshakeFailure, type HandshakeFailure } from "./handshake-failure.ts";
import type { TlsShow } from "./show.ts";

/** Who counts handshakes. */
export interface HandshakeWatch {
  /** One has succeeded; `version` as OpenSSL calls it. */
  finished(listener: string, version: string, resumed: boolean): void;
  /** One has failed, or come to nothing, for the client's certificate. */
  clientRefused(listener: string, reason: ClientRefusal, address: string, shown: ShownByClient | null): void;
}

/** What a refused client's certificate says of itself. */
export interface ShownByClient {
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal. */
  readonly serial: string;
}

/** What belongs to a listener that speaks TLS. */
export interface SecureDoor {
  readonly show: TlsShow;
  /** A handshake has succeeded, and the connection is tracked. */
  opened(socket: TLSSocket): void;
  /** One has failed; gives why. */
  failed(error: Error & { readonly code?: string }, socket: TLSSocket): HandshakeFailure;
  /** Makes other material ready, and gives what takes it into use; connections of clients that would not be let in any more end then, after what is under way. Throws where it is broken. */
  prepare(material: TlsMaterial): () => void;
}

/** Characters of a name that are told. */
const MOST_SHOWN = 200;

/** Makes the door of a listener; a handshake lasts no longer than its bound on heads. */
export function secureDoor(show: TlsShow, { name, timeouts }: { readonly name: string; readonly timeouts: { readonly head: number } }, clock: Clock, watch?: HandshakeWatch): SecureDoor {
  const sockets = new Set<TLSSocket>();
  let demandedAnewAt = -Infinity;
  return {
    show,
    opened(socket) {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      watch?.finished(name, socket.getProtocol() ?? "", socket.isSessionReused());
      // A handshake that was under way when something else came to be demanded was judged by what was before.
      const { clients } = show.material();
      if (clients !== null && clock.now() - demandedAnewAt <= timeouts.head) judge(socket, clients);
    },
    failed(error, socket) {
      const { address, hasShown, certificate } = peerOf(socket);
      const { clients } = show.material();
      const isStranger = certificate !== null && clients !== null && !clients.stillWelcome(chainBehind(certificate));
      const reason = clientRefusal(error, socket.authorizationError, isStranger);
      if (reason === null) return handshakeFailure(error, hasShown);
      watch?.clientRefused(name, reason, address, certificate === null ? null : shownBy(certificate));
      return "client-certificate";
    },
    prepare(material) {
      const swap = show.prepare(material);
      return () => {
        if (!swap()) return;
        demandedAnewAt = clock.now();
        dismissUnwelcome(sockets, material.clients, clock);
      };
    },
  };
}

/** Names come as a line an attribute; the client chose what stands in them, however long it is. */
function shownBy({ subject, issuer, serialNumber }: X509Certificate): ShownByClient {
  const text = (name: string | undefined): string => (name ?? "").split("\n").join(", ").slice(0, MOST_SHOWN);
  return { subject: text(subject), issuer: text(issuer), serial: serialNumber.toLowerCase() };
}
