import { z } from "zod";
import { whole } from "../../base/fields.ts";
import { answerCondition } from "../../document/answer-condition.ts";
import { eachPart } from "../../document/each-part.ts";
import { extractor } from "../../document/extractor.ts";
import { pointerSteps } from "../../document/json-pointer.ts";
import { placesIn, wholeOf } from "../template.ts";

/** What a part of an answer can mean for its item. */
export const ITEM_MEANINGS = ["accepted", "same", "rejected", "not-executed", "conflict"] as const;

/** See {@link ITEM_MEANINGS}. `same`: it was issued before; `conflict`: another content was issued under its number. */
export type ItemMeaning = (typeof ITEM_MEANINGS)[number];

/** Largest batch. */
export const MOST_ITEMS = 10_000;

const IS_WANTED = "accepted or rejected, or a list such as [{ when: { json: /status, equals: ok }, means: accepted }]";
const PART_WANTED = "{key}, {key.2}, {reference} or a JSON pointer such as {/uuid}";
const FINGERPRINT_WANTED = "fields beside 'over: fields', and nowhere else";

/** What a part means, by a condition on it. */
const rule = z
  .strictObject({
    when: answerCondition(),
    means: z.enum(ITEM_MEANINGS),
    /** What the caller gets of `same` in place of the part, where the platform's own words would be taken for a failure: `{key}`, `{reference}`, and `{/pointer}` into a part in JSON. */
    as: z.string().max(65_536).optional(),
  })
  .check(({ value, issues }) => {
    if (value.as !== undefined && value.means !== "same") issues.push({ code: "custom", path: ["as"], message: "'means: same' beside it", input: value, continue: true });
    if (placesIn(value.as ?? "").some((place) => !isOfPart(place))) issues.push({ code: "custom", path: ["as"], message: PART_WANTED, input: value, continue: true });
  });

function isOfPart(place: string): boolean {
  return place.startsWith("/") ? pointerSteps(place) !== null : /^(reference|key(\.[1-9])?)$/.test(wholeOf(place));
}

/** Where parts of an answer tell what became of items. */
const outcome = z.strictObject({
  each: eachPart(),
  /** Of the part: the same values as the item's key, in the same order. */
  key: z.array(extractor()).max(8).prefault([]),
  /** Of the part, where it counts the items: the item's place among those that were sent, from 1. Beside 'key' both must say the same. */
  index: extractor().optional(),
  /** What being there means; or by the first condition on the part that holds. A part that fits none says nothing. */
  is: z.union([z.enum(["accepted", "rejected"]), z.array(rule).min(1).max(100)], { error: () => IS_WANTED }),
  /** Where the platform's number of the item stands in the part. */
  reference: extractor().optional(),
});

/** The items of a batch: several submissions in one request. */
export const itemsOptions = z
  .strictObject({
    /** Where they stand. What is said about an item is said as about a message of its own, so that XML paths begin at its element. */
    each: eachPart(),
    /** The document that holds them, where it is not the body itself, such as `{ body: true, decode: [base64] }`. */
    in: extractor().optional(),
    /** Larger batches are refused. */
    max: whole(1, MOST_ITEMS).prefault(1000),
    /** Where in an item its number stands. */
    key: z.array(extractor()).min(1).max(8),
    /** Whose numbers they are: read from the whole request. */
    scope: z.array(extractor()).max(8).prefault([]),
    /** What makes two contents of an item the same: all of it, or these values. */
    fingerprint: z.strictObject({ over: z.enum(["bytes", "fields"]), fields: z.array(extractor()).max(50).prefault([]) }).prefault({ over: "bytes" }),
    /** A batch in which some items are known and some are new is refused, or the new ones alone are sent and the answer is composed. */
    policy: z.enum(["whole", "perItem"]).prefault("whole"),
    /** Where in an answer that accepts the outcome of each item stands; without it what became of the batch became of each. */
    outcomes: z.array(outcome).max(10).prefault([]),
  })
  .check(({ value, issues }) => {
    for (const { path, want } of itemsFaults(value)) issues.push({ code: "custom", path: [...path], message: want, input: value, continue: true });
  });

/** See {@link itemsOptions}. */
export type ItemsOptions = z.output<typeof itemsOptions>;

/** What is right key by key, and wrong together. */
function itemsFaults({ in: outer, key, fingerprint, policy, outcomes }: Pick<ItemsOptions, "in" | "key" | "fingerprint" | "policy" | "outcomes">): { readonly path: readonly (string | number)[]; readonly want: string }[] {
  const all = [
    { wrong: (fingerprint.over === "fields") !== fingerprint.fields.length > 0, path: ["fingerprint", "fields"], want: FINGERPRINT_WANTED },
    { wrong: policy === "perItem" && outcomes.length === 0, path: ["outcomes"], want: "at least one list beside 'policy: perItem': an answer is composed of its parts" },
    { wrong: policy === "perItem" && outer !== undefined, path: ["policy"], want: "whole beside 'in': a document that is wrapped is not written again" },
    ...outcomes.map((one, index) => ({ wrong: one.key.length !== key.length && (one.key.length > 0 || one.index === undefined), path: ["outcomes", index, "key"], want: `${key.length} extractors, as the key of the items has, or 'index'` })),
  ];
  return all.filter(({ wrong }) => wrong);
}
