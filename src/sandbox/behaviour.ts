import type { Answer } from "./answer.ts";
import type { Ending } from "./counters.ts";
import { drawFate, type Fate } from "./fate.ts";
import type { LimitSpec, PlatformRequest, RefusalName } from "./kind.ts";
import { receive, type Received, type ReceiveRules } from "./receive.ts";
import { type Candidate, UNKNOWN } from "./routes.ts";
import { reset, send } from "./send.ts";
import type { Simulation } from "./simulation.ts";
import { garbage, htmlAnswer, spoil } from "./spoil.ts";
import type { Call, World } from "./world.ts";

type Outcome = readonly [ending: Ending, status: number];

/** What a request asks for; `candidate` is undefined when the platform knows nothing of the kind. */
interface Asked {
  readonly candidate: Candidate | undefined;
  readonly fate: Fate;
}

const QUEUE_RETRY_MS = 1000;
const COUNT_ONLY: ReceiveRules = { keep: false, bound: Infinity };

/**
 * One request to the platform from its head to its end: fate, body, limit, worker, work, processing, answer.
 * Once its body has been read a request is processed even when its caller has left, as platforms do.
 */
export async function behave(call: Call, simulation: Simulation): Promise<void> {
  const { counters } = simulation.world;
  counters.arrived();
  const [ending, status] = await run(call, simulation);
  counters.ended(ending, status);
}

function run(call: Call, simulation: Simulation): Promise<Outcome> {
  const candidates = simulation.routes.byHead(call.request.method ?? "", call.target.path);
  const settled = candidates[0]?.operation.body === undefined;
  return settled ? runByHead(call, candidates[0], simulation) : runByBody(call, candidates, simulation);
}

async function runByHead(call: Call, candidate: Candidate | undefined, simulation: Simulation): Promise<Outcome> {
  const asked = settle(candidate, simulation);
  const early = cutShort(call, asked.fate, simulation.world);
  if (early) return early;
  const bound = candidate?.operation.bound;
  const received = await receive(call, bound === undefined ? COUNT_ONLY : { keep: true, bound });
  return heard(call, received, asked, simulation);
}

// Its fate depends on its operation, which the body tells: a connection that plays dead has taken the body in.
async function runByBody(call: Call, candidates: readonly Candidate[], simulation: Simulation): Promise<Outcome> {
  if (isOut(simulation.world)) return [reset(call), 0];
  const received = await receive(call, { keep: true, bound: Math.max(...candidates.map(({ operation }) => operation.bound ?? 0)) });
  const fits = ({ operation }: Candidate): boolean => received.kind === "whole" && (operation.body?.(received.bytes) ?? true);
  const candidate = received.kind === "whole" ? candidates.find(fits) : candidates[0];
  const asked = settle(candidate, simulation);
  const early = cutShort(call, asked.fate, simulation.world);
  if (early) return early;
  const tooLarge = received.kind === "whole" && received.size > (candidate?.operation.bound ?? Infinity);
  return heard(call, tooLarge ? { kind: "too-large" } : received, asked, simulation);
}

function settle(candidate: Candidate | undefined, { world }: Simulation): Asked {
  const operation = candidate?.operation.name ?? UNKNOWN;
  world.counters.asked(operation);
  return { candidate, fate: drawFate(world.random, world.faults, operation) };
}

function isOut({ faults }: World): boolean {
  return faults.lasts("blackout") || faults.lasts("refuseConnections");
}

function cutShort(call: Call, fate: Fate, world: World): Outcome | undefined {
  if (isOut(world)) return [reset(call), 0];
  // Nothing reads on from here, so what was not read stays in the network, and nothing answers.
  if (fate.before === "halfOpen") return ["held", 0];
  return fate.before === "garbage" ? [garbage(call, fate.form), 0] : undefined;
}

async function heard(call: Call, received: Received, asked: Asked, simulation: Simulation): Promise<Outcome> {
  if (received.kind === "aborted") return ["gone", 0];
  if (received.kind === "too-large") return work(call, undefined, asked, simulation);
  simulation.world.counters.read(received.size);
  const request = requestOf(call, asked, received);
  const limit = limitOf(asked, simulation);
  if (!limit) return work(call, request, asked, simulation);
  const overLimitMs = simulation.limits.take(limit.name, limit.scope(request));
  if (overLimitMs === 0 || limit.refuses === false) return work(call, { ...request, overLimitMs }, asked, simulation);
  return whole(call, refusal("limited", call, asked, simulation, overLimitMs), simulation.world);
}

function limitOf({ candidate }: Asked, { kind }: Simulation): LimitSpec | undefined {
  const name = candidate?.operation.limit;
  return name === undefined ? undefined : kind.limits.find((limit) => limit.name === name);
}

async function work(call: Call, request: PlatformRequest | undefined, asked: Asked, simulation: Simulation): Promise<Outcome> {
  const { world } = simulation;
  const { fate } = asked;
  const entry = await world.capacity.enter();
  if (entry === "stopped") return ["stopped", 0];
  if (entry === "full") return whole(call, refusal("not-executed", call, asked, simulation, QUEUE_RETRY_MS), world);
  let answer: Answer;
  try {
    if (!(await world.waits.wait(fate.delayMs))) return ["stopped", 0];
    answer = instead(call, asked, simulation) ?? process(call, request, asked, simulation);
  } finally {
    world.capacity.leave();
  }
  if (answer.delayMs && !(await world.waits.wait(answer.delayMs))) return ["stopped", 0];
  if (fate.before) return whole(call, answer, world);
  return spoil(call, answer, { fate, world, unknownOutcome: () => refusal("unknown-outcome", call, asked, simulation) });
}

function instead(call: Call, asked: Asked, simulation: Simulation): Answer | undefined {
  const { before } = asked.fate;
  if (before === "html") return htmlAnswer(simulation.world);
  if (before === "unauthorized") return refusal("unauthorized", call, asked, simulation);
  return before === "errorBefore" ? refusal("not-executed", call, asked, simulation) : undefined;
}

function process(call: Call, request: PlatformRequest | undefined, asked: Asked, simulation: Simulation): Answer {
  if (!request) return closing(call, refusal("too-large", call, asked, simulation));
  return asked.candidate ? simulation.platform.answer(request) : refusal("no-such-operation", call, asked, simulation);
}

// A caller that waits for 100 Continue may or may not send its body after a refusal, so the connection is of no further use.
function closing({ request }: Call, answer: Answer): Answer {
  return request.headers.expect === undefined ? answer : { ...answer, headers: { ...answer.headers, connection: "close" } };
}

function refusal(name: RefusalName, { request, target }: Call, { candidate }: Asked, { platform, routes }: Simulation, retryAfterMs?: number): Answer {
  const { method = "", headers } = request;
  const operation = candidate?.operation.name ?? UNKNOWN;
  return platform.refuse(name, retryAfterMs, { operation, method, headers, path: target.path, allow: routes.allow(target.path) });
}

function requestOf({ request, target }: Call, { candidate }: Asked, body: PlatformRequest["body"]): PlatformRequest {
  const { method = "", headers, socket } = request;
  const operation = candidate?.operation.name ?? UNKNOWN;
  return { operation, method, headers, body, path: target.path, query: target.query, variables: candidate?.variables ?? {}, address: socket.remoteAddress ?? "", overLimitMs: 0 };
}

async function whole(call: Call, answer: Answer, world: World): Promise<Outcome> {
  return [await send(call, answer, world), answer.status];
}
