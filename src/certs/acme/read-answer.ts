import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { done, failed, tame, type Failed, type Step } from "./fault.ts";
import { readProblem, refusal } from "./problem.ts";
import { readRetryAfter } from "./retry-after.ts";
import { isSecure, type Answer } from "./transport.ts";

/** An address that an authority names. */
export const address = z.string().refine(isSecure);

/** Is this an answer that says yes? */
export function isGood({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** What an answer that says no means: by its problem document, else by its status; a web page is no answer of the protocol. */
export function refused(doing: string, answer: Answer, clock: Clock): Failed {
  const { status, url } = answer;
  const retryAfter = readRetryAfter(answer.header("retry-after"), clock.wall());
  const problem = readProblem(json(answer.text));
  if (problem !== null) return refusal(doing, problem, status, retryAfter);
  const kind = status === 429 ? "rate-limited" : "server";
  return failed(kind, `${doing}: '${new URL(url).host}' answered ${status} without a problem document, as '${tame(answer.header("content-type") ?? "")}'`, { retryAfter, status });
}

/** Reads an answer's JSON by a schema. */
export function readAs<T>(schema: z.ZodType<T>, doing: string, answer: Answer): Step<T> {
  const reading = schema.safeParse(json(answer.text));
  if (reading.success) return done(reading.data);
  const where = reading.error.issues[0]?.path.join(".") ?? "";
  const what = where === "" ? `it is no document of the protocol, but '${tame(answer.header("content-type") ?? "")}'` : `'${where}' is missing or not as the protocol has it`;
  return failed("server", `${doing}: reading the answer of '${new URL(answer.url).host}': ${what}`, { status: answer.status });
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
