import { headerValue } from "../../src/http/headers.ts";
import { NO_BODY, type Answer, type Body, type BodySource, type Headers } from "../../src/http/message.ts";
import type { CacheResult } from "../../src/cache/reasons.ts";
import type { Exchange } from "../../src/pipeline/exchange.ts";
import { handle } from "../../src/pipeline/handle.ts";
import type { UpstreamCall } from "../../src/upstream/call.ts";
import type { AttemptCause, AttemptResult } from "../../src/upstream/result.ts";
import { answered, codeOf, exchange, setUp, type Serve, type SetUpOptions } from "./setup.ts";

/** A pipeline in memory; see setup.ts. */
export type Parts = ReturnType<typeof setUp>;

/** A pipeline whose route `codes` (GET and POST of /codes and below) keeps answers by these options; one attempt a call. */
export function caching(cache: unknown, serve: Serve, more: SetUpOptions & { readonly route?: object; readonly others?: readonly unknown[] } = {}): Parts {
  const { route = {}, others = [], ...rest } = more;
  return setUp(serve, { attempts: 1, routes: [...others, { name: "codes", class: "read", match: { path: "/codes/**" }, cache, ...route }], ...rest });
}

/** What a caller sees, and what the record says about it. */
export interface Seen {
  readonly status: number;
  /** Status, and the code of an answer of our own. */
  readonly code: string;
  readonly text: string;
  readonly cached: CacheResult | null;
  /** Of the answer; undefined where it has none. */
  header(name: string): string | undefined;
}

/** Asks, takes the whole answer, and tells what was seen. */
export async function ask(parts: Parts, line = "GET /codes", headers: Headers = [], body: Body = NO_BODY): Promise<Seen> {
  return run(parts, exchange(line, headers, body));
}

/** Runs an exchange of the test's own making to its end. */
export async function run(parts: Parts, x: Exchange): Promise<Seen> {
  let seen: Seen | null = null;
  await handle(x, parts.generation, parts.around, async (answer) => {
    x.status = answer.status;
    const text = await textOf(answer.body);
    const fields = [...(answer.prepared?.headers ?? []), ...answer.headers];
    seen = { status: answer.status, code: codeOf(answer), text, cached: x.cached, header: (name) => headerValue(fields, name.toLowerCase()) };
  });
  return seen ?? { status: 0, code: "none", text: "", cached: x.cached, header: () => undefined };
}

async function textOf(body: Answer["body"]): Promise<string> {
  if (body.kind !== "source") return body.kind === "bytes" ? Buffer.from(body.bytes).toString() : "";
  let text = "";
  try {
    for (let piece = await body.source.read(); piece !== null; piece = await body.source.read()) text += Buffer.from(piece).toString();
  } catch {
    text += "…cut off";
  }
  return text;
}

/** A platform's answer of 200 that may be kept for a minute unless `control` says otherwise. */
export function fresh(body: string, control = "max-age=60", more: Headers = []): AttemptResult {
  return answered(200, body, ["Cache-Control", control, ...more]);
}

/** Nothing was handed to the socket. */
export function notSent(cause: AttemptCause = "connect-refused"): AttemptResult {
  return { kind: "not-sent", cause, detail: "", endpoint: "r1/e" };
}

/** The answer was lost on its way. */
export function lost(cause: AttemptCause = "reset"): AttemptResult {
  return { kind: "in-doubt", cause, detail: "", endpoint: "r1/e", bodyFault: null };
}

/** A field that a call carried. */
export function sent({ headers }: UpstreamCall, name: string): string | undefined {
  return headerValue(headers, name);
}

/** Lets all that is due run; virtual time stands still. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A streamed body that is fed by hand. */
export function fed(): { readonly body: Body; push(text: string): void; end(): void; fail(fault: Error): void; readonly cancelled: () => number } {
  const ready: (string | null | Error)[] = [];
  let asker: PromiseWithResolvers<Uint8Array | null> | null = null;
  let cancelled = 0;
  const give = ({ resolve, reject }: PromiseWithResolvers<Uint8Array | null>, one: string | null | Error): void => {
    if (one instanceof Error) reject(one);
    else resolve(one === null ? null : Buffer.from(one));
  };
  const add = (one: string | null | Error): void => {
    if (asker === null) return void ready.push(one);
    const waiting = asker;
    asker = null;
    give(waiting, one);
  };
  const source: BodySource = {
    length: null,
    read() {
      const coming = Promise.withResolvers<Uint8Array | null>();
      const one = ready.shift();
      if (one === undefined) asker = coming;
      else give(coming, one);
      return coming.promise;
    },
    cancel: () => void cancelled++,
    trailers: () => [],
  };
  return { body: { kind: "source", source }, push: add, end: () => add(null), fail: add, cancelled: () => cancelled };
}
