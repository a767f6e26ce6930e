import type { Issue } from "../../src/sandbox/ledger.ts";
import { noneOf, type Claim } from "./claim.ts";
import { isGood, type Sample } from "./request.ts";

/** Answers after which nothing may have been issued: they say that nothing was sent. */
const UNSENT: ReadonlySet<string> = new Set(["unreachable", "open", "overloaded"]);

/** What is claimed of every drill with submissions: `issued` is what all platforms issued together. */
export function submissionClaims(submitted: readonly Sample[], issued: readonly Issue[]): readonly Claim[] {
  const byOrder = Map.groupBy(issued, (issue) => issue.orderNo);
  const known = (sample: Sample): readonly Issue[] => byOrder.get(sample.orderNo ?? "") ?? [];
  const accepted = submitted.filter(isGood);
  const refused = submitted.filter((sample) => sample.code !== null && UNSENT.has(sample.code));
  const names = (samples: readonly Sample[]): string[] => samples.map((sample) => sample.orderNo ?? "without a number");
  const twice = [...byOrder.values()].filter((issues) => issues.length > 1).map((issues) => issues[0]?.orderNo ?? "");
  const strangers = issued.filter((issue) => !submitted.some((sample) => sample.orderNo === issue.orderNo));
  return [
    noneOf("submissions issued twice", twice, submitted.length),
    noneOf("answered as issued, and not in the ledger under that number", names(accepted.filter((sample) => !known(sample).some((issue) => issue.invoiceNo === sample.invoiceNo))), accepted.length),
    // Where nothing had to be refused there is nothing to be judged.
    ...(refused.length === 0 ? [] : [noneOf("answered as not sent, and in the ledger all the same", names(refused.filter((sample) => known(sample).length > 0)), refused.length)]),
    noneOf("issued, and never submitted", strangers.map((issue) => issue.orderNo), issued.length),
  ];
}
