import { pointerSteps, readPointer } from "../document/json-pointer.ts";
import type { EntryFacts, StoredAnswer } from "./entry.ts";
import type { AnswerForm } from "./options.ts";
import { valueOf } from "./plan.ts";
import { escapeFor, fill } from "./template.ts";

/** What a form may speak of beside the submission. */
export interface Told {
  /** A JSON answer of the platform, for `{/pointer}`. */
  readonly body?: Uint8Array;
  /** For `{requestId}`, `{retryAfter}`, `{code}`, `{detail}`. */
  readonly values?: Readonly<Record<string, string>>;
}

/** Makes an answer of a route's own form. Linear in the form's length, and for each pointer in the body's. */
export function madeAnswer(form: AnswerForm, facts: Pick<EntryFacts, "key" | "scope" | "taxpayer" | "region">, told: Told): StoredAnswer {
  const lookUp = (name: string): string | null => {
    if (!name.startsWith("/")) return told.values?.[name] ?? valueOf(facts, name);
    const found = told.body === undefined || pointerSteps(name) === null ? null : readPointer(told.body, name);
    return found?.kind === "found" ? found.text : null;
  };
  const body = Buffer.from(fill(form.body, lookUp, escapeFor(form.contentType)));
  return { status: form.status, headers: ["Content-Type", form.contentType], body };
}
