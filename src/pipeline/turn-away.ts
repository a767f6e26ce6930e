import { answer } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import type { Surroundings } from "./generation.ts";
import type { Send } from "./handle.ts";
import { record } from "./record.ts";
import type { Verdict } from "./verdict.ts";

/** Answers what was decided in front of the pipeline: of its phases it meets `answer` and `record` alone. Settles when it is over. */
export async function turnAway(x: Exchange, verdict: Verdict, around: Surroundings, send: Send): Promise<void> {
  x.verdict = verdict;
  if (verdict.kind === "refuse" && x.endedBy === "none") x.endedBy = x.gone ? "client" : "edge";
  try {
    await send(answer(x));
  } catch (fault) {
    x.endedBy = "edge";
    x.error = "internal";
    around.log.error("answering in front of the pipeline failed", { id: x.id, fault: String((fault as Error).stack ?? fault) });
  } finally {
    record(x, around);
  }
}
