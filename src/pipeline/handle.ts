import type { Answer } from "../http/message.ts";
import { admit } from "./admit.ts";
import { answer } from "./answer.ts";
import { PHASES, type Exchange, type Phase } from "./exchange.ts";
import { forward } from "./forward.ts";
import type { Generation, Surroundings } from "./generation.ts";
import { identify } from "./identify.ts";
import { recall } from "./recall.ts";
import { record } from "./record.ts";
import { screen } from "./screen.ts";
import { settle } from "./settle.ts";
import { refuse, type Verdict } from "./verdict.ts";

/** Puts an answer on the wire. Resolves when the last byte is handed over; rejects with a SendFault. */
export type Send = (answer: Answer) => void | Promise<void>;

/** Phases that may end an exchange, in order. The first verdict other than "go on" ends the row. */
const DECIDING: readonly [Phase, (x: Exchange, generation: Generation, around: Surroundings) => Verdict | Promise<Verdict>][] = [
  ["identify", identify],
  ["admit", admit],
  ["recall", recall],
  ["screen", screen],
  ["forward", forward],
];

/** The life of an exchange. Only what has to wait is awaited; `record` runs whatever happened. */
export async function handle(x: Exchange, generation: Generation, around: Surroundings, send: Send): Promise<void> {
  generation.inFlight++;
  try {
    let verdict: Verdict | null = null;
    for (const [phase, decide] of DECIDING) {
      x.phase = phase;
      const decided = decide(x, generation, around);
      verdict = decided instanceof Promise ? await decided : decided;
      mark(x, phase, around);
      if (verdict.kind !== "go-on") break;
    }
    await finish(x, verdict, around, send);
  } catch (fault) {
    x.endedBy = "edge";
    x.error = "internal";
    x.reason = "internal";
    around.log.error("exchange failed", { id: x.id, phase: x.phase, fault: String((fault as Error).stack ?? fault) });
    if (x.status === 0) await finish(x, refuse("internal", "a fault inside the proxy"), around, send).catch(() => undefined);
  } finally {
    generation.inFlight--;
    around.bodies.give(x.heldBytes);
    record(x, around);
  }
}

async function finish(x: Exchange, verdict: Verdict | null, around: Surroundings, send: Send): Promise<void> {
  x.verdict = verdict;
  settle(x);
  mark(x, "settle", around);
  const reply = answer(x);
  // A refusal keeps the name of the phase that made it.
  if (x.error === null) x.phase = "answer";
  const sending = send(reply);
  if (sending instanceof Promise) await sending;
  mark(x, "answer", around);
}

/** Notes when a phase ended. */
function mark(x: Exchange, phase: Phase, around: Surroundings): void {
  x.ends[PHASES.indexOf(phase)] = around.clock.now();
}
