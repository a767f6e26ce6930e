import { loadProfile } from "../../src/config/load-profile.ts";
import { formatProblem } from "../../src/config/problem.ts";
import type { JudgedAnswer } from "../../src/document/answer-condition.ts";
import { compileJudge, type Judgement } from "../../src/journal/judge.ts";

/** An answer of a platform, as a table writes it. */
export interface TableAnswer {
  readonly status: number;
  readonly type?: string;
  readonly body?: string | object;
}

/** What an answer means to a profile's route, in the words of a table: `duplicate-same`, `in-doubt`, … */
export function judging(profile: string, route: string): (answer: TableAnswer) => string {
  const loaded = loadProfile(profile, {});
  if (!loaded.ok) throw new Error(loaded.problems.map(formatProblem).join("\n"));
  const options = loaded.site.routes.find(({ name }) => name === route)?.submission;
  if (options === undefined) throw new Error(`profile '${profile}' has no submissions on a route '${route}'`);
  const judge = compileJudge(options);
  return (answer) => words(judge(judged(answer)));
}

function judged({ status, type, body = "" }: TableAnswer): JudgedAnswer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, contentType: type ?? (typeof body === "string" ? "text/plain" : "application/json"), body: Buffer.from(text) };
}

function words(judgement: Judgement): string {
  return judgement.kind === "duplicate" ? `duplicate-${judgement.means}` : judgement.kind;
}
