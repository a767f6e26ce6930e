import type { Entry, EntryFacts, EntryState, StoredAnswer } from "../../src/journal/entry.ts";
import { submissionOptions, type SubmissionOptions } from "../../src/journal/options.ts";
import { compilePolicy, type SubmissionPolicy } from "../../src/journal/policy.ts";
import { idOf } from "./sample-entry.ts";

/** Wall ms of everything in these tests. */
export const WALL = 1_790_000_000_000;

/** What is known of a submission from the start. */
export function someFacts(facts: Partial<EntryFacts> = {}): EntryFacts {
  const fixed = { id: idOf("one"), revision: 1, site: "china", route: "issue", key: ["A1"], scope: ["9144"], taxpayer: "9144", region: "beijing" } as const;
  return { ...fixed, principal: null, lane: null, fingerprint: "f".repeat(32), profile: "p".repeat(16), ...facts };
}

/** An entry as the store gives it. */
export function someEntry(entry: Partial<Entry> & { readonly state: EntryState }): Entry {
  const { revision = 1 } = entry;
  return { ...someFacts(), sequence: revision, fence: 1, owner: "1-test", attempts: 0, endpoint: "", createdAt: WALL, updatedAt: WALL, answer: null, ...entry };
}

/** A route's policy; what is left out stands at its default, and the key at `/orderNo`. */
export function somePolicy(options: Readonly<Record<string, unknown>> = {}): SubmissionPolicy {
  return compilePolicy(someOptions(options), "china", "issue");
}

/** Options as they come out of a configuration file. */
export function someOptions(options: Readonly<Record<string, unknown>> = {}): SubmissionOptions {
  return submissionOptions.parse({ key: [{ json: "/orderNo" }], ...options });
}

/** A JSON answer of a platform. */
export function jsonAnswer(status: number, body: unknown): StoredAnswer {
  return { status, headers: ["Content-Type", "application/json"], body: Buffer.from(JSON.stringify(body)) };
}
