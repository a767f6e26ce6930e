import { type Answer, errorAnswer } from "./answer.ts";
import type { Ending } from "./counters.ts";
import { drawFate, type Fate } from "./fate.ts";
import { processRequest, rulesOf } from "./platform.ts";
import { receive, type Received } from "./receive.ts";
import { reset, send } from "./send.ts";
import { garbage, htmlAnswer, refusalAnswer, spoil } from "./spoil.ts";
import type { Call, World } from "./world.ts";

type Outcome = readonly [ending: Ending, status: number];

/**
 * One request under /api from its head to its end: fate, body, worker, work, processing, answer.
 * Once its body has been read a request is processed even when its caller has left, as platforms do.
 */
export async function behave(call: Call, world: World): Promise<void> {
  world.counters.arrived(call.target.operation);
  const fate = drawFate(world.random, world.faults, call.target.operation);
  const [ending, status] = await run(call, fate, world);
  world.counters.ended(ending, status);
}

async function run(call: Call, fate: Fate, world: World): Promise<Outcome> {
  if (world.faults.lasts("blackout") || world.faults.lasts("refuseConnections")) return [reset(call), 0];
  // Nothing reads the body from here on, so it stays in the network, and nothing answers.
  if (fate.before === "halfOpen") return ["held", 0];
  if (fate.before === "garbage") return [garbage(call, fate.form), 0];
  const received = await receive(call, rulesOf(call.target.operation));
  if (received.kind === "aborted") return ["gone", 0];
  if (received.kind === "whole") world.counters.read(received.size);
  return work(call, received, fate, world);
}

async function work(call: Call, received: Received, fate: Fate, world: World): Promise<Outcome> {
  const entry = await world.capacity.enter();
  if (entry === "stopped") return ["stopped", 0];
  if (entry === "full") return whole(call, errorAnswer(503, 5031, "queue full, not executed", { "retry-after": "1" }), world);
  let answer: Answer;
  try {
    if (!(await world.waits.wait(fate.delayMs))) return ["stopped", 0];
    answer = instead(fate, world) ?? processRequest(call, received, world);
  } finally {
    world.capacity.leave();
  }
  if (fate.before) return whole(call, answer, world);
  return spoil(call, answer, fate, world);
}

function instead(fate: Fate, world: World): Answer | undefined {
  if (fate.before === "html") return htmlAnswer(world);
  if (fate.before === "unauthorized" || fate.before === "errorBefore") return refusalAnswer(fate.before, world);
  return undefined;
}

async function whole(call: Call, answer: Answer, world: World): Promise<Outcome> {
  return [await send(call, answer, world), answer.status];
}
