import { median } from "../bench/median.ts";
import { columns } from "../bench/table.ts";
import { ALONE, SHARING, type RedisStageName } from "./redis-plan.ts";
import { READ_RESULTS, resultOf, sentIn, stagesOf, type RedisRecord } from "./redis-record.ts";
import { p99 } from "./redis-verdict.ts";
import type { Sample } from "./request.ts";

/** Tables of the reads (all rounds together), of what the log said, and of what was voided. */
export function redisTable(record: RedisRecord): string {
  const head = ["stage", "reads", "sent", "200", "5xx", "other", "p50", "p99", "max", "without Redis", "p50", "p99", "max"];
  const names = [...new Set(record.stages.map(({ name }) => name))];
  return [
    columns([head, ...names.flatMap((name) => readRows(record, name))]),
    columns([["the log says", "round", "stage", "after", "state", "why"], ...changeRows(record)]),
    columns([["voided", "round", "stage", "after", "seen later"], ...record.voids.map(({ how, at, seenAt }) => [how, ...placed(record, at), seenAt === null ? "never" : ms(seenAt - at)])]),
  ].join("\n\n");
}

function readRows(record: RedisRecord, name: RedisStageName): string[][] {
  const [shared, alone] = [SHARING, ALONE].map((instances) => stagesOf(record, name).flatMap((stage) => sentIn(record, stage, instances))) as [Sample[], Sample[]];
  const rows = READ_RESULTS.flatMap((result) => {
    const of = (samples: readonly Sample[]): readonly Sample[] => samples.filter((sample) => resultOf(sample) === result);
    return of(shared).length + of(alone).length === 0 ? [] : [[name, result, ...cells(of(shared)), ...timeCells(of(alone))]];
  });
  return [[name, "all", ...cells(shared), ...timeCells(alone)], ...rows];
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
  return changes.map(({ instance, at, state, why }) => [`the ${instance}`, ...placed(record, at), state, why]);
}

/** Round, stage, and how long after its begin. */
function placed({ stages }: RedisRecord, at: number): string[] {
  const stage = stages.findLast(({ from }) => from <= at);
  return stage === undefined ? ["–", "before", "–"] : [String(stage.round), stage.name, ms(at - stage.from)];
}

function ms(time: number): string {
  return `${time.toFixed(0)} ms`;
}
