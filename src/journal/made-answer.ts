import { pointerSteps, readPointer } from "../document/json-pointer.ts";
import type { EntryFacts, StoredAnswer } from "./entry.ts";
import type { AnswerForm } from "./options.ts";
import { valueOf } from "./place-values.ts";
import { FORGOTTEN, type Recalled } from "./recalled.ts";
import { escapeFor, fill } from "./template.ts";

/** What a form may speak of beside the submission. */
export interface Told {
  /** A JSON answer of the platform, for `{/pointer}`. */
  readonly body?: Uint8Array;
  /** For `{remember.NAME}`, `{path.NAME}` and `{within}`. */
  readonly recalled?: Recalled | null;
  /** For `{reference}`, `{requestId}`, `{retryAfter}`, `{code}`, `{detail}`. */
  readonly values?: Readonly<Record<string, string>>;
  /** Of a batch, for `{items}` and `{rejectedItems}`. */
  readonly items?: readonly ToldItem[];
}

/** An item of a batch, as a form speaks of it. */
export interface ToldItem {
  readonly key: readonly string[];
  /** For `{reference}` and `{outcome}`. */
  readonly values: Readonly<Record<string, string>>;
  /** What of a JSON answer of the platform is about it, for `{/pointer}`. */
  readonly body?: Uint8Array;
}

/** The places of the items in a form's body. */
const LISTS = /(\{items\}|\{rejectedItems\})/;

/** Makes an answer of a route's own form. Linear in the form's length, and for each pointer in the body's. */
export function madeAnswer(form: AnswerForm, facts: Pick<EntryFacts, "key" | "scope" | "taxpayer" | "region">, told: Told): StoredAnswer {
  const lookUp = (name: string): string | null => {
    if (!name.startsWith("/")) return told.values?.[name] ?? valueOf(facts, name, told.recalled ?? FORGOTTEN);
    const found = told.body === undefined || pointerSteps(name) === null ? null : readPointer(told.body, name);
    return found?.kind === "found" ? found.text : null;
  };
  const escape = escapeFor(form.contentType);
  const list = (place: string): string => (place === "{items}" ? itemsText(form, form.item, facts, told, false) : itemsText(form, form.rejectedItem, facts, told, true));
  const text = hasLists(form) ? form.body.split(LISTS).map((piece) => (LISTS.test(piece) ? list(piece) : fill(piece, lookUp, escape))).join("") : fill(form.body, lookUp, escape);
  return { status: form.status, headers: ["Content-Type", form.contentType], body: Buffer.from(text) };
}

function hasLists({ item, rejectedItem }: AnswerForm): boolean {
  return item !== undefined || rejectedItem !== undefined;
}

/** Each item by the same words, with its own key, number and answer. */
function itemsText(form: AnswerForm, words: string | undefined, facts: Pick<EntryFacts, "key" | "scope" | "taxpayer" | "region">, { items = [], values, recalled = null }: Told, ofRejected: boolean): string {
  const whole: AnswerForm = { status: form.status, contentType: form.contentType, body: words ?? "" };
  const listed = form.rejectedItem === undefined ? items : items.filter((one) => (one.values["outcome"] === "rejected") === ofRejected);
  const texts = listed.map(({ key, body, ...own }, index) => madeAnswer(whole, { ...facts, key }, { recalled, values: { ...values, ...own.values, index: String(index + 1) }, ...(body === undefined ? {} : { body }) }));
  return texts.map((text) => Buffer.from(text.body).toString()).join(form.separator ?? ",");
}
