import type { Answer, AnswerBody } from "./answer.ts";
import { httpDate } from "./calendar.ts";
import type { Ending } from "./counters.ts";
import { type Call, platformWall, type World } from "./world.ts";

const PIECE_BYTES = 64 * 1024;
const BEAT_MS = 100;

/** Sends a whole answer at the speed that is set; resolves when the last byte was handed to the system, or the caller left. */
export async function send(call: Call, answer: Answer, world: World): Promise<Ending> {
  const { request, response } = call;
  if (request.socket.destroyed) return "gone";
  const done = finished(call);
  writeHead(call, answer, world);
  if (request.method !== "HEAD") await sendBody(call, answer.body, answer.body.size, world);
  response.end();
  return done;
}

/** Promises the whole answer, sends half of it, then resets the connection or ends it. */
export async function sendHalf(call: Call, answer: Answer, world: World, as: "reset" | "close"): Promise<Ending> {
  const { request, response } = call;
  const half = Math.floor(answer.body.size / 2);
  if (request.socket.destroyed) return "gone";
  // Without a body the head alone would be a complete answer.
  if (request.method === "HEAD" || half === 0) return reset(call);
  writeHead(call, answer, world);
  await sendBody(call, answer.body, half, world);
  await flushed(call);
  if (as === "close") request.socket.end();
  else request.socket.resetAndDestroy();
  response.destroy();
  return "cut";
}

/** Resets the connection without a word. */
export function reset({ request }: Call): Ending {
  request.socket.resetAndDestroy();
  return "reset";
}

function writeHead({ response }: Call, answer: Answer, world: World): void {
  // Node's own Date header would not follow the clock of the sandbox.
  response.sendDate = false;
  const headers: Record<string, string> = { ...answer.headers, date: httpDate(platformWall(world)), "taxgate-sandbox": world.name };
  if (answer.status !== 304) headers["content-length"] = String(answer.body.size);
  if (world.faults.lasts("refuseConnections")) headers.connection = "close";
  response.writeHead(answer.status, headers);
}

async function sendBody(call: Call, body: AnswerBody, upTo: number, world: World): Promise<void> {
  const speed = world.faults.set().slowBody?.bytesPerSecond;
  const step = speed === undefined ? PIECE_BYTES : Math.max(1, Math.floor((speed * BEAT_MS) / 1000));
  if (speed !== undefined) call.response.flushHeaders();
  for (let from = 0; from < upTo; from += step) {
    if (speed !== undefined && !(await world.waits.wait((step * 1000) / speed))) return;
    if (call.request.socket.destroyed) return;
    const room = call.response.write(body.slice(from, Math.min(from + step, upTo)));
    if (!room) await drained(call);
  }
}

// A pipelined response that never got its socket emits no close, so the request's socket is watched instead.
function until(call: Call, event: "drain" | "finish"): Promise<void> {
  const { response, request } = call;
  const { socket } = request;
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off(event, settle);
      socket.off("close", settle);
      resolve();
    };
    response.once(event, settle);
    socket.once("close", settle);
    if (socket.destroyed) settle();
  });
}

function drained(call: Call): Promise<void> {
  return until(call, "drain");
}

async function finished(call: Call): Promise<Ending> {
  await until(call, "finish");
  return call.response.writableFinished ? "answered" : "gone";
}

function flushed({ request }: Call): Promise<void> {
  const { socket } = request;
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.write("", () => resolve());
  });
}
