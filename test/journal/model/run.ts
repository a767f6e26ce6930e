import type { StateName } from "../../../src/journal/entry.ts";
import { tryOnce, type Try } from "./client.ts";
import { decideByHand } from "./operator.ts";
import { poll } from "./poll.ts";
import type { Schedule, Step } from "./schedule.ts";
import { settled } from "./timeline.ts";
import { createWitness, type Witness } from "./witness.ts";
import { createWorld, type Planted, type World } from "./world.ts";

/** What a run came to. */
export interface RunResult {
  /** Null: nothing was wrong. Begins with the number of what was broken. */
  readonly wrong: string | null;
  /** What clients were told, and how often; what is shown has to have been at stake. */
  readonly seen: ReadonlyMap<string, number>;
}

/** A held submission waits for a person; those behind it in its lane wait with it. */
const OPEN: ReadonlySet<StateName> = new Set(["queued", "sending", "in-doubt", "held"]);
/** A plan takes at most two minutes; queues pause for 30 s. */
const SETTLE_MS = 1_800_000;
const LOOK_MS = 15_000;

/** Runs a schedule to its end, or to the first thing that is wrong. */
export async function run(schedule: Schedule, planted: Planted = {}): Promise<RunResult> {
  const world = createWorld(schedule, planted);
  const witness = createWitness(world);
  const seen = new Map<string, number>();
  const wrong = (): string | null => world.wrong[0] ?? null;
  const ask = async (one: Try): Promise<void> => {
    const told = await tryOnce(world, one);
    if (told === null) return;
    seen.set(told.kind, (seen.get(told.kind) ?? 0) + 1);
    witness.told(one.order, one.content, told);
  };
  for (const step of schedule.steps) {
    await take(world, step, ask);
    await settled();
    if (world.life === null) world.start();
    witness.look();
    if (wrong() !== null) return { wrong: wrong(), seen };
  }
  await settle(world, witness);
  if (wrong() === null) await askAgain(world, schedule, witness);
  return { wrong: wrong(), seen };
}

async function take(world: World, step: Step, ask: (one: Try) => Promise<void>): Promise<void> {
  switch (step.do) {
    case "try":
      return void ask(step);
    case "pass":
      return world.timeline.pass(step.ms);
    case "submits":
      return void (world.platform.submits.splice(0, Infinity, ...step.next));
    case "queries":
      return void (world.platform.queries.splice(0, Infinity, ...step.next));
    case "outage":
      world.platform.outage = step.how;
      return;
    case "disk":
      world.disk = step;
      return;
    case "die":
      return die(world, step);
    case "jump":
      return world.timeline.clock.stepWall(step.ms);
    case "reload":
      world.profile = step.profile;
      return;
    case "backup":
      world.backup = world.store.copy();
      return;
    case "restore":
      return world.restore();
    case "decide":
      return decide(world, step.order);
    case "verdict":
      for (const issue of world.ledger.issues) if (issue.order === step.order && issue.verdict === "pending") issue.verdict = step.verdict;
      return;
    case "poll":
      return poll(world, step);
  }
}

async function die(world: World, { when, commits, down }: Extract<Step, { do: "die" }>): Promise<void> {
  if (when === "stop") {
    void world.life?.journal.stop();
    await world.timeline.pass(down);
    return world.die("now", 0);
  }
  world.die(when, commits);
  if (when === "now") await world.timeline.pass(down);
}

/** People decide about what is open for long, too: the newest entry of an order, as it stands. */
function decide(world: World, order: string): void {
  const newest = world.store.peek().findLast((entry) => entry.key[0] === order);
  if (newest !== undefined && OPEN.has(newest.state.kind)) void decideByHand(world, newest);
}

/** Everything is in order again, and time runs on until nothing is open; people decide about what is held. */
async function settle(world: World, witness: Witness): Promise<void> {
  const { timeline, platform } = world;
  platform.submits.length = 0;
  platform.queries.length = 0;
  platform.outage = "none";
  world.disk = { how: "well", ms: 0 };
  world.profile ??= 0;
  world.die("after-commit", Infinity);
  for (let waited = 0; waited < SETTLE_MS; waited += LOOK_MS) {
    await timeline.pass(LOOK_MS);
    witness.look();
    const open = world.store.peek().filter(({ state }) => OPEN.has(state.kind));
    const stats = world.life?.journal.stats();
    if (world.wrong.length > 0 || (open.length === 0 && Object.values(stats ?? { down: 1 }).every((count) => count === 0))) break;
    for (const entry of open) if (entry.state.kind === "held") await decideByHand(world, entry);
  }
  witness.atEnd();
}

/** Whoever asks again, with a platform in order, is told the truth at last. */
async function askAgain(world: World, schedule: Schedule, witness: Witness): Promise<void> {
  const names = new Set(schedule.steps.flatMap((step) => (step.do === "try" ? [`${step.order}/${step.content}`] : [])));
  for (const name of names) {
    const [order = "", content = ""] = name.split("/");
    const wasIssued = world.ledger.holds(order, content) !== null;
    const asked = tryOnce(world, { order, content, patience: 60_000, withdraw: false });
    await world.timeline.pass(6000);
    const told = await asked;
    if (told === null) return void world.wrong.push(`6: ${name} asks at the end, and hears nothing`);
    witness.told(order, content, told);
    // What a journal that was put back cannot know it asks for, and may not find out at once.
    const isTrue = world.isPutBack || (wasIssued ? told.kind === "success" || told.kind === "known" : ["success", "refused", "conflict", "known"].includes(told.kind));
    if (!isTrue) world.wrong.push(`6: ${name}, ${wasIssued ? "issued" : "not issued"}, asks at the end, and hears '${told.kind}'`);
  }
  witness.look();
}
