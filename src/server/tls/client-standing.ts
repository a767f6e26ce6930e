import type { X509Certificate } from "node:crypto";
import type { DetailedPeerCertificate, TLSSocket } from "node:tls";
import type { Clock } from "../../base/clock.ts";
import { connectionOf, dismiss } from "../client-connection.ts";
import type { ClientDemands } from "./material.ts";

/** Connections that are looked at in one go: reading a chain takes a while, and others wait. */
const AT_ONCE = 50;
/** Certificates of a chain that are looked at. */
const LONGEST_CHAIN = 10;

/** Ends the connections of clients that would not be let in any more, each after what is under way on it. */
export function dismissUnwelcome(sockets: Iterable<TLSSocket>, demands: ClientDemands | null, clock: Clock): void {
  if (demands === null) return;
  const left = [...sockets];
  const look = (): void => {
    for (const socket of left.splice(0, AT_ONCE)) judge(socket, demands);
    if (left.length > 0) clock.after(0, look, true);
  };
  look();
}

/** The same for one connection; true where it may go on. */
export function judge(socket: TLSSocket, demands: ClientDemands): boolean {
  if (socket.destroyed || demands.stillWelcome(chainOf(socket))) return true;
  const connection = connectionOf(socket);
  if (connection !== null) dismiss(connection);
  return false;
}

/** A certificate and what its client sent behind it, DER. */
export function chainBehind(certificate: X509Certificate): Uint8Array[] {
  const chain: Uint8Array[] = [];
  for (let next: X509Certificate | undefined = certificate; next !== undefined && chain.length < LONGEST_CHAIN; next = next.issuerCertificate) chain.push(next.raw);
  return chain;
}

function chainOf(socket: TLSSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < LONGEST_CHAIN) {
    chain.push(next.raw);
    // A root names itself as its issuer.
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return chain;
}
