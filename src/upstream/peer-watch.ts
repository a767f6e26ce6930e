import type { X509Certificate } from "node:crypto";
import { TLSSocket } from "node:tls";
import type { Clock } from "../base/clock.ts";

/** Told of the certificates that an endpoint showed at a handshake and that were found good, its own first. */
export type PeerSeen = (url: string, chain: readonly X509Certificate[]) => void;

/** Looks at a socket that has just been opened to an endpoint. */
export type PeerWatch = (url: string, socket: unknown) => void;

/** Reading a certificate costs as much as a small request: once in so long is enough for each endpoint. */
const EVERY_MS = 60_000;
const MOST_ENDPOINTS = 10_000;
const LONGEST_CHAIN = 10;

/** Makes a watch that looks at an endpoint at most once a minute. A resumed session shows what was shown before, and does not count. */
export function createPeerWatch(clock: Clock, seen: PeerSeen): PeerWatch {
  const next = new Map<string, number>();
  return (url, socket) => {
    if (!(socket instanceof TLSSocket) || clock.now() < (next.get(url) ?? 0) || socket.isSessionReused()) return;
    const chain = chainOf(socket);
    if (chain.length === 0) return;
    if (next.size >= MOST_ENDPOINTS) next.clear();
    next.set(url, clock.now() + EVERY_MS);
    seen(url, chain);
  };
}

function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let one = socket.getPeerX509Certificate();
  while (one !== undefined && chain.length < LONGEST_CHAIN && !chain.includes(one)) {
    chain.push(one);
    one = one.issuerCertificate;
  }
  return chain;
}
