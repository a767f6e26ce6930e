import { createPrivateKey, X509Certificate } from "node:crypto";
import { pemBlocks } from "../pem-blocks.ts";
import type { Account } from "./account.ts";
import { done, failed, type Step } from "./fault.ts";
import { linksOf } from "./link.ts";
import { post, type SignedEnv } from "./signed-calls.ts";
import type { Answer } from "./transport.ts";

/** Most certificates of a chain, and most chains that are looked at. */
const MOST_CERTIFICATES = 10;
const MOST_CHAINS = 5;
const DOING = "fetching the certificate";

/** A chain to fetch. */
export interface ChainRequest {
  readonly url: string;
  /** The certificate's key, PEM. */
  readonly key: string;
  /** Common name of the issuer that the chain should end with; null: as the authority likes. */
  readonly preferredChain: string | null;
}

/**
 * Fetches a certificate with its intermediates as PEM. Where another chain is preferred, the others that the authority offers
 * are looked at (RFC 8555 section 7.4.2); where none fits, or one cannot be had, it is the authority's own.
 */
export async function downloadChain(calls: SignedEnv, account: Account, { url, key, preferredChain }: ChainRequest): Promise<Step<string>> {
  const own = await download(calls, account, url, key);
  if (!own.ok) return own;
  if (preferredChain === null || endsWith(own.value.chain, preferredChain)) return done(pemOf(own.value.chain));
  for (const other of linksOf(own.value.answer.links, "alternate", url).slice(0, MOST_CHAINS)) {
    const step = await download(calls, account, other, key);
    if (step.ok && endsWith(step.value.chain, preferredChain)) return done(pemOf(step.value.chain));
  }
  return done(pemOf(own.value.chain));
}

async function download(calls: SignedEnv, account: Account, url: string, key: string): Promise<Step<{ readonly chain: readonly X509Certificate[]; readonly answer: Answer }>> {
  const step = await post(calls, account, { url, payload: null, doing: DOING, accept: "application/pem-certificate-chain" });
  if (!step.ok) return step;
  const chain = readChain(step.value.text);
  const [leaf] = chain ?? [];
  if (chain === null || leaf === undefined) return failed("server", `${DOING}: the answer is no chain of certificates`);
  if (!leaf.checkPrivateKey(createPrivateKey(key))) return failed("server", `${DOING}: it is for another key`);
  return done({ chain, answer: step.value });
}

/** Certificates of a PEM text, leaf first; null where it holds none, too many, or a broken one. */
export function readChain(text: string): readonly X509Certificate[] | null {
  const blocks = pemBlocks(text, "CERTIFICATE");
  if (blocks.length === 0 || blocks.length > MOST_CERTIFICATES) return null;
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return null;
  }
}

function pemOf(chain: readonly X509Certificate[]): string {
  return chain.map((certificate) => certificate.toString()).join("");
}

/** Was the last certificate issued by this one? */
function endsWith(chain: readonly X509Certificate[], commonName: string): boolean {
  return chain.at(-1)?.issuer.split("\n").includes(`CN=${commonName}`) === true;
}
