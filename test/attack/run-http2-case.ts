import { encodeFields, FLAG, FRAME, type Frame } from "../support/http2-frames.ts";
import { sendFrames, type Http2Result } from "../support/raw-http2-client.ts";
import { until } from "../support/until.ts";
import { bytes } from "./attack-case.ts";
import type { AttackLane } from "./attack-lane.ts";
import { judgeUpstream } from "./judge-upstream.ts";
import { probe } from "./run-request-case.ts";
import type { Http2Case } from "./tables/http2.ts";
import { safety, type Violation } from "./violation.ts";

/** Runs one HTTP/2 request, and the next HTTP/1.1 client after it. */
export async function runHttp2Case(one: Http2Case, { taxgate, upstream }: AttackLane): Promise<Violation[]> {
  const result = await sendFrames(taxgate.port("tls"), framesOf(one));
  await until(() => upstream.halfRequests() === 0, 300);
  const violations = judgeUpstream(upstream.take(), one.expect);
  const next = await probe(taxgate.port("plain"));
  upstream.take();
  return [...violations, ...judgeStream(one, result), ...next];
}

function framesOf(one: Http2Case): Frame[] {
  const hasMore = one.data !== "" || one.trailers.length > 0 || !one.ends;
  const frames: Frame[] = [{ type: FRAME.headers, flags: FLAG.endHeaders | (hasMore ? 0 : FLAG.endStream), stream: 1, payload: encodeFields(one.fields) }];
  if (one.data !== "") frames.push({ type: FRAME.data, flags: one.ends && one.trailers.length === 0 ? FLAG.endStream : 0, stream: 1, payload: bytes(one.data) });
  if (one.trailers.length > 0) frames.push({ type: FRAME.headers, flags: FLAG.endHeaders | FLAG.endStream, stream: 1, payload: encodeFields(one.trailers) });
  if (!one.ends) frames.push({ type: FRAME.reset, flags: 0, stream: 1, payload: Buffer.of(0, 0, 0, 8) });
  return frames;
}

function judgeStream(one: Http2Case, { status, isComplete }: Http2Result): Violation[] {
  const isServed = status === 200 && isComplete;
  if (one.expect.kind === "forwarded" && !isServed) return [safety(`valid request answered ${status ?? "nothing"}`)];
  return one.expect.kind === "refused" && isServed ? [safety("accepted with 200")] : [];
}
