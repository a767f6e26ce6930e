import { pointerSteps } from "../document/json-pointer.ts";
import type { AnswerForm, StepOptions, SubmissionOptions } from "./options.ts";
import { isEmptyPiece, placesIn, wholeOf } from "./template.ts";

/*
 * Places in templates are checked when the file is read: one that is written wrong would be empty, and a question without
 * the submission's number is answered by any other one.
 */

/** What is wrong with a template, and where. */
export interface PlaceFault {
  readonly path: readonly (string | number)[];
  readonly want: string;
}

/** What a submission has, of what places name. Which variables its path has is looked at where the route is known. */
type Parts = Pick<SubmissionOptions, "key" | "scope" | "within" | "remember" | "items">;

const LISTED = /^(key|scope|within)(\.[1-9][0-9]?)?$/;
const OF_REQUEST = /^(remember\.[A-Za-z][A-Za-z0-9_]*|path\.[A-Za-z_][A-Za-z0-9_-]*)$/;
const IN_FORM: ReadonlySet<string> = new Set(["taxpayer", "region", "reference", "requestId", "retryAfter", "code", "detail"]);
const XML_WANTED = "{reference}, {key} or {remember.NAME} in a form of XML: {/…} points into an answer of JSON";
const FORM_WANTED = "{key}, {scope}, {taxpayer}, {region}, {remember.NAME}, {path.NAME}, {within}, {reference}, {requestId}, {retryAfter}, {code}, {detail} or a JSON pointer such as {/invoiceNo}";
const OF_ITEM: ReadonlySet<string> = new Set(["outcome", "index"]);
const ITEM_WANTED = "{outcome}, {index} or a place as in the body, which is then the item's";
const LISTS: ReadonlySet<string> = new Set(["items", "rejectedItems"]);
const QUERY_WANTED = "{key}, {key.2}, {scope}, {taxpayer}, {region}, {remember.NAME}, {path.NAME} or, but for 'match', {since} and {until}";
const TIMES: ReadonlySet<string> = new Set(["since", "until"]);
const HEADERS_GO = "a place in the path, the query or the body: the fields of a request hold credentials, and are forgotten once its outcome is known";

/** Places of a form that stand for nothing, whatever the submission has. */
export function formFaults(form: AnswerForm): PlaceFault[] {
  const inBody = placesIn(form.body);
  for (const key of ["body", "item", "rejectedItem"] as const) {
    if (/xml/i.test(form.contentType) && placesIn(form[key] ?? "").some((place) => place.startsWith("/"))) return [{ path: [key], want: XML_WANTED }];
  }
  for (const key of ["item", "rejectedItem"] as const) {
    const listed = inBody.filter((place) => place === `${key}s`).length;
    if (listed !== (form[key] === undefined ? 0 : 1)) return [{ path: [form[key] === undefined ? key : "body"], want: `{${key}s} once in the body, and '${key}', the text that is written there for each item of a batch` }];
    if (placesIn(form[key] ?? "").some((place) => !OF_ITEM.has(place) && !isOfForm(place))) return [{ path: [key], want: ITEM_WANTED }];
  }
  return inBody.some((place) => !LISTS.has(place) && !isOfForm(place)) ? [{ path: ["body"], want: FORM_WANTED }] : [];
}

/** All that a form writes. */
export function wordsOf({ body, item = "", rejectedItem = "" }: AnswerForm): string {
  return body + item + rejectedItem;
}

function isOfForm(place: string): boolean {
  if (place.startsWith("/")) return pointerSteps(place) !== null;
  const name = wholeOf(place);
  return !isEmptyPiece(place) && (IN_FORM.has(name) || LISTED.test(name) || OF_REQUEST.test(name));
}

/** Places that stand for nothing in this submission, parts of the key that its questions leave out, and values that do not last. */
export function placeFaults(options: SubmissionOptions): PlaceFault[] {
  const within = options.within.flatMap((one, index) => (one.header !== undefined || one.jwt !== undefined ? [{ path: ["within", index], want: HEADERS_GO }] : []));
  const steps = options.resolve.flatMap((step, index) => (step === "hold" ? [] : queryFaults(step, partsOf(options)).map(({ path, want }) => ({ path: ["resolve", index, ...path], want }))));
  const forms = formsOf(options).filter(({ form }) => placesIn(wordsOf(form)).some((place) => !isOfSubmission(wholeOf(place), options)));
  const stray = options.items !== undefined ? [] : formsOf(options).filter(({ form: { item, rejectedItem } }) => item !== undefined || rejectedItem !== undefined).map(({ path, form }) => ({ path: [...path, form.item === undefined ? "rejectedItem" : "item"], want: "'items' beside it in the submission: no request is a batch" }));
  return [...within, ...steps, ...stray, ...forms.map(({ path }) => ({ path: [...path, "body"], want: wantedOf(options) }))];
}

/** Questions about a batch are put for one item at a time. */
function partsOf(options: SubmissionOptions): Parts {
  const { items } = options;
  return items === undefined ? options : { ...options, key: items.key, scope: items.scope };
}

/** Every form of a submission, and where it stands. */
export function formsOf({ duplicate, resolve, answers, defer }: SubmissionOptions): { readonly path: readonly (string | number)[]; readonly form: AnswerForm }[] {
  const found = [
    ...duplicate.map(({ as }, index) => ({ path: ["duplicate", index, "as"], form: as })),
    ...resolve.flatMap((step, index) => (step === "hold" ? [] : (["as", "closedAs"] as const).map((key) => ({ path: ["resolve", index, key], form: step[key] })))),
    ...(["tryLater", "held", "conflict", "limited", "elsewhere", "mixed"] as const).map((key) => ({ path: ["answers", key], form: answers[key] })),
    { path: ["defer", "accepted"], form: defer.accepted },
  ];
  return found.flatMap(({ path, form }) => (form === undefined ? [] : [{ path, form }]));
}

/** Names of the submission's own that a form uses must be there; how many parts its key has was never asked of a form. */
function isOfSubmission(name: string, { within, remember }: Parts): boolean {
  if (name.startsWith("remember.")) return Object.hasOwn(remember, name.slice("remember.".length));
  return !/^within(\.|$)/.test(name) || partOf(name) <= within.length;
}

function wantedOf({ remember, within }: Parts): string {
  const known = [...Object.keys(remember).map((name) => `{remember.${name}}`), ...(within.length > 0 ? ["{within}"] : [])];
  return known.length === 0 ? "no {remember.NAME} and no {within}: the submission has neither" : `of {remember.NAME} and {within} only ${known.join(", ")}`;
}

/** What is wrong with the places of a step that asks: those that stand for nothing, and parts of the key that it leaves out. */
function queryFaults({ query, match, each }: StepOptions, parts: Parts): PlaceFault[] {
  if (query === undefined) return [];
  const matched = match.map(({ is }, index) => ({ path: ["match", index, "is"], text: is }));
  const prompt = [{ path: ["query", "prompt", "path"], text: query.prompt?.path ?? "" }, { path: ["query", "prompt", "body"], text: query.prompt?.body ?? "" }];
  const asked = [
    { path: ["query", "path"], text: query.path },
    { path: ["query", "body"], text: query.body ?? "" },
    ...Object.entries(query.headers).map(([name, text]) => ({ path: ["query", "headers", name], text })),
  ];
  const isStray = (place: string): boolean => !isOfQuery(place, parts);
  const faults = [
    ...[...asked, ...prompt].filter(({ text }) => placesIn(text).some((place) => !TIMES.has(place) && isStray(place))),
    ...matched.filter(({ text }) => placesIn(text).some(isStray)),
  ].map(({ path }) => ({ path, want: QUERY_WANTED }));
  if (faults.length > 0) return faults;
  // In a list only what is compared tells one part from another; a number from the body is looked for in it at the same place.
  const named = new Set((each === undefined ? [...asked, ...matched] : matched).flatMap(({ text }) => placesIn(text)));
  const missing = parts.key.map((_, index) => index + 1).filter((part) => !named.has(`key.${part}`) && !(part === 1 && named.has("key")) && !(each !== undefined && parts.items === undefined && isRepeated(parts.key[part - 1])));
  if (missing.length === 0) return [];
  const places = missing.map((part) => (parts.key.length === 1 ? "{key}" : `{key.${part}}`)).join(", ");
  return [each === undefined ? { path: ["query", "path"], want: `${places} in it, in a header, the body or 'match': else another order could answer` } : { path: ["match"], want: `${places} in it: else another order of the list could answer` }];
}

function isRepeated(place: SubmissionOptions["key"][number] | undefined): boolean {
  return place !== undefined && (place.json !== undefined || place.xml !== undefined) && place.then === undefined && place.decode === undefined;
}

function isOfQuery(place: string, parts: Parts): boolean {
  const name = wholeOf(place);
  if (isEmptyPiece(place)) return false;
  if (name === "taxpayer" || name === "region") return true;
  if (name.startsWith("path.")) return OF_REQUEST.test(name);
  if (name.startsWith("remember.")) return isOfSubmission(name, parts);
  const what = name.split(".")[0];
  return LISTED.test(name) && (what === "key" || what === "scope") && partOf(name) <= parts[what].length;
}

function partOf(name: string): number {
  return Number(name.split(".")[1] ?? "1");
}
