import { median } from "../bench/median.ts";
import { columns } from "../bench/table.ts";
import { READ_RESULTS, redisStage, resultOf, sentIn, type RedisRecord, type RedisStage } from "./redis-record.ts";
import { p99 } from "./redis-verdict.ts";
import type { Sample } from "./request.ts";

/** Tables of the reads, of what the log said, and of what was voided. */
export function redisTable(record: RedisRecord): string {
  const head = ["stage", "reads", "sent", "200", "5xx", "other", "p50", "p99", "max", "without: sent", "p50", "p99", "max"];
  return [
    columns([head, ...record.stages.flatMap((stage) => readRows(record, stage))]),
    columns([["the log says", "after", "of stage", "state", "why"], ...changeRows(record)]),
    columns([["voided", "stage", "at", "seen after"], ...record.voids.map(({ how, stage, at, seenAt }) => [how, stage, after(record, at).at, seenAt === null ? "never" : ms(seenAt - at)])]),
  ].join("\n\n");
}

function readRows(record: RedisRecord, stage: RedisStage): string[][] {
  const [shared, without] = [sentIn(record, stage, true), sentIn(record, stage, false)];
  const rows = READ_RESULTS.flatMap((result) => {
    const of = (samples: readonly Sample[]): readonly Sample[] => samples.filter((sample) => resultOf(sample) === result);
    return of(shared).length + of(without).length === 0 ? [] : [[stage.name, result, ...cells(of(shared)), ...timeCells(of(without))]];
  });
  return [[stage.name, "all", ...cells(shared), ...timeCells(without)], ...rows];
}

function cells(samples: readonly Sample[]): string[] {
  const [sent = "", ...times] = timeCells(samples);
  const good = samples.filter(({ status }) => status === 200).length;
  const failed = samples.filter(({ status }) => status >= 500).length;
  return [sent, ...[good, failed, samples.length - good - failed].map(String), ...times];
}

function timeCells(samples: readonly Sample[]): string[] {
  if (samples.length === 0) return ["0", "–", "–", "–"];
  const times = samples.map(({ sentAt, doneAt }) => doneAt - sentAt);
  return [String(samples.length), ...[median(times), p99(samples), Math.max(...times)].map((time) => `${time.toFixed(1)} ms`)];
}

function changeRows(record: RedisRecord): string[][] {
  const changes = record.changes.filter(({ at }) => at >= (record.stages[0]?.from ?? 0));
  return changes.map(({ instance, at, state, why }) => [`the ${instance}`, after(record, at).at, after(record, at).stage, state, why]);
}

function after(record: RedisRecord, at: number): { readonly stage: string; readonly at: string } {
  const name = record.stages.findLast(({ from }) => from <= at)?.name;
  return name === undefined ? { stage: "before", at: "–" } : { stage: name, at: ms(at - redisStage(record, name).from) };
}

function ms(time: number): string {
  return `${time.toFixed(0)} ms`;
}
