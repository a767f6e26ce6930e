import { columns } from "../bench/table.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { inWords, isGood, type Sample } from "./request.ts";
import { boundOf, SLOW_KINDS, type SlowKind } from "./slow-plan.ts";
import type { SlowRecord, SlowRound } from "./slow-record.ts";

/** Every claim of the drill, judged. */
export function judgeSlow(record: SlowRecord): readonly Claim[] {
  const { plan, rounds, samples, tool } = record;
  const noise = growth(record, rounds, (round, index) => [quietOf(record, round), quietOf(record, rounds[index + 1] ?? round)]);
  return [
    ...SLOW_KINDS.flatMap((kind) => {
      const own = rounds.filter((round) => round.kind === kind);
      const { most } = plan;
      return [
        ...(most === null ? [] : [atMost(`slow ${kind}: the others' 99th percentile, times the quiet one (quiet beside quiet: ${noise.toFixed(2)})`, growth(record, own, (round) => [quietOf(record, round), attackedOf(record, round)]), most)]),
        atLeast(`slow ${kind}: attackers at once`, median(own.map(({ report }) => report.most)), plan.attackers * 0.9),
        atLeast(`slow ${kind}: attackers that were ended`, sum(own.map(({ report }) => report.ended)), plan.attackers / 2),
        atMost(`slow ${kind}: longest life of one`, Math.max(...own.map(({ report }) => Math.max(report.longest, report.oldest))), boundOf(plan, kind), "ms"),
        atMost(`slow ${kind}: resident memory for each`, Math.max(0, median(own.map(({ before, during }) => (during - before) / plan.attackers))) / 1024, plan.bytesEach / 1024, "KiB"),
      ];
    }),
    noneOf("requests of others that failed", samples.filter((sample) => !isGood(sample)).map(inWords), samples.length),
    noneOf("honest clients on a slow line that were cut", rounds.filter(({ honest }) => honest !== 200).map(({ kind, honest }) => `${kind}: ${honest}`), rounds.length),
    atMost("client sockets left at the end", record.socketsLeft, plan.attackers / 10),
    ...(typeof tool === "string" ? [] : tool.map(({ mode, looks, unavailable }) => noneOf(`slowhttptest ${mode}: looks that found no service`, Array<string>(unavailable).fill("NO"), looks))),
  ];
}

/** The median over rounds of what the second of two 99th percentiles is to the first. */
function growth(_record: SlowRecord, rounds: readonly SlowRound[], pair: (round: SlowRound, index: number) => readonly [number, number]): number {
  return median(rounds.map((round, index) => {
    const [first, second] = pair(round, index);
    return second / first;
  }));
}

function quietOf({ samples }: SlowRecord, { quiet }: SlowRound): number {
  return percentile(within(samples, quiet), 0.99);
}

function attackedOf({ samples }: SlowRecord, { attacked }: SlowRound): number {
  return percentile(within(samples, attacked), 0.99);
}

function within(samples: readonly Sample[], [from, to]: readonly [number, number]): readonly number[] {
  return samples.filter(({ kind, sentAt }) => kind === "read" && sentAt >= from && sentAt < to).map(({ sentAt, doneAt }) => doneAt - sentAt);
}

/** The value at this share of the sorted ones; NaN of none. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** The middle one, or of two in the middle their mean; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = sorted.length / 2;
  return sorted.length % 2 === 1 ? (sorted[Math.floor(at)] as number) : ((sorted[at - 1] ?? Number.NaN) + (sorted[at] ?? Number.NaN)) / 2;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Round by round: the others' latency, how attackers fared, memory. */
export function slowTable(record: SlowRecord): string {
  const { rounds, tool } = record;
  const ms = (value: number): string => value.toFixed(2);
  const rows = rounds.map((round) => {
    const { kind, report, before, during, honest } = round;
    const middle = (span: SlowRound["quiet"]): string => ms(percentile(within(record.samples, span), 0.5));
    return [`slow ${kind satisfies SlowKind}`, middle(round.quiet), ms(quietOf(record, round)), middle(round.attacked), ms(attackedOf(record, round)), String(report.most), String(report.ended), String(report.longest), String(report.oldest), (before / 1024 ** 2).toFixed(0), (during / 1024 ** 2).toFixed(0), String(honest)];
  });
  const told = typeof tool === "string" ? `slowhttptest: ${tool}` : columns([["slowhttptest", "looks", "no service", "exit"], ...tool.map(({ mode, looks, unavailable, exit }) => [mode, String(looks), String(unavailable), exit])]);
  return `${columns([["attack", "p50 quiet ms", "p99", "p50 attacked", "p99", "at once", "ended", "longest ms", "oldest", "MiB before", "during", "honest"], ...rows])}\n\n${told}`;
}
