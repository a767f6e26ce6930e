import type { Random } from "../../../src/base/random.ts";
import { submissionOptions, type SubmissionOptions } from "../../../src/journal/options.ts";
import { pick } from "./behaviours.ts";

/** A route's `submission` as a run has it; a reload puts another one in its place. */
export interface Profile {
  readonly onOutage: "wait" | "refuse" | "defer";
  readonly plan: "query" | "query-held" | "hold" | "resend" | "wait-resend";
  readonly duplicate: "form" | "plain" | "check";
  readonly resendUnsent: "0s" | "20s";
  readonly rejectedFor: "0ms" | "5s" | "10min";
  readonly maxQueueAge: "3s" | "12h";
  readonly linger: "0ms" | "3s";
  /** How long a verdict is awaited, where the platform gives one. */
  readonly provisional: "never" | "20s" | "10min";
}

/** Holds of every platform of the model: later than MOST_LATE and MOST_HIDDEN together. */
export const NOT_FOUND_VALID_AFTER = "4s";
/** How long a platform that recognises what it has does so, in ms; routes rely on 30 s. */
export const RECOGNISES = 40_000;

/** One that fits a platform that recognises what it has, or one that does not. */
export function randomProfile(random: Random, recognises: boolean, late: boolean): Profile {
  return {
    onOutage: pick(random, ["wait", "wait", "refuse", "defer", "defer"]),
    plan: pick(random, recognises ? ["resend", "resend", "wait-resend", "query"] : ["query", "query", "query", "query", "query-held", "hold"]),
    duplicate: pick(random, ["form", "plain", "check"]),
    resendUnsent: pick(random, ["0s", "0s", "20s"]),
    rejectedFor: pick(random, ["0ms", "5s", "10min"]),
    maxQueueAge: pick(random, ["3s", "12h"]),
    linger: pick(random, ["0ms", "3s"]),
    provisional: late ? pick(random, ["20s", "10min", "10min"]) : "never",
  };
}

const QUERY = { query: { path: "/api/invoices?order={key}" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: NOT_FOUND_VALID_AFTER, every: "500ms", for: "60s" };
const PLANS: Readonly<Record<Profile["plan"], readonly unknown[]>> = {
  query: [QUERY, "hold"],
  "query-held": [{ ...QUERY, absentMeans: "held" }],
  hold: [{ wait: "2s" }, "hold"],
  resend: [{ resend: { window: "30s" } }, { wait: "2s" }, { resend: { window: "30s" } }, { ...QUERY, absentMeans: "held" }],
  "wait-resend": [{ wait: "45s" }, { resend: { window: "30s" } }],
};
const DUPLICATES: Readonly<Record<Profile["duplicate"], object>> = {
  form: { means: "same", as: { status: 200, body: '{"code":0,"order":"{key}","number":"{/number}"}' } },
  plain: { means: "same" },
  check: { means: "check" },
};

const parsed = new Map<string, SubmissionOptions>();

/** The options of a profile, as they are read from a file. */
export function optionsOf(profile: Profile): SubmissionOptions {
  const key = JSON.stringify(profile);
  const known = parsed.get(key) ?? submissionOptions.parse(written(profile));
  parsed.set(key, known);
  return known;
}

function written({ plan, duplicate, maxQueueAge, provisional, ...rest }: Profile): object {
  return {
    ...rest,
    key: [{ json: "/order" }],
    duplicate: [{ json: "/code", equals: 6655, ...DUPLICATES[duplicate] }, { json: "/code", equals: 6656, means: "conflict" }],
    accepted: [{ status: 200, json: "/code", equals: 0 }],
    notExecuted: [{ status: 503, json: "/code", equals: 5030 }, { status: 401 }],
    final: [{ status: 400, json: "/code", equals: 4001 }],
    inDoubt: [{ status: 504 }, { contentType: "text/html" }],
    reference: { json: "/number" },
    resolve: PLANS[plan],
    ...(provisional === "never" ? {} : { provisional: { for: provisional } }),
    serialBy: [{ json: "/lane" }], defer: { maxQueueAge },
  };
}
