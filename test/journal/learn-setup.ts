import type { Entry } from "../../src/journal/entry.ts";
import type { Asker } from "../../src/journal/verdicts/may-tell.ts";
import { learnsOptions } from "../../src/journal/options.ts";
import { compileLearns } from "../../src/journal/verdicts/rules.ts";
import { answered, scripted, type Scripted, type Who } from "./scripted-journal.ts";

/** The platform takes a submission in. */
export const TAKEN_IN = answered(202, { ref: "T1" });
/** A route whose submissions await a verdict. */
export const OPTIONS = { accepted: [{ status: 202 }], reference: { json: "/ref" }, provisional: { for: "1h" }, rejectedFor: "10min" };
/** Reads verdicts in a list, by the platform's number. */
export const RULE = {
  of: "issue", each: { json: "/all" }, reference: { json: "/ref" }, number: { json: "/no" },
  accepted: [{ json: "/state", equals: "ok" }], rejected: [{ json: "/state", equals: "bad" }], unsent: [{ json: "/state", equals: "gone" }],
};
/** The same by the order's own. */
export const BY_KEY = { ...RULE, reference: undefined, key: [{ json: "/order" }] };
const NOBODY: Asker = { principal: null, taxpayer: null, changing: new Set(["authorization"]), entitled: null };

/** How an answer passes by. */
export interface Hears {
  readonly rule?: Readonly<Record<string, unknown>>;
  readonly asker?: Partial<Asker>;
  readonly region?: string;
  /** Monotonic ms. */
  readonly askedAt?: number;
}

/** An answer passes by; what it says is all it says. */
export function hear({ journal, clock }: Scripted, all: readonly object[], { rule = RULE, asker = {}, region = "beijing", askedAt = clock.now() }: Hears = {}): void {
  const body = Buffer.from(JSON.stringify({ all }));
  const request = { headers: [], pathVariables: {}, query: "", body: null, contentType: undefined };
  journal.overhear(compileLearns(learnsOptions.parse([rule])), {
    site: "china", region, askedAt, by: "passing", asker: { ...NOBODY, ...asker }, headers: () => [],
    overheard: { request, status: 200, headers: ["content-type", "application/json"], contentType: "application/json", body },
  });
}

/** A journal in which the platform has taken order A in as T1, and what its caller was told. */
export async function takenIn(options: Readonly<Record<string, unknown>> = {}, who: Who = {}): Promise<Scripted> {
  const self = scripted({ ...OPTIONS, ...options });
  self.script = () => TAKEN_IN;
  self.journal.start();
  await self.hear({ orderNo: "A", content: 1 }, who);
  return self;
}

/** Where order A stands. */
export const stateOf = async (self: Scripted): Promise<Entry["state"]> => (await self.entry("A")).state;
/** The body that a replay shows. */
export const bodyOf = (one: unknown): string => (typeof one === "object" && one !== null && "entry" in one ? Buffer.from((one as { entry: Entry }).entry.answer?.body ?? "").toString() : JSON.stringify(one));
