import { columns } from "../bench/table.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { inWords, isGood, type Sample } from "./request.ts";
import { SETTLING_BOUND_MS } from "./shaping-drill.ts";
import { fairShares, jainIndex } from "./shaping-fairness.ts";
import { allowedWithin } from "./shaping-plan.ts";
import { isToldWhen, type ShapingRecord, type TaxpayerRecord } from "./shaping-record.ts";

/** What one taxpayer asked for, his share of what the platform took in, and what he got of it; numbers of requests. */
interface Portion {
  readonly kind: TaxpayerRecord["kind"];
  readonly asked: number;
  readonly share: number;
  readonly got: number;
}

/** Every claim of the shaping drill, judged. */
export function judgeShaping(record: ShapingRecord): readonly Claim[] {
  const { plan, issued, repeats, settled } = record;
  const samples = record.taxpayers.flatMap((one) => one.samples);
  const portions = portionsOf(record);
  const [short, content] = [portions.filter(isShort), portions.filter((one) => !isShort(one))];
  const asked = (100 * portions.reduce((sum, one) => sum + one.asked, 0) * (plan.windows[0]?.ms ?? 0)) / ((plan.windows[0]?.count ?? 0) * plan.length);
  const served = samples.filter(isGood);
  return [
    ...plan.windows.map(({ count, ms }, index) => most(record, index, count, ms)),
    noneOf("requests that the platform refused for a limit", Array<string>(record.limits[0]?.exceeded ?? 0).fill("beyond"), record.limits.length === 0 ? 0 : samples.length),
    noneOf("answers of 429", samples.filter(({ status }) => status === 429).map(inWords), samples.length),
    atLeast("asked for, of what is allowed in a second", asked, 95 * plan.overload, "%"),
    atLeast("used of what is allowed in the time", (100 * served.length) / allowedWithin(plan), plan.used, "%"),
    atLeast("taxpayers that asked for more than their share", short.length, 20),
    atLeast("Jain's index of what they got of it", jainIndex(short.map(({ got, share }) => got / share)), plan.jain),
    atLeast("who asked for less got", (100 * sumOf(content, "got")) / sumOf(content, "asked"), plan.modest, "%"),
    atMost("wait of submissions, 99 %", p99(served.filter(isSubmission)), p99(served.filter((one) => !isSubmission(one))), "ms"),
    noneOf("answers that are neither good nor a 503 that says when to come again", samples.filter((one) => !isGood(one) && !isToldWhen(one)).map(inWords), samples.length),
    atLeast("told when to come again", samples.filter(isToldWhen).length, 1),
    atLeast("submissions told when to come again", samples.filter((one) => isSubmission(one) && isToldWhen(one)).length, 1),
    ...ledgerClaims(samples.filter(isSubmission), issued.map(({ orderNo }) => orderNo), repeats),
    atMost("settled after the load", settled ?? Number.NaN, SETTLING_BOUND_MS, "ms"),
  ];
}

/** A request that the platform refused would count too. */
function most({ limits }: ShapingRecord, index: number, count: number, ms: number): Claim {
  return atMost(`most at the platform in ${ms / 1000} s`, limits[0]?.windows[index]?.highest ?? Number.NaN, count);
}

function ledgerClaims(submitted: readonly Sample[], ledger: readonly string[], repeats: number): Claim[] {
  const orders = Map.groupBy(submitted, ({ orderNo }) => orderNo ?? "");
  const counts = Map.groupBy(ledger, (orderNo) => orderNo);
  const told = [...orders].filter(([, tries]) => tries.some(isGood)).map(([orderNo]) => orderNo);
  const waiting = [...orders].filter(([, tries]) => tries.every(isToldWhen)).map(([orderNo]) => orderNo);
  return [
    noneOf("invoices in the ledger more than once, or sent again", [...[...counts].filter(([, all]) => all.length > 1).map(([orderNo]) => orderNo), ...Array<string>(repeats).fill("sent again")], ledger.length),
    noneOf("told as issued, and not in the ledger", told.filter((orderNo) => !counts.has(orderNo)), told.length),
    noneOf("told to wait, and in the ledger all the same", waiting.filter((orderNo) => counts.has(orderNo)), orders.size),
  ];
}

function isSubmission({ orderNo }: Sample): boolean {
  return orderNo !== null;
}

/** An order counts once, however often it came back. */
function portionsOf({ taxpayers }: ShapingRecord): Portion[] {
  const asked = taxpayers.map(({ samples }) => samples.filter((one) => !isSubmission(one)).length + new Set(samples.filter(isSubmission).map(({ orderNo }) => orderNo)).size);
  const got = taxpayers.map(({ samples }) => samples.filter(isGood).length);
  const shares = fairShares(asked, got.reduce((sum, one) => sum + one, 0));
  return taxpayers.map(({ kind }, index) => ({ kind, asked: asked[index] as number, share: shares[index] as number, got: got[index] as number }));
}

function isShort({ asked, share }: Portion): boolean {
  return asked > share + 1e-9;
}

function sumOf(portions: readonly Portion[], key: "asked" | "got" | "share"): number {
  return portions.reduce((sum, one) => sum + one[key], 0);
}

function p99(samples: readonly Sample[]): number {
  return quantile(samples, 0.99);
}

function quantile(samples: readonly Sample[], at: number): number {
  const waits = samples.map(({ sentAt, doneAt }) => doneAt - sentAt).toSorted((a, b) => a - b);
  return waits[Math.min(waits.length - 1, Math.floor(at * waits.length))] ?? Number.NaN;
}

/** What each kind of taxpayer asked for and got, and how long submissions and reads waited. */
export function shapingTable(record: ShapingRecord): string {
  const portions = portionsOf(record);
  const kinds = record.plan.kinds.map(({ kind, taxpayers }) => {
    const own = portions.filter((one) => one.kind === kind);
    const of = own.map(({ got, share }) => got / share);
    return [kind, String(taxpayers), String(sumOf(own, "asked")), (sumOf(own, "share") / taxpayers).toFixed(1), (sumOf(own, "got") / taxpayers).toFixed(1), `${Math.min(...of).toFixed(2)}–${Math.max(...of).toFixed(2)}`, jainIndex(of).toFixed(3)];
  });
  const samples = record.taxpayers.flatMap((one) => one.samples);
  const waits = [["submissions", samples.filter(isSubmission)] as const, ["reads", samples.filter((one) => !isSubmission(one))] as const].map(([name, all]) => {
    const good = all.filter(isGood);
    return [name, String(all.length), String(good.length), String(all.filter(isToldWhen).length), ...[0.5, 0.99, 1].map((at) => `${quantile(good, at).toFixed(0)} ms`)];
  });
  return `${columns([["taxpayers", "number", "asked for", "share of each", "got", "got of the share", "Jain"], ...kinds])}\n\n${columns([["", "came", "done", "told to wait", "median", "99 %", "longest"], ...waits])}`;
}
