import type { Clock } from "../base/clock.ts";
import { collect } from "../http/collect.ts";
import { headerValue } from "../http/headers.ts";
import { BodyFault, NO_BODY, type Answer, type Body } from "../http/message.ts";
import type { PacedCall } from "../limits/pace/paced-call.ts";
import type { CallControl, UpstreamCall } from "../upstream/call.ts";
import type { RegionUpstream } from "../upstream/region-upstream.ts";
import type { AttemptResult } from "../upstream/result.ts";
import type { Exchange } from "./exchange.ts";
import type { Surroundings } from "./generation.ts";
import type { Route } from "./site.ts";
import { readAlong } from "./voids.ts";

/*
 * An attempt of a caller's request where the platform has limits. What it says about them is for us: an answer that the
 * platform refused because of a limit is waited out, and tried again in its turn.
 */

/** Bodies are looked into up to this size. */
const MOST_LOOKED_INTO = 1024 * 1024;
const TOO_MANY = 429;

/** What is called, and where. */
interface Attempt {
  readonly call: UpstreamCall;
  readonly route: Route;
  readonly region: RegionUpstream;
  readonly avoid: string | null;
}

/** Makes what counts an exchange's calls, for each region. `deadline` in monotonic ms is when its time is over. */
export function relayPace(x: Exchange, deadline: number, clock: Clock): (region: string) => PacedCall | null {
  const { pace, class: routeClass, pathVariables } = x.route as Route;
  if (pace === null) return () => null;
  const source = { headers: x.head.headers, pathVariables: pathVariables(x.path), query: x.query };
  const waiting = { patience: () => deadline - clock.now(), granted: null };
  return (region) => pace.call({ routeClass, region, taxpayer: x.taxpayer, principal: x.principal, address: x.clientAddress, source }, waiting);
}

/** Makes one attempt; see the top of this file. */
export async function callInTurn(x: Exchange, { call, route, region, avoid }: Attempt, control: CallControl, around: Surroundings): Promise<AttemptResult> {
  const { pace } = call;
  if (pace === null) return region.call(call, control, avoid);
  for (;;) {
    const result = await region.call(call, control, avoid);
    if (result.kind !== "answered") return result;
    const answer = pace.needsBody ? await heard(result.answer, pace, around) : result.answer;
    if (answer.status !== TOO_MANY || pace.told === null) return { ...result, answer };
    if (answer.body.kind === "source") answer.body.source.cancel();
    // What was streamed is gone, and without a journal nobody sends a submission twice.
    if (route.class === "submit" || x.body.kind === "source") return { kind: "refused", cause: "paced", detail: "the platform takes no more for now", retryAfter: Math.ceil(pace.told / 1000) };
    around.metrics.retried();
  }
}

/** The answer, once its body was read for what it says about limits: at once where it may be a refusal, else as it passes by. */
async function heard(answer: Answer, pace: PacedCall, around: Surroundings): Promise<Answer> {
  const { status, headers } = answer;
  const coding = headerValue(headers, "content-encoding");
  const read = (bytes: Uint8Array | null): void => pace.read({ status, headers, body: bytes });
  const look = (bytes: Uint8Array | null): void | Promise<void> => (bytes === null || coding === undefined ? read(bytes) : around.cache.decode(coding, bytes, MOST_LOOKED_INTO).then(read));
  if (answer.body.kind === "source" && status !== TOO_MANY) return { ...answer, body: { kind: "source", source: readAlong(answer.body.source, look) } };
  const body = answer.body.kind === "source" ? await small(answer.body) : answer.body;
  await look(body.kind === "bytes" ? body.bytes : null);
  return { ...answer, body };
}

/** The body of a refusal; none where it is cut off or is too large to be one. */
async function small({ source }: Extract<Body, { kind: "source" }>): Promise<Body> {
  try {
    return await collect(source, MOST_LOOKED_INTO);
  } catch (fault) {
    if (!(fault instanceof BodyFault)) throw fault;
    source.cancel();
    return NO_BODY;
  }
}
