import type { KeyLookUp } from "../../base/secret-keys.ts";
import { compileExtractor, type ExtractorSource } from "../../document/extractor.ts";
import { positionOf } from "../batch/items.ts";
import type { LearnOptions } from "../options.ts";
import type { Whose } from "./rules.ts";

/*
 * Whose verdict an answer holds. What stands in the answer is the platform's word; what stands in the request is the
 * caller's, and is only taken where the platform cannot have read it in another way.
 */

type Place = NonNullable<LearnOptions["reference"]>;

/** A value and where it stood. */
interface Seen {
  readonly text: string;
  readonly named: boolean;
}

type Read = (request: ExtractorSource, answer: ExtractorSource) => Seen | "nothing" | "unclear";

const NUMBERS: ReadonlySet<string> = new Set(["string", "number"]);

/** Makes the reader of a rule's identity; null: it says nothing, or two things. */
export function identityReader({ reference, key, scope, index, request }: LearnOptions, keys: KeyLookUp | undefined): (request: ExtractorSource, answer: ExtractorSource) => Whose | null {
  const one = (place: Place, inRequest: boolean): Read => reader(place, inRequest, keys);
  const references = [...(reference === undefined ? [] : [one(reference, false)]), ...(request.reference === undefined ? [] : [one(request.reference, true)])];
  const lists = [{ key: key.map((place) => one(place, false)), scope: ofAnswer(scope, request.scope, one) }, { key: request.key.map((place) => one(place, true)), scope: request.scope.map((place) => one(place, true)) }].filter((list) => list.key.length > 0);
  const place = index === undefined ? null : one(index, false);
  return (asked, answer) => {
    const numbers = references.map((read) => read(asked, answer));
    if (numbers.includes("unclear")) return null;
    const found = numbers.filter((number) => typeof number === "object");
    // The answer speaks of another one than was asked about.
    if (found.some(({ text }) => text !== found[0]?.text)) return null;
    const number = found.find(({ named }) => named) ?? found[0] ?? null;
    const byKey = lists.map((list) => keyed(list, asked, answer)).find((whose) => whose !== null) ?? null;
    if (number === null && byKey === null) return null;
    const at = place === null ? null : positionIn(place(asked, answer));
    // The whole must not get what is said of a part that cannot be told.
    if (at === "none") return null;
    return { reference: number?.text ?? null, index: at, key: byKey?.key ?? null, scope: byKey?.scope ?? [], named: number?.named ?? byKey?.named ?? false };
  };
}

function positionIn(seen: ReturnType<Read>): number | "none" {
  return (typeof seen === "object" ? positionOf(seen.text) : null) ?? "none";
}

/** An answer that names the submission and not whose it is: that stands in the request alone. */
function ofAnswer(scope: readonly Place[], asked: readonly Place[], one: (place: Place, inRequest: boolean) => Read): Read[] {
  return scope.length > 0 ? scope.map((place) => one(place, false)) : asked.map((place) => one(place, true));
}

/** Key and scope, where all of them stand there. */
function keyed(list: { readonly key: readonly Read[]; readonly scope: readonly Read[] }, request: ExtractorSource, answer: ExtractorSource): { readonly key: string[]; readonly scope: string[]; readonly named: boolean } | null {
  const [key, scope] = [list.key, list.scope].map((reads) => reads.map((read) => read(request, answer)).filter((seen) => typeof seen === "object")) as [Seen[], Seen[]];
  if (key.length < list.key.length || scope.length < list.scope.length) return null;
  const texts = (seen: readonly Seen[]): string[] => seen.map(({ text }) => text);
  return { key: texts(key), scope: texts(scope), named: [...key, ...scope].every(({ named }) => named) };
}

function reader(place: Place, inRequest: boolean, keys: KeyLookUp | undefined): Read {
  const ofRequest = inRequest || place.path !== undefined || place.query !== undefined || place.jwt !== undefined;
  const extractor = compileExtractor(place, keys);
  return (request, answer) => {
    if (ofRequest && place.query !== undefined && hasOtherSpelling(request.query, place.query)) return "unclear";
    const found = extractor.read(ofRequest ? request : answer);
    if (found.kind === "ambiguous") return "unclear";
    if (found.kind !== "found" || found.text === "" || !NUMBERS.has(found.type)) return "nothing";
    return { text: found.text, named: !ofRequest };
  };
}

/**
 * Many frameworks take `ID`, `id[0]` or `id.` for `id`, and take the last one: the platform would answer about another
 * submission than the one that is read here.
 */
function hasOtherSpelling(query: string, name: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const own = plain(name);
  return [...new URLSearchParams(query).keys()].some((other) => other !== name && (plain(other) === own || plain(other.replace(/[[.].*$/s, "")) === own));
}
