import { readdirSync, readFileSync } from "node:fs";
import { seededRandom } from "../../src/base/random.ts";
import { columns } from "../bench/table.ts";
import { openFirewalls, type Judge } from "../waf/firewall.ts";
import { atMost, type Claim } from "./claim.ts";
import type { Sent } from "../waf/generated/sent.ts";
import { nextCandidate, requestOf, type Candidate } from "./firewall-fuzz-candidates.ts";

/** For how long is searched, and from where. */
export interface FuzzPlan {
  readonly seconds: number;
  readonly seed: number;
  /** So many of the dearest and of the steepest are judged at lengths up to half a million characters in the end. */
  readonly finalists: number;
}

/** A minute, or so many; some seconds where it is short. */
export function fuzzPlan(short: boolean, minutes: number | null): FuzzPlan {
  return { seconds: minutes === null ? (short ? 5 : 60) : minutes * 60, seed: 1, finalists: short ? 1 : 8 };
}

/** What judging a candidate costs. */
export interface Cost {
  readonly candidate: Candidate;
  /** Of the longest value. */
  readonly nsPerChar: number;
  /** How much dearer a character is in the longest value than in the shortest: 1 is linear, 8 quadratic. */
  readonly growth: number;
}

/** What was found. */
export interface FuzzRecord {
  readonly plan: FuzzPlan;
  readonly tried: number;
  /** By the cost of a character; the worst first. */
  readonly dearest: readonly Cost[];
  /** By growth, measured again with care; the worst first. */
  readonly steepest: readonly Cost[];
  /** Some of both at great lengths: what only long values have to pay shows here. */
  readonly longest: readonly Cost[];
}

/** Length of the shortest value, in characters; the others are 2, 4 and 8 times as long. */
const SHORTEST = 2048;
/** The same of the finalists. */
const LONG = 65_536;
const TIMES = [1, 2, 4, 8];
/** A first look takes the ends alone. */
const ENDS = [1, 8];
const POOL = 24;
/** Of one carrier, so that one of them does not have the pool for itself. */
const POOL_OF_CARRIER = 2;
/** From here on a growth is measured again: whoever is measured once is at the mercy of the collector. */
const SUSPECT = 1.8;
/** ns for a character beyond which nothing longer is tried. */
const HOPELESS = 20_000;
/** The clock of a thread may go by in steps of some milliseconds. */
const ENOUGH_MICROS = 12_000;
/** Dearer by this factor where a value is eight times as long: neither noise nor n log n comes to it. */
export const MOST_GROWTH = 2.5;

/** Searches for values that cost the firewall more than in proportion to their length. */
export function runFirewallFuzz(plan: FuzzPlan, tell: (text: string) => void): FuzzRecord {
  const { plain } = openFirewalls();
  return searchCosts(plain.judge, plan, tell);
}

/** The same for any judge. */
export function searchCosts(judge: Judge, plan: FuzzPlan, tell: (text: string) => void): FuzzRecord {
  const [random, patterns] = [seededRandom(plan.seed), fixedParts()];
  let [dearest, steepest]: [Cost[], Cost[]] = [[], []];
  const until = performance.now() + plan.seconds * 1000;
  let tried = 0;
  for (let told = performance.now(); performance.now() < until; tried++) {
    const candidate = nextCandidate([...dearest, ...steepest].map((cost) => cost.candidate), patterns, random);
    const cost = measured(candidate, judge);
    dearest = kept([...dearest, cost], (one) => one.nsPerChar);
    steepest = kept([...steepest, cost], (one) => one.growth);
    if (performance.now() - told > 10_000) {
      told = performance.now();
      tell(`${tried + 1} candidates; dearest ${dearest[0]?.nsPerChar.toFixed(0)} ns a character, steepest × ${steepest[0]?.growth.toFixed(2)}`);
    }
  }
  const finalists = new Set([...dearest.slice(0, plan.finalists), ...steepest.slice(0, plan.finalists)].map((cost) => cost.candidate));
  const longest = [...finalists].map((candidate) => costOf(candidate, LONG, ENDS, (sent) => threadTime(judge, sent)));
  return { plan, tried, dearest, steepest, longest: longest.toSorted((a, b) => b.growth - a.growth) };
}

function kept(costs: Cost[], by: (cost: Cost) => number): Cost[] {
  const places = new Map<string, number>();
  const isAmongBest = ({ candidate: { carrier } }: Cost): boolean => {
    const place = (places.get(carrier) ?? 0) + 1;
    places.set(carrier, place);
    return place <= POOL_OF_CARRIER;
  };
  return costs.toSorted((a, b) => by(b) - by(a)).filter(isAmongBest).slice(0, POOL);
}

/** A quick look by the clock; whatever grows in it is looked at again with care, at more lengths and then at greater ones. */
function measured(candidate: Candidate, judge: Judge): Cost {
  for (const runs of [2, 6]) {
    const quick = costOf(candidate, SHORTEST, ENDS, (sent) => clocked(judge, sent, runs));
    if (quick.growth < SUSPECT) return quick;
  }
  const careful = costOf(candidate, SHORTEST, TIMES, (sent) => threadTime(judge, sent));
  return careful.growth < SUSPECT ? careful : costOf(candidate, SHORTEST * 4, TIMES, (sent) => threadTime(judge, sent));
}

function costOf(candidate: Candidate, shortest: number, lengths: readonly number[], micros: (sent: Sent) => number): Cost {
  const perChar: number[] = [];
  for (const times of lengths) {
    perChar.push((micros(requestOf(candidate, shortest * times)) * 1000) / (shortest * times));
    // Enough is known, and the next one would take eight times as long or worse.
    if ((perChar.at(-1) ?? 0) > HOPELESS) break;
  }
  const [first = NaN, last = NaN] = [perChar[0], perChar.at(-1)];
  return { candidate, nsPerChar: last, growth: last / first };
}

/** The fastest of so many runs, in µs. */
function clocked(judge: Judge, sent: Sent, runs: number): number {
  let best = Infinity;
  for (let run = 0; run < runs; run++) {
    const startedAt = performance.now();
    judge(sent);
    best = Math.min(best, performance.now() - startedAt);
  }
  return best * 1000;
}

/** µs of this thread's own time, on average over as many runs as its clock needs: others may want the processor too. */
function threadTime(judge: Judge, sent: Sent): number {
  const before = process.threadCpuUsage();
  for (let runs = 1; ; runs++) {
    judge(sent);
    const { user, system } = process.threadCpuUsage(before);
    if (user + system >= ENOUGH_MICROS) return (user + system) / runs;
  }
}

/** What stands literally in the patterns of the built-in rules. */
function fixedParts(): string[] {
  const folder = new URL("../../config/waf/", import.meta.url);
  const texts = readdirSync(folder).filter((name) => name.endsWith(".yaml")).map((name) => readFileSync(new URL(name, folder), "utf8"));
  const patterns = texts.flatMap((text) => [...text.matchAll(/matches:\s*(.+)/g)].map((match) => match[1] ?? ""));
  return [...new Set(patterns.flatMap((pattern) => pattern.split(/[\\[\](){}|?*+^$'",]+/)).filter((part) => part.length >= 2 && part.length < 40))];
}

/** The worst ones. */
export function fuzzTable({ tried, plan, dearest, steepest, longest }: FuzzRecord): string {
  const row = ({ candidate: { carrier, head, units, tail, counts, nests }, nsPerChar, growth }: Cost): string[] => [JSON.stringify({ carrier, head, units, tail, ...(counts ? { counts } : {}), ...(nests ? { nests } : {}) }).slice(0, 150), nsPerChar.toFixed(0), growth.toFixed(2)];
  const table = (title: string, costs: readonly Cost[]): string => columns([[title, "ns/char", "growth"], ...costs.slice(0, 8).map(row)]);
  return `${tried} candidates in ${plan.seconds} s from seed ${plan.seed}, each at ${TIMES.map((times) => SHORTEST * times).join(", ")} characters\n\n${table("dearest", dearest)}\n\n${table("steepest", steepest)}\n\n${table(`${LONG} to ${LONG * 8} characters`, longest)}`;
}

/** What must hold. */
export function judgeFuzz({ tried, steepest, longest }: FuzzRecord): Claim[] {
  return [
    atMost(`dearer a character at eight times the length (worst of ${tried})`, steepest[0]?.growth ?? NaN, MOST_GROWTH, "×"),
    atMost(`the same up to ${LONG * 8} characters (worst of ${longest.length} finalists)`, longest[0]?.growth ?? NaN, MOST_GROWTH, "×"),
  ];
}
