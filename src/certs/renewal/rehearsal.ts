import type { AcmeOptions } from "../options.ts";
import type { Failures } from "./back-off.ts";
import type { Ordered } from "./renewal-memory.ts";
import { namesOf, sameNames } from "./wish.ts";

/** What decides whether an order is rehearsed. */
export interface RehearsalInputs {
  readonly options: Pick<AcmeOptions, "domains" | "challenge" | "rehearse">;
  /** What the certificate in use was ordered for. */
  readonly ordered: Ordered | null;
  /** What was rehearsed with success last. */
  readonly rehearsed: string | null;
  /** Of the authority that would be asked. */
  readonly failures: Failures | null;
  /** Of the rehearsal itself. */
  readonly rehearsal: Failures | null;
  /** Nothing is served, or soon nothing will be. */
  readonly urgent: boolean;
}

/** Failures of validation in a row after which the next order is rehearsed again. */
export const REPEATED = 2;

/** What a rehearsal shows, as text to compare. */
export function rehearsalKey(options: RehearsalInputs["options"]): string {
  return [options.rehearse ?? "", options.challenge, ...namesOf(options)].join(" ");
}

/** Is the order rehearsed first? For a set of names that has never been ordered, and after repeated failures of validation. A rehearsal that cannot take place says nothing of our names and does not stand in the way for long. */
export function needsRehearsal({ options, ordered, rehearsed, failures, rehearsal, urgent }: RehearsalInputs): boolean {
  if (options.rehearse === undefined || rehearsed === rehearsalKey(options)) return false;
  if (cannotTakePlace(rehearsal) && (rehearsal?.count ?? 0) >= (urgent ? 1 : 2)) return false;
  if (failures?.kind === "validation" && failures.count >= REPEATED) return true;
  return ordered === null || !sameNames(ordered.names, namesOf(options));
}

function cannotTakePlace(rehearsal: Failures | null): boolean {
  return rehearsal?.kind === "unreachable" || rehearsal?.kind === "server" || rehearsal?.kind === "rate-limited";
}
