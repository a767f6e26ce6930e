/*
 * The platform's books: the judge of every run. The platform is not idempotent unless it recognises what it has.
 */

/** One invoice. Times in ms of the timeline. */
export interface Issue {
  readonly order: string;
  readonly content: string;
  readonly number: string;
  readonly visibleAt: number;
  readonly at: number;
}

/** What executing a submission comes to. */
export type Executed = { readonly kind: "issued" | "duplicate"; readonly number: string } | { readonly kind: "taken" | "invalid" };

/** The books of a platform. */
export interface Ledger {
  readonly issues: readonly Issue[];
  execute(order: string, content: string, hidden: number): Executed;
  /** What a query sees. */
  visible(order: string): Issue | null;
  holds(order: string, content: string): Issue | null;
}

/** Contents whose name begins so are refused for good. */
export const INVALID = "bad";

/** Makes empty books. `recognises`: ms for which the same content is known again; 0: never. */
export function createLedger(now: () => number, recognises: number): Ledger {
  const issues: Issue[] = [];
  return {
    issues,
    execute(order, content, hidden) {
      if (content.startsWith(INVALID)) return { kind: "invalid" };
      const known = recognises === 0 ? undefined : issues.find((one) => one.order === order && now() - one.at <= recognises);
      if (known !== undefined) return known.content === content ? { kind: "duplicate", number: known.number } : { kind: "taken" };
      const number = `N${issues.length + 1}`;
      issues.push({ order, content, number, at: now(), visibleAt: now() + hidden });
      return { kind: "issued", number };
    },
    visible: (order) => issues.find((one) => one.order === order && one.visibleAt <= now()) ?? null,
    holds: (order, content) => issues.find((one) => one.order === order && one.content === content) ?? null,
  };
}
