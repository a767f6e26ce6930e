import { median, quantile } from "../bench/median.ts";
import { columns } from "../bench/table.ts";
import { BLACKOUT_STAGES, DARK_REGIONS, type BlackoutStageName } from "./blackout-plan.ts";
import { arrivalsIn, blackoutStage, freshnessOf, readsIn, type BlackoutRecord, type Freshness } from "./blackout-record.ts";
import { atMost, noneOf, type Claim } from "./claim.ts";
import { inWords, isGood, type Sample } from "./request.ts";

/** Timers of two busy processes on shared cores come late by so much, and keys are read so seldom, in milliseconds. */
const SLACK_MS = 750;
/** An attempt that is bounded ends so much after its bound at most. */
const EDGE_MS = 500;
/** Age counts whole seconds, and so does the platform's Date from which it begins. */
const AGE_SLACK_MS = 1100;
const DARK: readonly BlackoutStageName[] = ["dark: hangs", "dark: refuses"];
const FRESHNESS: readonly Freshness[] = ["fresh", "while-revalidate", "if-error", "other-region", "forwarded", "unmarked"];

/** Every claim of the blackout drill, judged. */
export function judgeBlackout(record: BlackoutRecord): readonly Claim[] {
  const { plan } = record;
  const well = readsIn(record, "all is well");
  const warm = DARK.flatMap((stage) => readsIn(record, stage)).filter((sample) => !sample.kind.startsWith("national"));
  const late = warm.filter((sample) => sample.sentAt > blackoutStage(record, "dark: hangs").from + plan.ttl + AGE_SLACK_MS);
  const codes = warm.filter((sample) => sample.kind.startsWith("codes"));
  const all = record.samples.filter(isGood);
  return [
    noneOf("all is well: reads not answered 200", well.filter((sample) => !isGood(sample)).map(inWords), well.length),
    noneOf("dark: reads of warm entries not answered 200", warm.filter((sample) => sample.status !== 200).map(inWords), warm.length),
    noneOf("dark: of these, answered by another region", warm.filter((sample) => sample.by !== homeOf(sample)).map((sample) => `${sample.kind} by ${sample.by}`), warm.length),
    noneOf("dark for longer than a life: reads not answered stale and marked", late.filter((sample) => !isStale(sample)).map((sample) => `${sample.kind}: ${sample.cacheStatus}`), late.length),
    noneOf("always: answers that outlived their life and are not marked, or marked and young", all.flatMap((sample) => markProblem(sample, plan.ttl)), all.length),
    noneOf("always: Age that is not the answer's", all.flatMap(ageProblem), all.length),
    ...nationalClaims(record),
    ...attemptClaims(record),
    atMost("dark: longest a read with stale-while-revalidate takes", Math.max(...codes.map(took)), plan.responseTimeout / 2, "ms"),
    // The first one after an entry's life waits for its own attempt, or for another's: for one, not for a second.
    atMost("dark: longest a read without it takes", Math.max(...warm.map(took)), plan.responseTimeout + EDGE_MS, "ms"),
    ...recoveryClaims(record),
  ];
}

function nationalClaims(record: BlackoutRecord): Claim[] {
  const reads = DARK.flatMap((stage) => readsIn(record, stage, "national of hunan"));
  const bad = reads.filter((sample) => sample.status !== 200 || sample.by !== "beijing" || freshnessOf(sample) !== "other-region");
  return [noneOf("dark: reads of national data without an entry at home, not answered from Beijing's entry", bad.map((sample) => `${inWords(sample)} by ${sample.by}: ${sample.cacheStatus}`), reads.length)];
}

/** Where nobody listens only Taxgate's own count tells, for all keys together; where the platform hangs, each key's requests do. */
function attemptClaims(record: BlackoutRecord): Claim[] {
  return DARK_REGIONS.flatMap((region) => {
    const { attempts } = blackoutStage(record, "dark: refuses").counts[region];
    const hung = arrivalsIn(record, "dark: hangs", region);
    return [
      atMost(`${region} refuses: attempts`, attempts, mostAttempts(record)),
      noneOf(`${region} hangs: requests sooner than an interval after the one before for the same key`, tooSoon(hung, record.plan.revalidateEvery), hung.length),
    ];
  });
}

/** One for each key at once, and one for each interval that is over. */
function mostAttempts(record: BlackoutRecord): number {
  const { codes, rates, revalidateEvery } = record.plan;
  const { from, to } = blackoutStage(record, "dark: refuses");
  return (codes.keys + rates.keys) * (1 + Math.floor((to - from) / revalidateEvery));
}

function tooSoon(arrivals: readonly { readonly path: string; readonly at: number }[], interval: number): string[] {
  return [...Map.groupBy(arrivals, ({ path }) => path)].flatMap(([path, of]) =>
    of.flatMap(({ at }, index) => {
      const gap = at - (of[index - 1]?.at ?? -Infinity);
      return gap < interval ? [`${path} after ${gap.toFixed(0)} ms`] : [];
    }));
}

/** Each key waits for its next interval, the breaker for its pause, and a key that a trial kept waiting for one more. */
function recoveryClaims(record: BlackoutRecord): Claim[] {
  const { revalidateEvery } = record.plan;
  const { from } = blackoutStage(record, "well again");
  return DARK_REGIONS.flatMap((region) => {
    const reads = readsIn(record, "well again").filter((sample) => homeOf(sample) === region);
    const old = reads.filter((sample) => (sample.madeAt ?? -Infinity) < from).map((sample) => sample.sentAt - from);
    return [atMost(`well again: ${region} serves what was made before, for`, reads.length === 0 ? Number.NaN : Math.max(0, ...old), 2 * revalidateEvery + SLACK_MS, "ms")];
  });
}

/** Held against when the platform made it: both clocks are this process's. */
function markProblem(sample: Sample, ttl: number): string[] {
  const freshness = freshnessOf(sample);
  if (freshness === "other-region") return [];
  const [youngest, oldest] = [sample.sentAt - (sample.madeAt ?? 0), sample.doneAt - (sample.madeAt ?? 0)];
  const wrong = freshness === "unmarked" || (youngest > ttl + AGE_SLACK_MS && !isStale(sample)) || (oldest < ttl - AGE_SLACK_MS && isStale(sample));
  return wrong ? [`${sample.kind} after ${oldest.toFixed(0)} ms: ${sample.cacheStatus}`] : [];
}

function ageProblem(sample: Sample): string[] {
  if (freshnessOf(sample) === "forwarded") return [];
  const told = 1000 * (sample.age ?? Number.NaN);
  const [youngest, oldest] = [sample.sentAt - (sample.madeAt ?? 0), sample.doneAt - (sample.madeAt ?? 0)];
  return told >= youngest - AGE_SLACK_MS && told <= oldest + AGE_SLACK_MS ? [] : [`${sample.kind}: Age ${sample.age} after ${oldest.toFixed(0)} ms`];
}

function isStale(sample: Sample): boolean {
  return ["while-revalidate", "if-error"].includes(freshnessOf(sample));
}

function homeOf({ kind }: Sample): string {
  return kind.slice(kind.lastIndexOf(" ") + 1);
}

function took({ sentAt, doneAt }: Sample): number {
  return doneAt - sentAt;
}

/** Two tables: what callers got in each stage, and what the platforms got. */
export function blackoutTable(record: BlackoutRecord): string {
  const reads = BLACKOUT_STAGES.flatMap((stage) =>
    [...Map.groupBy(readsIn(record, stage), ({ kind }) => kind)].map(([kind, samples]) => {
      const times = samples.map(took);
      const counts = FRESHNESS.map((one) => String(samples.filter((sample) => isGood(sample) && freshnessOf(sample) === one).length));
      return [stage, kind, String(samples.length), String(samples.filter(isGood).length), ...counts, ...[median(times), quantile(times, 0.99), Math.max(...times)].map((ms) => `${ms.toFixed(1)} ms`)];
    }));
  const calls = BLACKOUT_STAGES.flatMap((stage) => (["guangdong", "sichuan", "hunan"] as const).map((region) => {
    const { attempts, refused, opened, connections } = blackoutStage(record, stage).counts[region];
    return [stage, region, ...[attempts, arrivalsIn(record, stage, region).length, connections, refused, opened].map(String)];
  }));
  const retries = BLACKOUT_STAGES.map((stage) => `${stage}: ${blackoutStage(record, stage).retries}`).join(", ");
  return [
    columns([["stage", "reads", "sent", "200", ...FRESHNESS, "p50", "p99", "max"], ...reads]),
    columns([["stage", "region", "attempts", "requests there", "connections", "refused by breaker", "it opened"], ...calls]),
    `attempts that repeat another: ${retries}`,
  ].join("\n\n");
}
