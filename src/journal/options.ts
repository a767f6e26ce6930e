import { z } from "zod";
import { bytes, duration, name, rate, whole } from "../base/fields.ts";
import { answerCondition, conditionShape, fitsTogether } from "../document/answer-condition.ts";
import { eachPart } from "../document/each-part.ts";
import { extractor } from "../document/extractor.ts";
import { formFaults, placeFaults } from "./check-places.ts";
import { itemsOptions } from "./batch/options.ts";
import { learnRule, promptQuestion, provisionalOptions } from "./verdicts/options.ts";
import { parseTimeLimit, TIME_LIMIT_WANTED } from "./time-limit.ts";

const TYPE_WANTED = "a content type such as application/json; charset=utf-8";
const URL_WANTED = "an address such as https://erp.example/taxgate";
const METHOD_WANTED = "a method in capitals such as GET";
const TARGET_WANTED = "a path such as /api/invoices?orderNo={key}";
const KEY_WANTED = "a list of 1 to 8 extractors such as [{ json: /orderNo }], or 'items' for a batch";
const STEP_WANTED = "exactly one of query, wait, resend, or the word hold";
const REMEMBERED = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const FINGERPRINT_WANTED = "fields beside 'over: fields', and nowhere else";

/**
 * An answer of our own making. In its body `{key}`, `{scope}`, `{taxpayer}`, `{region}`, `{remember.NAME}`, `{path.NAME}`,
 * `{within}`, `{reference}`, `{requestId}`, `{retryAfter}`, `{code}` and `{detail}` stand for what they name, `{key.2}` for the
 * second of several, `{key[0..4]}` for a piece of it, and `{/pointer}` for a value of the platform's answer where one is at
 * hand: of the part of it that a step with `each` found.
 */
const answerForm = z.strictObject({
  status: whole(200, 599),
  contentType: z.string({ error: () => TYPE_WANTED }).regex(/^[!-~][ -~]{0,200}$/, { error: () => TYPE_WANTED }).prefault("application/json"),
  body: z.string().max(65_536).prefault(""),
  /** Of a batch: written for each of its items that the answer speaks of, in place of `{items}` in the body. There `{reference}`, `{outcome}`, `{index}` and `{/pointer}` are the item's. */
  item: z.string().max(65_536).optional(),
  /** The same for items that were refused, in place of `{rejectedItems}`; without it they are written as the others. */
  rejectedItem: z.string().max(65_536).optional(),
  /** Between two of them; a comma unless written. */
  separator: z.string().max(100).optional(),
}).check(({ value, issues }) => {
  for (const { path, want } of formFaults(value)) issues.push({ code: "custom", path: [...path], message: want, input: value, continue: true });
});

/** See {@link answerForm}. */
export type AnswerForm = z.output<typeof answerForm>;

/** Fields that are stated anew, or are for one caller alone. */
const NOT_REPLAYED = /^(connection|content-length|date|keep-alive|set-cookie|te|trailer|transfer-encoding|upgrade|via|x-request-id|taxgate-.*)$/i;

const conditions = () => z.array(answerCondition()).max(100);

/** The platform's word that it knows the submission already. */
const duplicate = z
  .strictObject({
    ...conditionShape(),
    /** `same`: it is this one, and was issued. `check`: by the plan. `conflict`: another content was issued under this key. */
    means: z.enum(["same", "check", "conflict"]),
    /** What the caller gets of `same`, where the platform's own words would be taken for a failure. Else the plan's query is asked, where there is one. */
    as: answerForm.optional(),
    /** Where the platform's own number stands in this answer, where that is another place than in one that accepts. */
    reference: extractor().optional(),
  })
  .check(fitsTogether);

/** The platform's word that it did nothing. */
const notExecuted = z
  .strictObject({
    ...conditionShape(),
    /** The same bytes would get the same answer: no attempt of ours follows, and the caller, who has to change something, gets it at once. 401, 403 and 407 always mean that. */
    needs: z.literal("caller", { error: () => "caller, or nothing" }).optional(),
  })
  .check(fitsTogether);

const STEPS = ["query", "wait", "resend"] as const;

/** One step on the way out of doubt. */
const step = z
  .strictObject({
    /** Asks the platform. In path, headers and body `{key}`, `{scope}`, `{taxpayer}`, `{region}`, `{remember.NAME}` and `{path.NAME}` stand for their values, `{key.2}` for the second of several, `{key[6..10]}` for a piece. */
    query: z
      .strictObject({
        method: z.string({ error: () => METHOD_WANTED }).regex(/^[A-Z-]{1,20}$/, { error: () => METHOD_WANTED }).prefault("GET"),
        path: z.string({ error: () => TARGET_WANTED }).regex(/^\/[^\s#]{0,2000}$/, { error: () => TARGET_WANTED }),
        /** Fields beside those of the submission; `content-type` where there is a body. */
        headers: z.record(z.string().regex(HEADER_NAME, { error: () => "a header name" }), z.string().regex(/^[ -~]*$/, { error: () => "visible ASCII" })).prefault({}),
        body: z.string().max(65_536).optional(),
        prompt: promptQuestion,
      })
      .optional(),
    /** The answer is a list: `found`, `match`, `reference`, and `{/pointer}` in `as` are about one part of it. */
    each: eachPart().optional(),
    /** The list goes on: what is read from the answer is sent with the same question, in a field or a member of the query; or its pages are `numbered` there, from 1, up to one without a part. */
    next: z.strictObject({ read: extractor().optional(), numbered: z.literal(true, { error: () => "true, or nothing" }).optional(), header: z.string().regex(HEADER_NAME, { error: () => "a header name" }).optional(), query: z.string().min(1).max(100).optional() }).optional(),
    /** A longer list shows nothing but what it holds up to there. */
    pages: whole(1, 10_000).optional(),
    /** Answers that show the submission; beside `each`, any part unless written. */
    found: answerCondition().optional(),
    /** Values of the answer that must be the submission's own, such as `{ json: /data/orderNo, is: "{key}" }`. */
    match: z.array(z.strictObject({ read: extractor(), is: z.string().min(1).max(200) })).max(20).prefault([]),
    /** Answers that show that it is not there; beside `each`, the last page of a list without it. */
    absent: answerCondition().optional(),
    /** The caller's answer; without it the platform's answer to the query. */
    as: answerForm.optional(),
    /** Where the platform's own number stands in this answer, where that is another place than in one that accepts. */
    reference: extractor().optional(),
    /** Of a batch, where `reference` is the number of all that was sent together: where the item's own number stands. */
    itemReference: extractor().optional(),
    /** An answer that it is not there counts only so long after the last attempt ended. */
    notFoundValidAfter: duration("0ms", "30d").optional(),
    /** What follows from its absence: it may be sent again, only a person may say so, or its number must never be used again. */
    absentMeans: z.enum(["unsent", "held", "closed"]).prefault("unsent"),
    /** What the caller gets of `closed`, now and later; without it the platform's answer to the query. */
    closedAs: answerForm.optional(),
    /** How often it is asked; the pause grows to ten times that. */
    every: duration("50ms", "1d").prefault("1s"),
    /** How long this step is tried. */
    for: duration("0ms", "30d").prefault("10min"),
    /** Waits, and goes on to the next step. */
    wait: duration("0ms", "30d").optional(),
    /** Sends the same bytes again, where the platform recognises them. */
    resend: z.strictObject({ window: duration("1s", "30d"), /** How often, while no answer tells. */ times: whole(1, 1000).prefault(1), /** Before the second time; it grows to ten times that. */ pause: duration("50ms", "1d").prefault("5s") }).optional(),
  })
  .check(({ value, issues }) => {
    const kinds = STEPS.filter((kind) => value[kind] !== undefined);
    if (kinds.length !== 1) issues.push({ code: "custom", path: [], message: STEP_WANTED, input: value, continue: true });
    if (kinds[0] === "query" && value.found === undefined && value.each === undefined) issues.push({ code: "custom", path: ["found"], message: "a condition beside 'query', such as { status: 200 }", input: value, continue: true });
    for (const { path, want } of listFaults(value)) issues.push({ code: "custom", path: [...path], message: want, input: value, continue: true });
    if ((value.notFoundValidAfter ?? 0) >= value.for) issues.push({ code: "custom", path: ["for"], message: "longer than 'notFoundValidAfter', or absence can never count", input: value, continue: true });
    if (value.absent !== undefined && value.notFoundValidAfter === undefined) issues.push({ code: "custom", path: ["notFoundValidAfter"], message: "a duration beside 'absent': how late the platform may still show it", input: value, continue: true });
  });

/** See {@link step}. */
export type StepOptions = z.output<typeof step>;

/** What of a list does not go together. */
function listFaults({ query, each, next, as, absentMeans, closedAs }: Pick<StepOptions, "query" | "each" | "next" | "as" | "absentMeans" | "closedAs">): { readonly path: readonly string[]; readonly want: string }[] {
  const all = [
    { wrong: next !== undefined && each === undefined, path: ["next"], want: "'each' beside it: only a list goes on" },
    { wrong: next !== undefined && (next.read === undefined) === (next.numbered === undefined), path: ["next"], want: "exactly one of read, numbered in it" },
    { wrong: next !== undefined && (next.header === undefined) === (next.query === undefined), path: ["next"], want: "exactly one of header, query in it" },
    { wrong: query !== undefined && each !== undefined && as === undefined, path: ["as"], want: "a form beside 'each': the caller sent one submission, and the answer is a list" },
    { wrong: closedAs !== undefined && absentMeans !== "closed", path: ["closedAs"], want: "'absentMeans: closed' beside it" },
  ];
  return all.filter(({ wrong }) => wrong);
}

/** What happens to submissions while the platform is down, with `onOutage: defer`. */
const defer = z.strictObject({
  /** What the caller is told. */
  accepted: answerForm.prefault({ status: 202, body: '{"status":"queued","requestId":"{requestId}"}' }),
  /** Later it is not sent any more. */
  maxQueueAge: duration("1s", "30d").prefault("12h"),
  /** How fast the queue is delivered. */
  pace: rate().prefault("5/s"),
  /** More are refused. */
  maxQueued: whole(1, 10_000_000).prefault(100_000),
  /** Told of each one that is over, with an HMAC-SHA-256 under the secret. */
  webhook: z.strictObject({ url: z.string({ error: () => URL_WANTED }).refine((text) => /^https?:\/\//.test(text) && URL.canParse(text), { error: () => URL_WANTED }), secret: z.string().min(16, { error: () => "at least 16 characters" }) }).optional(),
});

/** How submissions on a route are kept from being issued twice. */
export const submissionOptions = z
  .strictObject({
    /** What is done, as part of the key: the route's name unless written. Keep it where a route is renamed. */
    operation: name().optional(),
    /** Where the number stands under which the platform must issue once; of a batch, `items` say it. */
    key: z.array(extractor()).max(8).prefault([]),
    /** Whose number it is: never a token, because tokens change. */
    scope: z.array(extractor()).max(8).prefault([]),
    /** What makes two submissions the same: every byte, or these values. */
    fingerprint: z
      .strictObject({ over: z.enum(["bytes", "fields"]), fields: z.array(extractor()).max(50).prefault([]) })
      .check(({ value, issues }) => {
        if ((value.over === "fields") !== (value.fields.length > 0)) issues.push({ code: "custom", path: ["fields"], message: FINGERPRINT_WANTED, input: value, continue: true });
      })
      .prefault({ over: "bytes" }),
    /** The request is a batch of submissions. */
    items: itemsOptions.optional(),
    /** Submissions with the same value are sent one at a time, in the order of their claims; one without an outcome stops those behind it. */
    serialBy: z.array(extractor()).max(4).prefault([]),
    /** Nothing but a first attempt at once is sent past the first such time after it came, such as `midnight Europe/Warsaw`. */
    notPast: z.string({ error: () => TIME_LIMIT_WANTED }).refine((text) => parseTimeLimit(text) !== null, { error: () => TIME_LIMIT_WANTED }).optional(),
    /** Its answer means something only here, such as `{ path: session }`: a try with other values gets `answers.elsewhere`. */
    within: z.array(extractor()).max(4).prefault([]),
    /** Values of the submission that questions and answers use as `{remember.NAME}`. */
    remember: z.record(z.string().regex(REMEMBERED, { error: () => "a name of letters, digits and _" }), extractor()).prefault({}),
    /** What answers mean; the first list that fits, in this order. An answer that fits none leaves it in doubt. */
    duplicate: z.array(duplicate).max(100).prefault([]),
    accepted: conditions().prefault([{ status: [200, 201, 202, 204] }]),
    notExecuted: z.array(notExecuted).max(100).prefault([{ status: [401, 429] }]),
    final: conditions().prefault([{ status: [400, 413, 415] }]),
    inDoubt: conditions().prefault([]),
    /** Where the platform's own number stands in an answer that accepts, or in that of a query. */
    reference: extractor().optional(),
    /** The way out of doubt. */
    resolve: z.array(z.union([z.literal("hold"), step], { error: () => STEP_WANTED })).max(10).prefault(["hold"]),
    /** How fast doubts are resolved, all of the route together. */
    resolvePace: rate().prefault("50/s"),
    /** A request without a key is refused, or goes through without a journal. */
    onMissingKey: z.enum(["refuse", "pass"]).prefault("refuse"),
    /** While the platform is down: keep trying for the caller's time, say so at once, or accept and deliver later. */
    onOutage: z.enum(["wait", "refuse", "defer"]).prefault("wait"),
    defer: defer.prefault({}),
    /** An accepted one awaits the platform's verdict, which `learns` of other routes tell, or which is asked for. */
    provisional: provisionalOptions.optional(),
    /** How long the same content gets the same final no; after that it is sent again. */
    rejectedFor: duration("0ms", "10y").prefault("10min"),
    /** How long what is known is kept. */
    retain: z.strictObject({ outcome: duration("1d", "100y").prefault("10y"), bodies: duration("1h", "100y").prefault("30d") }).prefault({}),
    /** After the caller was told to try later, an answer is waited for so long. */
    linger: duration("0ms", "1h").prefault("60s"),
    /** A submission that was certainly not executed is sent by ourselves for so long from its claim on, whether a caller waits or not. */
    resendUnsent: duration("0ms", "30d").prefault("0s"),
    /** A held one is expected to be decided by then; it is reported as overdue, never touched. */
    holdFor: duration("1min", "10y").prefault("24h"),
    /** Fields of the platform's answer that a replay carries. */
    replayHeaders: z.array(z.string().regex(HEADER_NAME, { error: () => "a header name" }).refine((name) => !NOT_REPLAYED.test(name), { error: () => "a field that a replay may carry: none about the connection, the date or one caller" })).max(50).prefault(["content-type", "content-encoding", "content-language", "location"]),
    /** Our own answers in the platform's form. */
    answers: z.strictObject({ tryLater: answerForm.optional(), held: answerForm.optional(), conflict: answerForm.optional(), limited: answerForm.optional(), elsewhere: answerForm.optional(), mixed: answerForm.optional() }).prefault({}),
  })
  .check(({ value, issues }) => {
    for (const { path, want } of batchFaults(value)) issues.push({ code: "custom", path: [...path], message: want, input: value, continue: true });
    for (const { path, want } of placeFaults(value)) issues.push({ code: "custom", path: [...path], message: want, input: value, continue: true });
  });

/** What a batch says of its items it does not say of itself. */
function batchFaults({ key, scope, fingerprint, within, items, resolve }: Pick<SubmissionOptions, "key" | "scope" | "fingerprint" | "within" | "items" | "resolve">): { readonly path: readonly (string | number)[]; readonly want: string }[] {
  const ofItems = resolve.flatMap((step, index) => (step === "hold" || step.itemReference === undefined ? [] : [{ path: ["resolve", index, "itemReference"], want: "'items' beside it in the submission: no request is a batch" }]));
  if (items === undefined) return key.length > 0 ? ofItems : [...ofItems, { path: ["key"], want: KEY_WANTED }];
  const given = { key: key.length > 0, scope: scope.length > 0, fingerprint: fingerprint.over === "fields" };
  const stray = Object.entries(given).flatMap(([path, isGiven]) => (isGiven ? [{ path: [path], want: "nothing beside 'items': it stands there" }] : []));
  const isApart = items.policy === "perItem" && within.length > 0;
  return isApart ? [...stray, { path: ["items", "policy"], want: "whole beside 'within': an answer that means something in one place only is not composed of others" }] : stray;
}

/** See {@link submissionOptions}. */
export type SubmissionOptions = z.output<typeof submissionOptions>;

/** What answers on a poll or read route tell about submissions; see {@link learnRule}. */
export const learnsOptions = z.array(learnRule(answerForm)).max(50);

/** See {@link learnsOptions}. */
export type LearnOptions = z.output<typeof learnsOptions>[number];

const encryption = z.strictObject({
  cipher: z.enum(["aes-256-gcm", "sm4-gcm"]).prefault("aes-256-gcm"),
  /** The first one encrypts, all decrypt. */
  keys: z.array(z.strictObject({ id: name(), key: z.string().min(16, { error: () => "at least 16 characters" }) })).min(1).max(20),
});

/** Where the journal is kept. */
export const journalOptions = z.strictObject({
  store: z.literal("sqlite", { error: () => "sqlite, the one store of this release" }).prefault("sqlite"),
  /** A file on another volume that notices a state directory that was put back. */
  witness: z.string().min(1).optional(),
  /** Room that is kept for outcomes of what is already sent when the disk fills. */
  ballast: bytes("1GiB").prefault("16MiB"),
  /** After a backup was restored, keys that it cannot know are asked for before they are sent, for so long. */
  distrustFor: duration("0ms", "10y").prefault("30d"),
  /** Requests and answers on disk are encrypted. */
  encryption: encryption.optional(),
});

/** See {@link journalOptions}. */
export type JournalOptions = z.output<typeof journalOptions>;
