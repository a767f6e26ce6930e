import type { Failures } from "./back-off.ts";

/** An authority, as the choice sees it. */
export interface Candidate {
  readonly failures: Failures | null;
  /** Ms until it may be asked again; 0: now. */
  readonly wait: number;
}

/** Which authority is asked next, and in how many ms. */
export interface Choice {
  readonly index: number;
  readonly wait: number;
}

/** Failures of an authority after which the next one is asked too. */
const ENOUGH = 2;
/** What it looked at is the same for every authority; only what it thinks of it may differ. */
const ENOUGH_VALIDATIONS = 3;

/** Chooses the first authority that may be asked now, or the one that may be asked soonest. One behind the first is asked only once all before it have failed enough; `urgent`: nothing is served, or soon nothing will be. */
export function chooseIssuer(candidates: readonly Candidate[], urgent: boolean): Choice {
  const last = candidates.findIndex(({ failures }) => !hasFailed(failures, urgent));
  const open = candidates.slice(0, last < 0 ? candidates.length : last + 1).map(({ wait }, index) => ({ index, wait }));
  return open.reduce((best, one) => (one.wait < best.wait ? one : best), open[0] ?? { index: 0, wait: 0 });
}

/** Has it failed enough to ask another? What we could not show to one authority we cannot show to another. */
function hasFailed(failures: Failures | null, urgent: boolean): boolean {
  switch (failures?.kind) {
    case undefined:
    case "challenge":
    case "stopped":
    case "store":
    case "fault":
      return false;
    case "validation":
      return failures !== null && failures.count >= ENOUGH_VALIDATIONS;
    case "unreachable":
    case "rate-limited":
    case "refused":
    case "server":
    case "proof":
      return failures !== null && failures.count >= (urgent ? 1 : ENOUGH);
  }
}
