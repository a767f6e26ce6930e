import { columns } from "../bench/table.ts";
import { atMost, noneOf, type Claim } from "./claim.ts";
import { submissionClaims } from "./exactly-once.ts";
import type { ReloadRecord, ReloadStep } from "./reload-record.ts";
import { inWords, isGood } from "./request.ts";

/** Beside what is in use the collector keeps some memory at hand, more or less of it at any moment. */
const GROWTH_MEGABYTES = 25;
const OPEN = 2;

/** Every claim of the reload drill, judged. */
export function judgeReload(record: ReloadRecord): readonly Claim[] {
  const { samples, steps, errors, holdings: { before, warm, loaded, rest } } = record;
  const kinds = [...Map.groupBy(samples, (sample) => sample.kind)];
  return [
    ...kinds.map(([kind, of]) => noneOf(`${kind}: not answered 2xx, or reset`, of.filter((sample) => !isGood(sample)).map(inWords), of.length)),
    ...stepClaims(steps),
    ...breakerClaims(record),
    atMost("configurations alive at rest", rest.generations, 1),
    atMost("resident memory: growth under load since the warm-up", loaded.residentMegabytes - warm.residentMegabytes, GROWTH_MEGABYTES, "MB"),
    atMost("sockets of clients at rest", rest.clientSockets, before.clientSockets),
    atMost("sockets to platforms at rest", rest.upstreamSockets, before.upstreamSockets),
    atMost("descriptors at rest", rest.descriptors, before.descriptors),
    ...submissionClaims(samples.filter((sample) => sample.kind.startsWith("submission")), record.issued),
    noneOf("errors in the log", errors, samples.length),
  ];
}

/** The watcher may see a saved file before the request for it comes, which then finds nothing to change. */
function isApplied({ way, result, generation: [before, after] }: ReloadStep): boolean {
  return after === before + 1 && (result === "applied" || (way === "request" && result === "unchanged"));
}

function stepClaims(steps: readonly ReloadStep[]): Claim[] {
  const sound = steps.filter((step) => step.sound);
  const broken = steps.filter((step) => !step.sound);
  const asked = broken.filter((step) => step.way === "request");
  return [
    noneOf("sound files that were not applied", numbers(sound, isApplied), sound.length),
    noneOf("sound files whose change the admin API does not show", numbers(sound, (step) => !step.sameConfig), sound.length),
    noneOf("broken files that were not refused", numbers(broken, (step) => step.result === "refused"), broken.length),
    noneOf("broken files that changed the configuration in use", numbers(broken, (step) => step.sameConfig && step.generation[0] === step.generation[1]), broken.length),
    noneOf("broken files whose answer names no line", numbers(asked, (step) => step.problems.length > 0), asked.length),
    noneOf("reloads after which the gauge tells the wrong result", numbers(steps, (step) => step.successGauge === (step.sound ? 1 : 0)), steps.length),
  ];
}

function breakerClaims({ steps, refusedByBreaker: { before, after } }: ReloadRecord): Claim[] {
  return [
    noneOf("reloads after which the open breaker is not open", numbers(steps, (step) => step.breakerState === OPEN), steps.length),
    { name: "a read for its region, once the platform is back", figure: `${before}, then ${after}`, bar: "503 open both times", holds: before === "read 503 open" && after === before },
  ];
}

/** Those of the steps that are not as they should be, in words. */
function numbers(steps: readonly ReloadStep[], isRight: (step: ReloadStep) => boolean): string[] {
  return steps.filter((step) => !isRight(step)).map(({ index, way, result, generation, problems }) => `number ${index} by ${way}: ${result} ${problems[0] ?? ""} ${generation.join("→")}`);
}

/** What was held at four moments, and how the reloads were asked for. */
export function reloadTable({ holdings, steps }: ReloadRecord): string {
  const rows = Object.entries(holdings).map(([when, held]) => [
    when, held.residentMegabytes.toFixed(0), String(held.descriptors), String(held.clientSockets), String(held.upstreamSockets), String(held.generations),
  ]);
  const ways = [...Map.groupBy(steps, (step) => `by ${step.way}, ${step.result}`)].map(([way, of]) => [way, String(of.length)]);
  return [columns([["moment", "resident MB", "descriptors", "client sockets", "upstream sockets", "configurations"], ...rows]), columns([["reloads", "count"], ...ways])].join("\n\n");
}
