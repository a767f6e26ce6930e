import type { Issuer } from "../acme/issuer.ts";
import type { AcmeOptions } from "../options.ts";
import { chooseIssuer } from "./choose-issuer.ts";
import type { FailureBook } from "./failure-book.ts";
import { needsRehearsal } from "./rehearsal.ts";
import { PLACES, type Ordered } from "./renewal-memory.ts";

/** What is wanted, and who can be asked. */
export interface Settings {
  readonly options: AcmeOptions;
  /** The first one, then those to turn to where it fails; at least one. */
  readonly issuers: readonly [Issuer, ...Issuer[]];
  /** Asked first where a set of names is new; null: nobody. */
  readonly rehearsal: Issuer | null;
}

/** The next order: where, after how many ms, and whether it is rehearsed. */
export interface NextTry {
  readonly issuer: Issuer;
  readonly rehearsal: Issuer | null;
  readonly wait: number;
}

/** What was ordered, and what was rehearsed, last. */
export interface Past {
  readonly ordered: Ordered | null;
  readonly rehearsed: string | null;
}

/** Where the next order goes. It waits for whatever failed on its way: the authority, its rehearsal, the store, the program. */
export function nextTry({ options, issuers, rehearsal }: Settings, book: FailureBook, { ordered, rehearsed }: Past, urgent: boolean): NextTry {
  const choice = chooseIssuer(issuers.map(({ directory }) => ({ failures: book.of(directory), wait: book.waitFor(directory) })), urgent);
  const issuer = issuers[choice.index] ?? issuers[0];
  const first = rehearsal !== null && needsRehearsal({ options, ordered, rehearsed, failures: book.of(issuer.directory), rehearsal: book.of(PLACES.rehearsal), urgent });
  const waits = [choice.wait, book.waitFor(PLACES.store), book.waitFor(PLACES.program), first ? book.waitFor(PLACES.rehearsal) : 0];
  return { issuer, rehearsal: first ? rehearsal : null, wait: Math.max(...waits) };
}
