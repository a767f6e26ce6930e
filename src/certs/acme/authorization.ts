import { z } from "zod";
import type { Challenge } from "../challenges/solver.ts";
import { isToken } from "../challenges/token.ts";
import type { ChallengeType } from "../options.ts";
import type { Account } from "./account.ts";
import { done, failed, tame, type Step } from "./fault.ts";
import type { Identifier } from "./identifiers.ts";
import { finding, readProblem, type Problem } from "./problem.ts";
import { address, readAs } from "./read-answer.ts";
import { readRetryAfter } from "./retry-after.ts";
import { post, type SignedEnv } from "./signed-calls.ts";

const challenge = z.object({
  type: z.string().max(100),
  url: address,
  status: z.string().max(50),
  token: z.string().max(500).optional(),
  error: z.unknown().optional().transform((value) => readProblem(value)),
});

/** An authorization (RFC 8555 section 7.1.4). */
const document = z.object({
  status: z.string().max(50),
  identifier: z.object({ type: z.enum(["dns", "ip"]), value: z.string().min(1).max(253) }),
  challenges: z.array(challenge).max(50),
});

/** An authorization as an answer shows it. */
export interface Authorization extends z.output<typeof document> {
  readonly url: string;
  /** When to look at it again, ms from now; null: nothing was said. */
  readonly retryAfter: number | null;
}

/** What is to be shown for an authorization, and where the authority is told that it can be seen. */
export interface Task {
  readonly authorization: string;
  readonly challenge: Challenge;
  readonly url: string;
  /** It has been told already, in an earlier try. */
  readonly told: boolean;
}

/** Looks at an authorization. */
export async function fetchAuthorization(calls: SignedEnv, account: Account, url: string, doing = "reading an authorization"): Promise<Step<Authorization>> {
  const step = await post(calls, account, { url, payload: null, doing });
  if (!step.ok) return step;
  const reading = readAs(document, doing, step.value);
  return reading.ok ? done({ ...reading.value, url, retryAfter: readRetryAfter(step.value.header("retry-after"), calls.clock.wall()) }) : reading;
}

/** What is to be done for an authorization; null: nothing, it is valid. Only names that were ordered are shown. */
export function taskOf(authorization: Authorization, wanted: { readonly type: ChallengeType; readonly identifiers: readonly Identifier[]; readonly account: Account }): Step<Task | null> {
  const { status, identifier, challenges, url } = authorization;
  const name = nameOf(authorization);
  if (status === "valid") return done(null);
  if (status !== "pending") return finding(`the authorization of '${name}' is '${tame(status)}'`, problemOf(authorization));
  if (!wanted.identifiers.some(({ type, value }) => type === identifier.type && value.replace(/^\*\./, "") === identifier.value.toLowerCase())) return failed("server", `reading an authorization: '${name}' was not ordered`);
  const found = challenges.find(({ type }) => type === wanted.type);
  if (found === undefined) return failed("refused", `the authority does not offer ${wanted.type} for '${name}', but ${tame(challenges.map(({ type }) => type).join(", ")) || "nothing"}`);
  const { token } = found;
  if (token === undefined || !isToken(token)) return failed("server", `reading an authorization: the token for '${name}' is none`);
  const shown = { type: wanted.type, identifier: { type: identifier.type, value: identifier.value.toLowerCase() }, token, keyAuthorization: `${token}.${wanted.account.key.thumbprint}` };
  return done({ authorization: url, challenge: shown, url: found.url, told: found.status !== "pending" });
}

/** What the authority found wrong with it. */
export function problemOf({ challenges }: Authorization): Problem | null {
  return challenges.find(({ error }) => error !== null)?.error ?? null;
}

/** Its name for people. */
export function nameOf({ identifier }: Authorization): string {
  return tame(identifier.value);
}
