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

/** Puts an answer on the wire. Settles when its last byte is handed over or it was given up, which stands on the exchange; rejects for faults only. */
export type Send = (answer: Answer) => void | Promise<void>;

/** Phases that may end an exchange, in order. The first verdict other than "go on" ends the row. */
const DECIDING: readonly { readonly phase: Phase; readonly decide: (x: Exchange, generation: Generation, around: Surroundings) => Verdict | Promise<Verdict> }[] = [
  { phase: "identify", decide: identify },
  { phase: "admit", decide: admit },
  { phase: "recall", decide: recall },
  { phase: "screen", decide: screen },
  { phase: "forward", decide: forward },
];

/** The life of an exchange. Only what has to wait is awaited; `record` runs whatever happened. */
export async function handle(x: Exchange, generation: Generation, around: Surroundings, send: Send): Promise<void> {
  generation.inFlight++;
  try {
    let verdict: Verdict | null = null;
    for (const { phase, decide } of DECIDING) {
      x.phase = phase;
      const decided = decide(x, generation, around);
      verdict = decided instanceof Promise ? await decided : decided;
      mark(x, phase, around);
      if (verdict.kind !== "go-on") break;
    }
    const sending = finish(x, verdict, around, send);
    if (sending instanceof Promise) await sending;
    mark(x, "answer", around);
  } catch (fault) {
    x.endedBy = "edge";
    x.error = "internal";
    x.reason = "internal";
    around.log.error("exchange failed", { id: x.id, phase: x.phase, fault: String((fault as Error).stack ?? fault) });
    if (x.status === 0) await lastWord(x, around, send);
  } finally {
    generation.inFlight--;
    // Claimed, and refused before it was sent: the key is free again.
    if (x.flight !== null && !x.flight.departed) void generation.journal?.withdraw(x.flight, x.reason);
    around.bodies.give(x.heldBytes);
    record(x, around);
  }
}

function finish(x: Exchange, verdict: Verdict | null, around: Surroundings, send: Send): void | Promise<void> {
  x.verdict = verdict;
  settle(x);
  mark(x, "settle", around);
  const reply = answer(x);
  // A refusal keeps the name of the phase that made it.
  if (x.error === null) x.phase = "answer";
  return send(reply);
}

/** Tells the caller of a fault of ours, where that is still possible. */
async function lastWord(x: Exchange, around: Surroundings, send: Send): Promise<void> {
  try {
    await finish(x, refuse("internal", "a fault inside the proxy"), around, send);
  } catch {
    // The fault is in the log; a second one while saying so helps nobody.
  }
}

/** Notes when a phase ended. */
function mark(x: Exchange, phase: Phase, around: Surroundings): void {
  x.ends[PHASES.indexOf(phase)] = around.clock.now();
}
