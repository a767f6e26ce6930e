import { Agent, request } from "undici";
import type { Clock, Timer } from "../base/clock.ts";
import { createOutputTail } from "../base/output-tail.ts";

/** A call to a program of the administrator's. */
export interface WebhookCall {
  /** May hold credentials, in front of the host or anywhere behind it: nothing but the host is ever told. */
  readonly url: string;
  /** Sent as JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Longest time to the end of the answer, in ms. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

/** What came of it: done is an answer of 2xx. `why` is for people and holds nothing secret of the address. */
export type WebhookOutcome = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** Calls a webhook once. Never rejects. */
export type WebhookCaller = (call: WebhookCall) => Promise<WebhookOutcome>;

/** What is read of an answer, for the log. */
const MOST_BYTES = 16_384;

/** Makes a caller: each call has a connection of its own, follows no redirect and is bounded in time and size. */
export function createWebhookCaller(clock: Clock): WebhookCaller {
  return async ({ url, body, timeout, signal }) => {
    const host = URL.parse(url)?.host ?? "";
    if (host === "") return { ok: false, why: "calling a webhook: its address is none" };
    // A connection that is kept would have to be looked after; certificates change seldom.
    const agent = new Agent({ connections: 1, allowH2: false, maxHeaderSize: MOST_BYTES });
    const cut = new AbortController();
    const stop = (): void => cut.abort();
    let isLate = false;
    const timer: Timer = clock.after(timeout, () => {
      isLate = true;
      stop();
    }, true);
    signal?.addEventListener("abort", stop);
    try {
      if (signal?.aborted === true) return failed(host, "it was stopped");
      return await post(url, JSON.stringify(body), { host, agent, signal: cut.signal });
    } catch (fault) {
      return failed(host, isLate ? "it took too long to answer" : cut.signal.aborted ? "it was stopped" : reasonOf(fault));
    } finally {
      timer.cancel();
      signal?.removeEventListener("abort", stop);
      await agent.destroy();
    }
  };
}

interface Way {
  readonly host: string;
  readonly agent: Agent;
  readonly signal: AbortSignal;
}

async function post(url: string, body: string, { host, agent, signal }: Way): Promise<WebhookOutcome> {
  const { address, authorization } = apart(url);
  const headers = { "content-type": "application/json", ...(authorization === null ? {} : { authorization }) };
  const answer = await request(address, { method: "POST", headers, body, signal, dispatcher: agent, headersTimeout: 0, bodyTimeout: 0 });
  const { statusCode } = answer;
  if (statusCode >= 200 && statusCode < 300) {
    // It is done; the rest is read for the other side's sake.
    await answer.body.dump({ limit: MOST_BYTES, signal }).catch(() => undefined);
    return { ok: true };
  }
  const said = createOutputTail();
  let size = 0;
  for await (const part of answer.body as AsyncIterable<Uint8Array>) {
    said.add(part);
    size += part.byteLength;
    if (size > MOST_BYTES) break;
  }
  const redirect = statusCode >= 300 && statusCode < 400 ? ", and redirects are not followed" : "";
  return failed(host, `it answered ${statusCode}${redirect}${size === 0 ? "" : `: '${said.text()}'`}`);
}

/** The credentials in front of the host are a header of their own. */
function apart(url: string): { address: URL; authorization: string | null } {
  const address = new URL(url);
  const { username, password } = address;
  address.username = "";
  address.password = "";
  if (username === "" && password === "") return { address, authorization: null };
  return { address, authorization: `Basic ${Buffer.from(`${plain(username)}:${plain(password)}`).toString("base64")}` };
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function failed(host: string, why: string): WebhookOutcome {
  return { ok: false, why: `calling the webhook at '${host}': ${why}` };
}

/** By code alone: a message could quote the address. */
function reasonOf(fault: unknown): string {
  const { code, name, errors } = fault as { code?: string; name?: string; errors?: { code?: string }[] };
  return code ?? errors?.[0]?.code ?? name ?? "it failed";
}
