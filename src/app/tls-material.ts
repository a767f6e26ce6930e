import { readClientDemands, type ReadDemands } from "../certs/client-demands.ts";
import type { CertificateTable } from "../certs/certs.ts";
import { responderAsker } from "../certs/ocsp/ask-responder.ts";
import { createStapler, type Stapler } from "../certs/ocsp/stapler.ts";
import { systemRandom } from "../base/random.ts";
import type { Surroundings } from "../pipeline/generation.ts";
import type { ListenerOptions } from "../server/options.ts";
import type { TlsMaterial } from "../server/tls/material.ts";

/** Reads what a listener demands of its clients; null: nothing. Throws an OperatorError where one of its files is broken. */
export function readDemands({ name, tls }: ListenerOptions, { clock, log }: Surroundings): ReadDemands | null {
  const clients = tls === undefined ? null : readClientDemands(tls, clock.wall());
  for (const { kind, authority, why } of clients?.gaps ?? []) log.warn("revocation lists leave a gap", { listener: name, kind, authority, why });
  return clients;
}

/** What a listener shows and asks for, from its options; null: it speaks no TLS. */
export function tlsMaterialOf({ mode, tls, intercept }: ListenerOptions, table: CertificateTable, clients: ReadDemands | null, staples: Stapler): TlsMaterial | null {
  if (tls === undefined && intercept === undefined && mode !== "forward-proxy") return null;
  const certificates = (tls?.certificates ?? []).map((one) => table.shown(one) ?? NOTHING);
  const mint = intercept === undefined ? null : table.mint(intercept.authority);
  return { certificates, interception: intercept === undefined || mint === null ? null : { hosts: intercept.hosts, mint }, clients, staple: staples.staple };
}

const NOTHING = { names: [], pair: null };

/** Asks the responders that certificates name, and tells what came of it. */
export function stapling({ clock, log }: Surroundings): Stapler {
  return createStapler({
    clock,
    random: systemRandom,
    ask: responderAsker(clock),
    told({ kind, certificate, detail }) {
      if (kind === "revoked") log.error("certificate is revoked, says its authority: clients will refuse it", { certificate, responder: detail });
      else if (kind === "failed") log.warn("asking an OCSP responder failed", { certificate, detail });
      else log.info("OCSP response taken in", { certificate, responder: detail });
    },
  });
}
