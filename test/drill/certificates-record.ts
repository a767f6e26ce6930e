import type { CertificatesPlan } from "./certificates-plan.ts";
import type { Visit } from "./tls-visits.ts";

/** A request on the connection that is kept. */
export interface KeptRequest {
  /** Ms from the begin of the load. */
  readonly at: number;
  /** Null: answered with 200. */
  readonly fault: string | null;
}

/** What the authority was put through, each with an order under way; null: there was none, and nothing was done. Times in ms from the begin of the load. */
export interface AuthorityTrouble {
  readonly away: { readonly from: number; readonly to: number } | null;
  /** When it forgot everything. */
  readonly forgot: number | null;
}

/** Everything that a drill of certificates saw. */
export interface CertificatesRecord {
  readonly plan: CertificatesPlan;
  /** Ms from the start of Taxgate until every name had a certificate; null: it took too long, and nothing more was done. */
  readonly first: number | null;
  readonly visits: readonly Visit[];
  readonly kept: readonly KeptRequest[];
  /** Connections that its requests took. */
  readonly connections: number;
  readonly trouble: AuthorityTrouble;
  /** What Taxgate said of certificates, for a look when something fails; the newest last. */
  readonly said: readonly string[];
}
