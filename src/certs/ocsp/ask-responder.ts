import { Agent, request } from "undici";
import type { Clock } from "../../base/clock.ts";

/** An answer's bytes, or why there is none. */
export type ResponderAnswer = { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly why: string };

/** Asks a responder. Never rejects. */
export type AskResponder = (address: string, question: Uint8Array) => Promise<ResponderAnswer>;

const MOST_BYTES = 64 * 1024;
const TIMEOUT_MS = 10_000;

/** Makes it: asks by POST, within a bound in time and size; redirects are not followed. */
export function responderAsker(clock: Clock): AskResponder {
  return async (address, question) => {
    const giveUp = new AbortController();
    const timer = clock.after(TIMEOUT_MS, () => giveUp.abort(), true);
    try {
      return await asked(address, question, giveUp.signal);
    } finally {
      timer.cancel();
    }
  };
}

async function asked(address: string, question: Uint8Array, signal: AbortSignal): Promise<ResponderAnswer> {
  if (!/^https?:\/\//i.test(address)) return { ok: false, why: `the responder '${address}' is not asked by HTTP` };
  const agent = new Agent({ connect: { timeout: TIMEOUT_MS }, maxResponseSize: MOST_BYTES, pipelining: 0 });
  try {
    const { statusCode, body } = await request(address, { dispatcher: agent, method: "POST", signal, headers: { "content-type": "application/ocsp-request", accept: "application/ocsp-response" }, body: question });
    const bytes = new Uint8Array(await body.arrayBuffer());
    return statusCode === 200 ? { ok: true, bytes } : { ok: false, why: `the responder answered ${statusCode}` };
  } catch (fault) {
    return { ok: false, why: `the responder could not be asked: ${(fault as { code?: string }).code ?? "no answer"}` };
  } finally {
    void agent.destroy();
  }
}
