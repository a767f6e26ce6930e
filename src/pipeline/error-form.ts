import { z } from "zod";
import { ERRORS, type ErrorCode } from "../base/errors.ts";
import { whole } from "../base/fields.ts";
import { escapeFor } from "../http/escape.ts";
import { headerValue } from "../http/headers.ts";
import { NO_BODY, type Answer, type Headers } from "../http/message.ts";

/*
 * Answers of our own making in the words that the caller's software knows from the platform.
 */

const TYPE_WANTED = "a content type in UTF-8 such as text/xml; charset=utf-8";
const PLACES = ["code", "title", "detail", "status", "retryAfter", "requestId", "hint"] as const;
const PLACES_WANTED = `no other places than ${PLACES.map((name) => `{${name}}`).join(", ")}`;
const JSON_WANTED = "JSON once its places are filled, with quotes around those that are texts";
/** Anything that looks like a place; braces before other characters are braces. */
const PLACE = /\{([A-Za-z][A-Za-z0-9.]*|\/[^{}\s"]*)\}/g;
const OTHER_CHARSET = /charset\s*=(?!\s*"?utf-?8\b)/i;
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

type Values = Readonly<Record<(typeof PLACES)[number], string>>;

const SAMPLE: Values = { code: "open", title: "t", detail: "d", status: "503", retryAfter: "0", requestId: "r", hint: "h" };

/**
 * The form of every answer that Taxgate makes itself. In its body `{code}`, `{title}`, `{detail}`, `{status}`, `{retryAfter}`
 * (seconds; 0 where nothing is to be waited for), `{requestId}` and `{hint}` (what to do, in English and Chinese) stand for
 * what they name, escaped as the content type asks.
 */
export const errorForm = z
  .strictObject({
    /** The status of the error unless written. */
    status: whole(200, 599).optional(),
    contentType: z.string({ error: () => TYPE_WANTED }).regex(/^[!-~][ -~]{0,200}$/, { error: () => TYPE_WANTED }).refine((type) => !OTHER_CHARSET.test(type), { error: () => TYPE_WANTED }).prefault("application/json"),
    body: z.string().max(65_536).prefault(""),
  })
  .check(({ value, issues }) => {
    const refuse = (key: string, message: string): void => void issues.push({ code: "custom", path: [key], message, input: value, continue: true });
    const { status, contentType, body } = value;
    if ([...body.matchAll(PLACE)].some(([, name]) => !Object.hasOwn(SAMPLE, name as string))) refuse("body", PLACES_WANTED);
    else if (/json/i.test(contentType) && body !== "" && !isJson(fill(body, SAMPLE, contentType))) refuse("body", JSON_WANTED);
    if (body !== "" && status !== undefined && BODILESS.has(status)) refuse("body", `nothing beside status ${status}`);
  });

/** See {@link errorForm}. */
export type ErrorForm = z.output<typeof errorForm>;

/** Makes the answer to an error. `headers` say the rest, among it Retry-After. */
export function inForm({ status, contentType, body }: ErrorForm, code: ErrorCode, detail: string, id: string, headers: Headers): Answer {
  const entry = ERRORS[code];
  const sent = status ?? entry.status;
  const values: Values = { code, title: entry.en, detail, status: String(sent), retryAfter: headerValue(headers, "retry-after") ?? "0", requestId: id, hint: `${entry.en} / ${entry.zh}` };
  const text = fill(body, values, contentType);
  return { status: sent, headers: ["Content-Type", contentType], body: text === "" ? NO_BODY : { kind: "bytes", bytes: Buffer.from(text) } };
}

function fill(template: string, values: Values, contentType: string): string {
  const escape = escapeFor(contentType);
  return template.replaceAll(PLACE, (_whole, name: keyof Values) => escape(values[name] ?? ""));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
