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
  /** What the platform says of what it has taken in: `bad` and `gone` make it void, as if it had never been issued. */
  verdict: "pending" | "good" | "bad" | "gone";
}

/** Whether the platform took it in, and then refused or dropped it. */
export function isVoid({ verdict }: Issue): boolean {
  return verdict === "bad" || verdict === "gone";
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

/** Makes empty books. `recognises`: ms for which the same content is known again; 0: never. `late`: verdicts come later. */
export function createLedger(now: () => number, recognises: number, late = false): Ledger {
  const issues: Issue[] = [];
  return {
    issues,
    execute(order, content, hidden) {
      if (content.startsWith(INVALID)) return { kind: "invalid" };
      const known = recognises === 0 ? undefined : issues.find((one) => one.order === order && !isVoid(one) && now() - one.at <= recognises);
      if (known !== undefined) return known.content === content ? { kind: "duplicate", number: known.number } : { kind: "taken" };
      const number = `N${issues.length + 1}`;
      issues.push({ order, content, number, at: now(), visibleAt: now() + hidden, verdict: late ? "pending" : "good" });
      return { kind: "issued", number };
    },
    visible: (order) => issues.find((one) => one.order === order && !isVoid(one) && one.visibleAt <= now()) ?? null,
    holds: (order, content) => issues.find((one) => one.order === order && one.content === content && !isVoid(one)) ?? null,
  };
}
