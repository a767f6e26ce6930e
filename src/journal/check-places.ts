import { pointerSteps } from "../document/json-pointer.ts";
import type { AnswerForm, StepOptions } from "./options.ts";
import { placesIn } from "./template.ts";

/*
 * Places in templates are checked when the file is read: one that is written wrong would be empty, and a question without
 * the submission's number is answered by any other one.
 */

/** What is wrong with a template, and where. */
export interface PlaceFault {
  readonly path: readonly (string | number)[];
  readonly want: string;
}

const KEY_PLACE = /^(key|scope)(\.[1-9][0-9]?)?$/;
const IN_FORM: ReadonlySet<string> = new Set(["taxpayer", "region", "requestId", "retryAfter", "code", "detail"]);
const FORM_WANTED = "{key}, {scope}, {taxpayer}, {region}, {requestId}, {retryAfter}, {code}, {detail} or a JSON pointer such as {/invoiceNo}";
const QUERY_WANTED = "{key}, {key.2}, {scope}, {taxpayer} or {region}";

/** Places of a form that stand for nothing. */
export function formFaults({ body }: AnswerForm): PlaceFault[] {
  const wrong = placesIn(body).some((name) => (name.startsWith("/") ? pointerSteps(name) === null : !IN_FORM.has(name) && !KEY_PLACE.test(name)));
  return wrong ? [{ path: ["body"], want: FORM_WANTED }] : [];
}

/** What is wrong with the places of a step that asks: those that stand for nothing, and parts of the key that it leaves out. */
export function queryFaults({ query, match }: StepOptions, parts: { readonly key: number; readonly scope: number }): PlaceFault[] {
  if (query === undefined) return [];
  const texts = [
    { path: ["query", "path"], text: query.path },
    { path: ["query", "body"], text: query.body ?? "" },
    ...Object.entries(query.headers).map(([name, text]) => ({ path: ["query", "headers", name], text })),
    ...match.map(({ is }, index) => ({ path: ["match", index, "is"], text: is })),
  ];
  const faults = texts.filter(({ text }) => placesIn(text).some((name) => !isKnown(name, parts))).map(({ path }) => ({ path, want: QUERY_WANTED }));
  if (faults.length > 0) return faults;
  const named = new Set(texts.flatMap(({ text }) => placesIn(text)));
  const missing = Array.from({ length: parts.key }, (_, index) => index + 1).filter((part) => !named.has(`key.${part}`) && !(part === 1 && named.has("key")));
  return missing.length === 0 ? [] : [{ path: ["query", "path"], want: `${missing.map((part) => (parts.key === 1 ? "{key}" : `{key.${part}}`)).join(", ")} in it, in a header, the body or 'match': else another order could answer` }];
}

function isKnown(name: string, parts: { readonly key: number; readonly scope: number }): boolean {
  if (name === "taxpayer" || name === "region") return true;
  const [what, number = "1"] = name.split(".");
  return (what === "key" && Number(number) <= parts.key) || (what === "scope" && Number(number) <= parts.scope);
}
