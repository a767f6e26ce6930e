import { z } from "zod";
import type { Account } from "./account.ts";
import { done, failed, tame, type Fault, type Step } from "./fault.ts";
import type { Identifier } from "./identifiers.ts";
import { readProblem } from "./problem.ts";
import { address, readAs } from "./read-answer.ts";
import { readRetryAfter } from "./retry-after.ts";
import { post, type SignedEnv } from "./signed-calls.ts";
import type { Answer } from "./transport.ts";

/** Most names of one order. */
const MOST_NAMES = 100;

/** An order (RFC 8555 section 7.1.3). */
const document = z.object({
  status: z.string().max(50),
  authorizations: z.array(address).max(MOST_NAMES),
  finalize: address,
  certificate: address.optional(),
  error: z.unknown().optional().transform((value) => readProblem(value)),
});

/** An order as an answer shows it. */
export interface Order extends z.output<typeof document> {
  readonly url: string;
  /** When to look at it again, ms from now; null: nothing was said. */
  readonly retryAfter: number | null;
}

/** What is ordered. */
export interface OrderRequest {
  readonly identifiers: readonly Identifier[];
  readonly profile: string | null;
  /** See {@link certificateId}; only told to authorities that offer renewal information. */
  readonly replaces: string | null;
}

const DOING = "ordering";

/**
 * Orders. An authority that refuses because of the certificate that is to be replaced (it has been, it belonged to another
 * account, it is unknown there) is asked once more without it.
 */
export async function newOrder(calls: SignedEnv, account: Account, request: OrderRequest): Promise<Step<Order>> {
  const { profiles } = calls.directory.meta;
  if (request.profile !== null && profiles !== undefined && !Object.hasOwn(profiles, request.profile)) {
    return failed("refused", `${DOING}: the authority has no profile '${request.profile}', but ${tame(Object.keys(profiles).map((name) => `'${name}'`).join(", "))}`, { problem: "invalidProfile" });
  }
  if (request.profile !== null && profiles === undefined) return failed("refused", `${DOING}: the authority offers no profiles, and '${request.profile}' is wanted`, { problem: "invalidProfile" });
  const replaces = calls.directory.renewalInfo === undefined ? null : request.replaces;
  const first = await ask(calls, account, { ...request, replaces });
  return first.ok || replaces === null || !isAboutReplacing(first.fault) ? first : ask(calls, account, { ...request, replaces: null });
}

async function ask(calls: SignedEnv, account: Account, { identifiers, profile, replaces }: OrderRequest): Promise<Step<Order>> {
  const payload = { identifiers, ...(profile === null ? {} : { profile }), ...(replaces === null ? {} : { replaces }) };
  const step = await post(calls, account, { url: calls.directory.newOrder, payload, doing: DOING });
  if (!step.ok) return step;
  const place = address.safeParse(step.value.header("location"));
  return place.success ? readOrder(calls, DOING, step.value, place.data) : failed("server", `${DOING}: the answer does not say where the order is`);
}

/** Boulder says malformed or unauthorized for what it does not know, others 404; RFC 9773 section 5 says 409. */
function isAboutReplacing({ status, problem }: Fault): boolean {
  return status === 404 || status === 409 || problem === "alreadyReplaced" || problem === "malformed" || problem === "unauthorized";
}

/** Looks at an order. */
export async function fetchOrder(calls: SignedEnv, account: Account, url: string, doing: string): Promise<Step<Order>> {
  const step = await post(calls, account, { url, payload: null, doing });
  return step.ok ? readOrder(calls, doing, step.value, url) : step;
}

/** Asks for the certificate of an order whose names are shown (RFC 8555 section 7.4). */
export async function finalize(calls: SignedEnv, account: Account, order: Order, csr: Uint8Array, doing: string): Promise<Step<Order>> {
  const payload = { csr: Buffer.from(csr).toString("base64url") };
  const step = await post(calls, account, { url: order.finalize, payload, doing });
  return step.ok ? readOrder(calls, doing, step.value, order.url) : step;
}

function readOrder({ clock }: SignedEnv, doing: string, answer: Answer, url: string): Step<Order> {
  const step = readAs(document, doing, answer);
  return step.ok ? done({ ...step.value, url, retryAfter: readRetryAfter(answer.header("retry-after"), clock.wall()) }) : step;
}
