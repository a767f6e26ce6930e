import type { Say } from "./words.ts";

/** A condition on an answer, as far as it is shown. */
export type ShownCondition = Readonly<Record<string, unknown>>;

/** A place in a request or an answer, as far as it is shown. */
export type ShownPlace = Readonly<Record<string, unknown>>;

const PLACES = ["jwt", "header", "path", "query", "json", "xml", "form", "multipart", "body"] as const;

/** A condition in plain words, such as `status 200 and /code is 0`. */
function conditionWords(condition: ShownCondition, say: Say): string {
  const parts: string[] = [];
  const { status, contentType, json, xml } = condition;
  if (status !== undefined) parts.push(say("status", listed(status)));
  if (typeof contentType === "string") parts.push(say("ofType", contentType));
  const isNested = condition["decode"] !== undefined || condition["then"] !== undefined;
  const place = isNested ? placeWords(condition, say) : typeof json === "string" ? `\`${json}\`` : typeof xml === "string" ? `\`${shortPath(xml)}\`` : null;
  if (place !== null) parts.push(valueWords(condition, place, say));
  return parts.length === 0 ? say("anyAnswer") : parts.join(say("and"));
}

function valueWords({ equals, in: among, exists, any }: ShownCondition, place: string, say: Say): string {
  if (typeof any === "object" && any !== null) return say("anyOf", place, conditionWords(any as ShownCondition, say));
  if (equals !== undefined) return say("is", place, listed(equals));
  if (among !== undefined) return say("is", place, listed(among));
  return say(exists === false ? "existsNot" : "exists", place);
}

/** Several conditions, any of which is meant. */
export function conditionsWords(conditions: readonly ShownCondition[], say: Say): string {
  return conditions.map((condition) => conditionWords(condition, say)).join(say("or"));
}

/** Where a value stands, in plain words. */
export function placeWords(place: ShownPlace, say: Say): string {
  const kind = PLACES.find((name) => place[name] !== undefined);
  const steps = Array.isArray(place["decode"]) ? place["decode"].map((step: unknown) => (typeof step === "string" ? step : Object.keys(step as object)[0])).join(", ") : "";
  const value = kind === undefined ? "" : String(place[kind]);
  const bare = kind === undefined ? say("body") : say(kind, kind === "json" || kind === "jwt" ? `\`${value === "" ? "/" : value}\`` : shortPath(value));
  const here = steps === "" ? bare : say("decoded", bare, steps);
  const next = place["then"];
  return typeof next === "object" && next !== null ? `${here} → ${placeWords(next as ShownPlace, say)}` : here;
}

/** Several places together. */
export function placesWords(places: readonly ShownPlace[], say: Say): string {
  return places.map((place) => placeWords(place, say)).join(say("and"));
}

/** The last two names of a long path are what people know. */
function shortPath(path: string): string {
  const steps = path.split("/").filter((step) => step !== "");
  return steps.length <= 2 || !path.startsWith("/") ? path : `…/${steps.slice(-2).map((step) => step.replace(/^[^:@]*:/, "")).join("/")}`;
}

function listed(value: unknown): string {
  if (!Array.isArray(value)) return `\`${String(value)}\``;
  const shown = value.slice(0, 12).map((one) => `\`${String(one)}\``).join(", ");
  return value.length > 12 ? `${shown}, …` : shown;
}
