import { quantile } from "../bench/median.ts";
import { columns } from "../bench/table.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import { INSTANCES, INSURED_STAGES, SHARED_STAGES, type SharedLimit } from "./limits-plan.ts";
import { mostWithin, passedIn, usedOf, type LimitsRecord, type LimitsStage } from "./limits-record.ts";
import { inWords, type Sample } from "./request.ts";

/** In per cent of a limit: so much may go beyond it. */
const BEYOND = 2;
/** A connection that is cut is noticed at once, one that hangs after three requests. */
const NOTICED_MS = 1000;
/** Pauses between tries to connect grow to two seconds. */
const BACK_MS = 5000;

/** Every claim of the drill, judged. */
export function judgeLimits(record: LimitsRecord): readonly Claim[] {
  const all = INSTANCES.flatMap((instance) => record.samples[instance]);
  const stages = record.stages.filter(({ name }) => name !== "warming up");
  return [
    noneOf("always: answered 5xx, or not at all", all.filter(({ status }) => status >= 500 || status === 0).map(inWords), all.length),
    noneOf("always: neither let through nor told to come again", all.filter(({ status }) => status !== 200 && status !== 429 && status !== 0 && status < 500).map(inWords), all.length),
    ...stages.flatMap((stage) => [...heldClaims(record, stage), ...toldClaims(record, stage)]),
    ...record.stages.filter(({ name }) => INSURED_STAGES.includes(name)).map((stage) => addedClaim(record, stage)),
  ];
}

/**
 * The longest span of a stage in which both count as they are to, together or alone. Time-outs of a machine that is busy with
 * something else may end it: what is counted across such a change is nobody's to keep.
 */
function settled({ changes }: LimitsRecord, { name, from, to }: LimitsStage, { per }: SharedLimit): readonly [number, number] {
  const wanted = SHARED_STAGES.includes(name) ? "up" : "down";
  const instants = [from, ...changes.map(({ at }) => at).filter((at) => at > from && at < to), to];
  const isSettled = (at: number): boolean => INSTANCES.every((instance) => changes.findLast((change) => change.instance === instance && change.at <= at)?.state === wanted);
  let longest: readonly [number, number] = [to, to];
  for (const [index, at] of instants.entries()) {
    // Of the shared counters none remembers what was counted otherwise; one that is alone does.
    const begin = wanted === "up" ? at : at + per;
    const end = instants[index + 1] ?? to;
    if (isSettled(at) && end - begin > longest[1] - longest[0]) longest = [begin, end];
  }
  return longest;
}

function heldClaims(record: LimitsRecord, stage: LimitsStage): Claim[] {
  const { limits, insurance } = record.plan;
  return limits.flatMap((limit) => {
    const [from, to] = settled(record, stage, limit);
    const claims = (who: string, samples: readonly Sample[], most: number): Claim[] => {
      const passed = passedIn(samples, limit.name, from, to);
      const title = `${stage.name}: ${limit.name}, ${who}`;
      return [atMost(`${title}: most in any window, of ${most}`, passed.length === 0 ? Number.NaN : mostWithin(passed, limit.per), (most * (100 + BEYOND)) / 100), atLeast(`${title}: used`, usedOf(passed, most, limit.per), record.plan.leastUsed, "%")];
    };
    if (SHARED_STAGES.includes(stage.name)) return claims("both", INSTANCES.flatMap((instance) => record.samples[instance]), limit.most);
    return INSTANCES.flatMap((instance) => claims(`the ${instance} alone`, record.samples[instance], Math.floor(limit.most * insurance)));
  });
}

function toldClaims({ changes }: LimitsRecord, { name, from, to, degraded }: LimitsStage): Claim[] {
  const isInsured = INSURED_STAGES.includes(name);
  const gauge: Claim = { name: `${name}: taxgate_limit_degraded`, figure: degraded.join(", "), bar: isInsured ? "1, 1" : "0, 0", holds: degraded.length === INSTANCES.length && degraded.every((value) => value === (isInsured ? 1 : 0)) };
  if (name === "together") return [gauge];
  const wanted = isInsured ? "down" : "up";
  const after = INSTANCES.map((instance) => (changes.find((change) => change.instance === instance && change.at >= from - 50 && change.at <= to && change.state === wanted)?.at ?? Number.NaN) - from);
  return [gauge, atMost(`${name}: both log that they count ${isInsured ? "alone" : "together again"}, after`, Math.max(...after), isInsured ? NOTICED_MS : BACK_MS, "ms")];
}

function addedClaim(record: LimitsRecord, { name, from, to }: LimitsStage): Claim {
  const well = record.stages.find((stage) => stage.name === "together");
  const before = well === undefined ? Number.NaN : p99(sent(record, well.from, well.to));
  return atMost(`${name}: added to the 99th percentile`, p99(sent(record, from, to)) - before, record.plan.mostAdded, "ms");
}

function sent({ samples }: LimitsRecord, from: number, to: number): readonly Sample[] {
  return INSTANCES.flatMap((instance) => samples[instance]).filter(({ sentAt }) => sentAt >= from && sentAt < to);
}

function p99(samples: readonly Sample[]): number {
  return quantile(samples.map(({ sentAt, doneAt }) => doneAt - sentAt), 0.99);
}

/** Tables of what was let through, of times, and of what the log said. */
export function limitsTable(record: LimitsRecord): string {
  const { plan, stages, changes } = record;
  const rows = stages.flatMap((stage) => plan.limits.map((limit) => limitRow(record, stage, limit)));
  const told = changes.map(({ instance, at, state, why }) => {
    const stage = stages.findLast(({ from }) => from <= at);
    return [`the ${instance}`, stage?.name ?? "before", stage === undefined ? "–" : `${(at - stage.from).toFixed(0)} ms`, state, why];
  });
  return [
    columns([["stage", "limit", "sent", "let through", "429", "5xx, none", "most in a window: both", "of them alone", "used: both", "p50", "p99", "max"], ...rows]),
    columns([["the log says", "stage", "after", "state", "why"], ...told]),
  ].join("\n\n");
}

function limitRow(record: LimitsRecord, stage: LimitsStage, limit: SharedLimit): string[] {
  const [from, to] = settled(record, stage, limit);
  const mine = sent(record, stage.from, stage.to).filter(({ kind }) => kind === limit.name);
  const count = (holds: (status: number) => boolean): string => String(mine.filter(({ status }) => holds(status)).length);
  const passed = INSTANCES.map((instance) => passedIn(record.samples[instance], limit.name, from, to));
  const used = usedOf(passed.flat(), limit.most, limit.per);
  const times = mine.map(({ sentAt, doneAt }) => doneAt - sentAt);
  return [
    stage.name, `${limit.name} (${limit.most})`, String(mine.length), count((status) => status === 200), count((status) => status === 429), count((status) => status === 0 || status >= 500),
    String(mostWithin(passed.flat(), limit.per)), passed.map((samples) => mostWithin(samples, limit.per)).join(", "), Number.isNaN(used) ? "–" : `${used.toFixed(1)} %`,
    ...[quantile(times, 0.5), quantile(times, 0.99), Math.max(0, ...times)].map((time) => `${time.toFixed(1)} ms`),
  ];
}
