import type { KeyKind } from "../options.ts";
import type { KeyPair } from "../key-pair.ts";
import { downloadChain } from "./chain.ts";
import { makeCsr } from "./csr.ts";
import { done, failed, tame, type Step } from "./fault.ts";
import { fetchOrder, finalize, type Order } from "./order.ts";
import { poll, type Look } from "./poll.ts";
import { finding } from "./problem.ts";
import type { ProveEnv } from "./prove-names.ts";

/** Which certificate is wanted of an order. */
export interface CertificateRequest {
  readonly names: readonly string[];
  readonly key: KeyKind;
  /** Common name of the issuer that the chain should end with; null: as the authority likes. */
  readonly preferredChain: string | null;
}

/** How often a request for the certificate is handed in: its answer may have been lost. */
const MOST_TRIES = 3;
const DOING = "waiting for the certificate";

/** Asks for the certificate of an order whose names are shown, waits until it is made and fetches it. */
export async function fetchCertificate(env: ProveEnv, order: Order, request: CertificateRequest): Promise<Step<KeyPair>> {
  const { der, key } = await makeCsr(request.names, request.key);
  const place = await certificatePlace(env, order, der);
  if (!place.ok) return place;
  const chain = await downloadChain(env, env.account, { url: place.value, key, preferredChain: request.preferredChain });
  return chain.ok ? done({ cert: chain.value, key }) : chain;
}

/** Looks at the order until its certificate is there, and hands in the request when the order is ready for it. */
function certificatePlace(env: ProveEnv, order: Order, csr: Uint8Array): Promise<Step<string>> {
  let tries = 0;
  return poll<string>(env, DOING, async () => {
    const step = await fetchOrder(env, env.account, order.url, DOING);
    if (!step.ok || step.value.status !== "ready" || tries >= MOST_TRIES) return step.ok ? judge(step.value) : step;
    tries++;
    const handed = await finalize(env, env.account, step.value, csr, "asking for the certificate");
    if (!handed.ok) return handed.fault.problem === "orderNotReady" ? done({ ready: false, status: "ready", retryAfter: null }) : handed;
    return judge(handed.value);
  });
}

function judge({ status, certificate, error, retryAfter }: Order): Step<Look<string>> {
  if (status === "valid" && certificate !== undefined) return done({ ready: true, value: certificate });
  if (status === "valid") return failed("server", `${DOING}: the order is valid, and does not say where it is`);
  if (status === "invalid") return finding(`${DOING}: the order is invalid`, error);
  if (["pending", "ready", "processing"].includes(status)) return done({ ready: false, status, retryAfter });
  return failed("server", `${DOING}: the order is '${tame(status)}'`);
}
