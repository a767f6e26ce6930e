import { Agent, errors, request, type Dispatcher } from "undici";
import type { Clock } from "../../base/clock.ts";
import { codeOf } from "../../base/fault-code.ts";
import { done, failed, stopped, tame, type Failed, type Step } from "./fault.ts";

/** Largest answer that is read. */
const MOST_BYTES = 256 * 1024;
const CONNECT_MS = 10_000;
/** Some authorities sign before they answer. */
const HEAD_MS = 60_000;
const BODY_MS = 20_000;
/** A whole call, by our clock. */
const CALL_MS = 90_000;
/** Connections at a time. */
const CONNECTIONS = 4;

/** One call to an authority. */
export interface Call {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: string;
  /** What it is for, as faults tell it. */
  readonly doing: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came. */
export interface Answer {
  readonly url: string;
  readonly status: number;
  /** A field's first value; null: it is not there. */
  header(name: string): string | null;
  /** Values of Link fields. */
  readonly links: readonly string[];
  readonly text: string;
}

/** Calls of one try. */
export interface Transport {
  /** Never rejects; any status is an answer. Redirects are not followed: what is signed is signed for one address. */
  send(call: Call): Promise<Step<Answer>>;
  /** Ends what is under way; nothing stays open. */
  close(): Promise<void>;
}

/** What a transport needs; `ca` are the authorities to trust instead of the system's, PEM. */
export interface TransportEnv {
  readonly ca: string | null;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Makes one with connections of its own. */
export function createTransport({ ca, clock, signal }: TransportEnv): Transport {
  const agent = new Agent({
    allowH2: false,
    connections: CONNECTIONS,
    maxResponseSize: MOST_BYTES,
    headersTimeout: HEAD_MS,
    bodyTimeout: BODY_MS,
    connect: { timeout: CONNECT_MS, ...(ca === null ? {} : { ca }) },
  });
  return {
    close: () => agent.destroy(),
    async send(call) {
      if (signal.aborted) return stopped(call.doing);
      if (!isSecure(call.url)) return failed("server", `${call.doing}: '${tame(call.url)}' is no https: address`);
      const first = await exchange(agent, call, clock, signal);
      // The authority closed an idle connection just then. A nonce counts once, so that sending again does nothing twice.
      return first.ok || !wasReset(first) ? first : exchange(agent, call, clock, signal);
    },
  };
}

/** Addresses come from the authority. */
export function isSecure(url: string): boolean {
  return url.length <= 2000 && URL.canParse(url) && new URL(url).protocol === "https:";
}

async function exchange(agent: Dispatcher, call: Call, clock: Clock, signal: AbortSignal): Promise<Step<Answer> & { readonly cause?: unknown }> {
  const bound = new AbortController();
  const stop = (): void => bound.abort();
  const timer = clock.after(CALL_MS, stop);
  signal.addEventListener("abort", stop);
  try {
    const { method, url, headers = {}, body } = call;
    const fields = { "user-agent": "taxgate", "accept-language": "en", "accept-encoding": "identity", ...headers };
    const answer = await request(url, { dispatcher: agent, method, headers: fields, signal: bound.signal, ...(body === undefined ? {} : { body }) });
    return done(answerOf(url, answer, await answer.body.text()));
  } catch (cause) {
    if (signal.aborted) return stopped(call.doing);
    return { ...fault(call, bound.signal.aborted, cause), cause };
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", stop);
  }
}

function answerOf(url: string, { statusCode, headers }: Dispatcher.ResponseData, text: string): Answer {
  const values = (name: string): readonly string[] => {
    const value = headers[name];
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
  };
  return { url, status: statusCode, header: (name) => values(name)[0] ?? null, links: values("link"), text };
}

function fault({ doing, url }: Call, late: boolean, cause: unknown): Failed {
  const host = new URL(url).host;
  if (late) return failed("unreachable", `${doing}: '${host}' gave no answer within ${CALL_MS / 1000} s`);
  if (cause instanceof errors.ResponseExceededMaxSizeError) return failed("server", `${doing}: the answer of '${host}' is larger than ${MOST_BYTES / 1024} KiB`);
  return failed("unreachable", `${doing}: asking '${host}': ${tame(reasonOf(cause))}`);
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // Several addresses were tried: the first fault stands for all.
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  // The runtime's own advice is about an option that does not exist here.
  return cause.message === "" ? codeOf(cause) : cause.message.replace(/; if the root CA is installed locally.*$/, "");
}

function wasReset({ cause }: { readonly cause?: unknown }): boolean {
  return ["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"].includes(codeOf(cause));
}
