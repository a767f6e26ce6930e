import { RATES } from "../../src/sandbox/kinds/pl-ksef/limits.ts";
import { columns } from "../bench/table.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { SETTLING_BOUND_MS } from "./pace-drill.ts";
import { allowedIn, LIMIT_OF, limitsOf, type Limit, type PaceLoad } from "./pace-plan.ts";
import { isDone, isToldToWait, type PaceRecord, type PaceSample } from "./pace-record.ts";

/** Where the hour is used up after some minutes, the wait that is told is at least so long, in s. */
const REST_OF_HOUR = 2700;

/** Every claim of the pace drill, judged. */
export function judgePace(record: PaceRecord): readonly Claim[] {
  const { plan, alone, intruded, issued, repeats, settled } = record;
  const { twice, lost, ghosts, invoices } = ledgerOf(record);
  const limits = limitsOf(plan);
  const beyond = alone.limits.filter(({ exceeded }) => exceeded > 0);
  return [
    noneOf("answers of 429 to callers", is429(alone.samples), alone.samples.length),
    noneOf("requests that the platform refused for a limit", beyond.flatMap(({ name, exceeded }) => Array<string>(exceeded).fill(name)), alone.samples.length),
    ...limits.map((limit) => kept(record, limit)),
    ...limits.map((limit) => atLeast(`${limit}: asked for at first, of what is allowed`, least(plan.loads, (load) => asked(record, limit, load)), 95 * plan.overload, "%")),
    ...limits.map((limit) => atLeast(`${limit}: used of what is allowed in the time`, least(plan.loads, (load) => used(record, limit, load)), plan.used, "%")),
    ...plan.hours.map((limit) => atLeast(`${limit}: most in an hour`, highest(record, limit, 2), Math.ceil((RATES[limit].perHour * plan.used) / 100))),
    ...plan.hours.map((limit) => atLeast(`${limit}: longest wait told`, Math.max(...told(record, limit)), REST_OF_HOUR, "s")),
    noneOf("answers that are neither good nor a 503 in the platform's form that says when to come again", odd(alone.samples), alone.samples.length),
    atLeast("told when to come again", alone.samples.filter(isToldToWait).length, 1),
    noneOf("invoices in the ledger more than once, or sent again", [...twice, ...Array<string>(repeats).fill("sent again")], issued.length),
    noneOf("invoices told as taken in, and not in the ledger", lost, invoices),
    noneOf("invoices told to wait, and in the ledger all the same", ghosts, invoices),
    atMost("settled after the load", settled ?? Number.NaN, SETTLING_BOUND_MS, "ms"),
    atLeast("with an intruder: requests that the platform refused", intruded.refused, 1),
    atMost("with an intruder: the same, none after the platform said to wait", intruded.refused, RATES.invoiceSend.perSecond),
    noneOf("with an intruder: answers of 429 to callers", is429(intruded.samples), intruded.samples.length),
    noneOf("with an intruder: answers that are neither good nor a 503 in the platform's form that says when to come again", odd(intruded.samples), intruded.samples.length),
  ];
}

function is429(samples: readonly PaceSample[]): string[] {
  return samples.filter(({ status }) => status === 429).map(({ kind }) => kind);
}

function odd(samples: readonly PaceSample[]): string[] {
  return samples.filter((sample) => !isDone(sample) && !isToldToWait(sample)).map(({ kind, status, code, isInForm }) => `${kind} ${status} ${code}${isInForm ? "" : ", in another form"}`);
}

/** The limit's three windows, as the platform counted them; a request that it refused counts too. */
function kept(record: PaceRecord, limit: Limit): Claim {
  const { perSecond, perMinute, perHour } = RATES[limit];
  const most = [0, 1, 2].map((window) => highest(record, limit, window));
  const holds = [perSecond, perMinute, perHour].every((count, window) => (most[window] as number) <= count && (most[window] as number) > 0);
  return { name: `${limit}: most in a second, a minute, an hour`, figure: most.join(", "), bar: `≤ ${perSecond}, ${perMinute}, ${perHour}`, holds };
}

/** 0 where the platform tells nothing. */
function highest({ alone: { limits } }: PaceRecord, limit: Limit, window: number): number {
  return limits.find(({ name }) => name === limit)?.windows[window]?.highest ?? 0;
}

function told({ alone: { samples } }: PaceRecord, limit: Limit): number[] {
  return samples.filter((one) => LIMIT_OF[one.kind] === limit && isToldToWait(one)).map(({ retryAfter }) => retryAfter ?? 0);
}

function of({ alone: { samples } }: PaceRecord, limit: Limit, context: string): PaceSample[] {
  return samples.filter((one) => one.context === context && LIMIT_OF[one.kind] === limit);
}

/** First tries within the load, in per cent of what the minutes' windows allow; the burst at the begin counts too. */
function asked(record: PaceRecord, limit: Limit, { context, seconds }: PaceLoad): number {
  const tries = of(record, limit, context).filter(({ isFirst }) => isFirst).length;
  return (100 * tries * 60) / (RATES[limit].perMinute * seconds);
}

/** What was done within the load, in per cent of what the windows let through in its time. */
function used(record: PaceRecord, limit: Limit, { context, seconds }: PaceLoad): number {
  const until = record.alone.startedAt + seconds * 1000;
  return (100 * of(record, limit, context).filter((one) => isDone(one) && one.doneAt <= until).length) / allowedIn(limit, seconds);
}

/** Of the poorest context. */
function least(loads: readonly PaceLoad[], figure: (load: PaceLoad) => number): number {
  return Math.min(...loads.map(figure));
}

interface LedgerFigures {
  readonly twice: readonly string[];
  readonly lost: readonly string[];
  readonly ghosts: readonly string[];
  /** How many were sent. */
  readonly invoices: number;
}

/** What callers were told of their invoices, held against the ledger. */
function ledgerOf({ alone, intruded, issued }: PaceRecord): LedgerFigures {
  const told = Map.groupBy([...alone.samples, ...intruded.samples].filter(({ invoice }) => invoice !== null), ({ invoice }) => invoice as string);
  const counts = Map.groupBy(issued, ({ orderNo }) => orderNo);
  const isTaken = (samples: readonly PaceSample[]): boolean => samples.some(isDone);
  return {
    invoices: told.size,
    twice: [...counts].filter(([, all]) => all.length > 1).map(([orderNo]) => orderNo),
    lost: [...told].filter(([orderNo, samples]) => isTaken(samples) && !counts.has(orderNo)).map(([orderNo]) => orderNo),
    ghosts: [...told].filter(([orderNo, samples]) => !isTaken(samples) && counts.has(orderNo)).map(([orderNo]) => orderNo),
  };
}

/** What became of each limit, all contexts together. */
export function paceTable(record: PaceRecord): string {
  const { plan, alone, intruded } = record;
  const rows = limitsOf(plan).map((limit) => row(record, limit));
  const head = ["limit", "allowed in s/min/h", "most at the platform", "asked for", "answers", "done", "told to wait", "longest", "429", "median", "99 %"];
  const beside = ["", "with an intruder", `${intruded.refused} refused`, "", String(intruded.samples.length), String(intruded.samples.filter(isDone).length), String(intruded.samples.filter(isToldToWait).length), `${Math.max(0, ...intruded.samples.map(({ retryAfter }) => retryAfter ?? 0))} s`, String(is429(intruded.samples).length), "", ""];
  const about = `contexts: ${plan.loads.map(({ context, seconds }) => `${context} for ${seconds} s`).join(", ")}
each asks for ${plan.overload} times what a minute allows, after a burst of 3 times the second's
hour used up within the drill, by the platform's own figures: ${plan.hours.join(", ") || "of none"}; requests beyond any limit: ${alone.limits.reduce((sum, { exceeded }) => sum + exceeded, 0)}`;
  return `${columns([head, ...rows, beside])}\n\n${about}`;
}

function row(record: PaceRecord, limit: Limit): string[] {
  const { plan, alone: { samples } } = record;
  const { perSecond, perMinute, perHour } = RATES[limit];
  const own = samples.filter(({ kind }) => LIMIT_OF[kind] === limit);
  const waits = own.filter(isDone).map(({ sentAt, doneAt }) => doneAt - sentAt).toSorted((a, b) => a - b);
  const at = (share: number): string => `${((waits[Math.floor(share * (waits.length - 1))] ?? Number.NaN) / 1000).toFixed(2)} s`;
  const most = [0, 1, 2].map((window) => highest(record, limit, window)).join("/");
  const asks = `${least(plan.loads, (load) => asked(record, limit, load)).toFixed(0)} %`;
  return [limit, `${perSecond}/${perMinute}/${perHour}`, most, asks, String(own.length), String(waits.length), String(own.filter(isToldToWait).length), `${Math.max(0, ...told(record, limit))} s`, String(is429(own).length), at(0.5), at(0.99)];
}
