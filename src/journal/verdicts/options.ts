import { z } from "zod";
import { duration, name } from "../../base/fields.ts";
import { answerCondition, conditionShape, fitsTogether } from "../../document/answer-condition.ts";
import { eachPart } from "../../document/each-part.ts";
import { extractor } from "../../document/extractor.ts";

/*
 * What answers that pass by tell about submissions that the platform has taken in, and how the platform is asked for its
 * verdict where none passes.
 */

const WHOSE_WANTED = "at least one of reference, key, request: whose verdict it is";
const INDEX_WANTED = "'reference' beside it, or in 'request': places are counted in the batch that it finds";
const VERDICT_WANTED = "at least one of accepted, rejected, unsent, duplicate";
const METHOD_WANTED = "a method in capitals such as GET";
const TARGET_WANTED = "a path such as /api/invoices/{reference}";
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const MEANINGS = ["same", "check", "conflict"] as const;

const conditions = () => z.array(answerCondition()).max(100).prefault([]);
const numbers = () => z.array(extractor()).max(8).prefault([]);

/** One rule of a route's `learns`; `form` is the schema of an answer of ours. */
export function learnRule<Form extends z.ZodType>(form: Form) {
  return z
    .strictObject({
      /** Operation of the submissions that it is about; see `operation` of a submission. */
      of: name(),
      /** The document that the rule is about, where it is not the answer itself, such as `{ json: /body, then: { json: /data, decode: [base64] } }`. */
      in: extractor().optional(),
      /** The answer is a list: conditions and extractors on the answer are about one part of it. */
      each: eachPart().optional(),
      /** Whose verdict it is: by the number under which the platform took it in. `path` and `query` stand in the request, all else in the answer. */
      reference: extractor().optional(),
      /** … or by the submission's own key and scope. */
      key: numbers(),
      scope: numbers(),
      /** Which item of the batch that the reference finds, where the answer counts them: its place as they were sent, from 1. */
      index: extractor().optional(),
      /** … or as the request says it: any place of it, its body too. */
      request: z.strictObject({ reference: extractor().optional(), key: numbers(), scope: numbers() }).prefault({}),
      /** Values of the answer that must be the submission's own, such as `{ read: { json: /number }, is: "{reference}" }`. */
      match: z.array(z.strictObject({ read: extractor(), is: z.string().min(1).max(200) })).max(20).prefault([]),
      /** What answers mean; the first list that fits, in this order. One that fits none says that the verdict is to come. */
      duplicate: z.array(z.strictObject({ ...conditionShape(), means: z.enum(MEANINGS) }).check(fitsTogether)).max(100).prefault([]),
      accepted: conditions(),
      /** Certainly not executed: it may be sent again. */
      unsent: conditions(),
      /** Refused for its content. */
      rejected: conditions(),
      /** `unsent` counts only so long after the platform took it in: it may show it late. */
      notFoundValidAfter: duration("0ms", "30d").prefault("0s"),
      /** Where the platform's final number stands in the answer. */
      number: extractor().optional(),
      /** The caller's answer where a submission in doubt is found accepted by its key; without it its own plan goes on. */
      as: form.optional(),
    })
    .check(({ value, issues }) => {
      const refuse = (message: string): void => void issues.push({ code: "custom", path: [], message, input: value, continue: true });
      const { reference, key, index, request, duplicate, accepted, unsent, rejected } = value;
      if (reference === undefined && key.length === 0 && request.reference === undefined && request.key.length === 0) refuse(WHOSE_WANTED);
      if (index !== undefined && reference === undefined && request.reference === undefined) issues.push({ code: "custom", path: ["index"], message: INDEX_WANTED, input: value, continue: true });
      if (duplicate.length + accepted.length + unsent.length + rejected.length === 0) refuse(VERDICT_WANTED);
    });
}

/**
 * What makes the platform look, where it does so only when told to, and shows what it found to the next question. It follows a
 * question that showed nothing, with the question's own fields; its answer is not read.
 */
export const promptQuestion = z
  .strictObject({
    method: z.string({ error: () => METHOD_WANTED }).regex(/^[A-Z-]{1,20}$/, { error: () => METHOD_WANTED }).prefault("GET"),
    path: z.string({ error: () => TARGET_WANTED }).regex(/^\/[^\s#]{0,2000}$/, { error: () => TARGET_WANTED }),
    body: z.string().max(65_536).optional(),
  })
  .optional();

/** A submission that is accepted awaits the platform's verdict. */
export const provisionalOptions = z.strictObject({
  /** An answer that gives the platform's number (`reference`) is its verdict already: most are issued at once. */
  unlessNumbered: z.boolean().prefault(false),
  /** After it, it counts as accepted. */
  for: duration("1s", "30d").prefault("24h"),
  /** Asks for the verdict where none passes by; the `learns` of the route that the question matches judge the answer. */
  ask: z
    .strictObject({
      after: duration("100ms", "1d").prefault("1min"),
      /** The pause grows to ten times that. */
      every: duration("100ms", "1d").prefault("30s"),
      query: z.strictObject({
        method: z.string({ error: () => METHOD_WANTED }).regex(/^[A-Z-]{1,20}$/, { error: () => METHOD_WANTED }).prefault("GET"),
        /** `{reference}` is the number under which it was taken in; the other places are those of a plan's query. */
        path: z.string({ error: () => TARGET_WANTED }).regex(/^\/[^\s#]{0,2000}$/, { error: () => TARGET_WANTED }),
        /** Fields in place of the caller's newest, which are used where they are known. */
        headers: z.record(z.string().regex(HEADER_NAME, { error: () => "a header name" }), z.string().regex(/^[ -~]*$/, { error: () => "visible ASCII" })).prefault({}),
        body: z.string().max(65_536).optional(),
        prompt: promptQuestion,
      }),
    })
    .optional(),
});

/** See {@link provisionalOptions}. */
export type ProvisionalOptions = z.output<typeof provisionalOptions>;
