import type { Clock } from "../../base/clock.ts";
import type { Directory } from "./directory.ts";
import { done, failed, type Step } from "./fault.ts";
import { signEs256, type AccountKey } from "./jws.ts";
import type { Nonces } from "./nonces.ts";
import { isGood, refused } from "./read-answer.ts";
import type { Answer, Transport } from "./transport.ts";

/** How often a call is signed anew because its nonce was not taken: test authorities refuse every second one on purpose. */
const MOST_NONCES = 20;
/** And for how long: each of those answers may have taken a minute. */
const NONCES_MS = 120_000;

/** What signed calls need. */
export interface SignedEnv {
  readonly transport: Transport;
  readonly directory: Directory;
  readonly nonces: Nonces;
  readonly clock: Clock;
}

/** Who signs: the address of the account, or null with the key itself, where there is no account yet. */
export interface Signer {
  readonly key: AccountKey;
  readonly url: string | null;
}

/** Something to be signed and sent; `payload` null reads a resource (POST-as-GET). */
export interface SignedCall {
  readonly url: string;
  readonly payload: unknown;
  readonly doing: string;
  readonly accept?: string;
}

/** Sends a signed call, again with a fresh nonce where the authority did not take the nonce. Answers that say no are faults. */
export async function post(env: SignedEnv, signer: Signer, call: SignedCall): Promise<Step<Answer>> {
  const until = env.clock.now() + NONCES_MS;
  for (let left = MOST_NONCES; ; left--) {
    const nonce = await nonceFor(env, call.doing);
    if (!nonce.ok) return nonce;
    const step = await sendSigned(env, signer, call, nonce.value);
    if (!step.ok) return step;
    env.nonces.add(step.value.header("replay-nonce"));
    if (isGood(step.value)) return step;
    const no = refused(call.doing, step.value, env.clock);
    if (no.fault.problem !== "badNonce" || left <= 1 || env.clock.now() >= until) return no;
  }
}

function sendSigned({ transport }: SignedEnv, { key, url: account }: Signer, { url, payload, doing, accept }: SignedCall, nonce: string): Promise<Step<Answer>> {
  const who = account === null ? { jwk: key.jwk } : { kid: account };
  const body = JSON.stringify(signEs256(key.privateKey, { ...who, nonce, url }, payload));
  const headers = { "content-type": "application/jose+json", ...(accept === undefined ? {} : { accept }) };
  return transport.send({ method: "POST", url, doing, headers, body });
}

async function nonceFor({ transport, directory, nonces, clock }: SignedEnv, doing: string): Promise<Step<string>> {
  const kept = nonces.take();
  if (kept !== null) return done(kept);
  const step = await transport.send({ method: "HEAD", url: directory.newNonce, doing: `${doing}: getting a nonce` });
  if (!step.ok) return step;
  if (!isGood(step.value)) return refused(`${doing}: getting a nonce`, step.value, clock);
  nonces.add(step.value.header("replay-nonce"));
  const fresh = nonces.take();
  return fresh === null ? failed("server", `${doing}: getting a nonce: there is none in the answer`) : done(fresh);
}
