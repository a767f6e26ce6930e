import { readPointer } from "../../document/json-pointer.ts";
import { sourceText } from "../../document/source-text.ts";
import { headerValue, withoutFields } from "../../http/headers.ts";
import type { Batch } from "./batch.ts";
import type { Part, Parts } from "./split.ts";
import type { StoredAnswer } from "../entry.ts";
import { escapeFor, fill, listed } from "../template.ts";

/*
 * Some parts of an answer say of an item that was issued what its caller would take for a failure: the route's words take
 * their place. All else stays as the platform wrote it.
 */

const ENCODING: ReadonlySet<string> = new Set(["content-encoding"]);

/** The answer with the route's words for some of its parts; the same where there are none, or it cannot be written again with certainty. `plain` is its body without content codings. */
export function withOwnWords({ outcomes }: Batch, answer: StoredAnswer, plain: Uint8Array, parts: Parts): StoredAnswer {
  const own = [...parts].filter(([, { as }]) => as !== null);
  if (own.length === 0) return answer;
  const source = sourceText(plain, headerValue(answer.headers, "content-type"), outcomes[0]?.place.format ?? "json");
  if (source === null) return answer;
  let text = source.text;
  for (const [index, { place }] of outcomes.entries()) {
    const here = own.filter(([, part]) => part.list === index);
    const list = here.length === 0 ? null : place.find(text);
    if (list === null || here.some(([, part]) => part.index >= list.count)) continue;
    const written = Array.from({ length: list.count }, (_, at) => list.part(at));
    for (const [key, part] of here) written[part.index] = wordsFor(JSON.parse(key) as string[], part, written[part.index] ?? "", place.format);
    text = list.filled(written);
  }
  const body = source.encode(text);
  return body === null ? answer : { ...answer, headers: withoutFields(answer.headers, ENCODING), body };
}

function wordsFor(key: readonly string[], { as, reference }: Part, part: string, format: "json" | "xml"): string {
  const lookUp = (name: string): string | null => {
    if (name === "reference") return reference;
    if (!name.startsWith("/")) return listed(key, "key", name);
    const found = format === "json" ? readPointer(Buffer.from(part), name) : null;
    return found?.kind === "found" ? found.text : null;
  };
  return fill(as ?? "", lookUp, escapeFor(format));
}
