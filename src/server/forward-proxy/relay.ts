import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import type { Clock } from "../../base/clock.ts";
import { answerFraming } from "../../http/framing.ts";
import { endToEnd, endToEndFilter } from "../../http/hop-by-hop.ts";
import { BodyFault, type Body, type BodySource, type Headers } from "../../http/message.ts";
import { canonicalTarget } from "../../http/target.ts";
import type { Exchange } from "../../pipeline/exchange.ts";
import { bodyRefusal, refuse, type Verdict } from "../../pipeline/verdict.ts";
import { isLoop, via } from "../../pipeline/via.ts";
import type { ConnectTarget } from "./connect-target.ts";
import type { Dial } from "./dial.ts";

/** What carrying a request to a host that is not intercepted needs. */
export interface RelayEnv {
  readonly dial: Dial;
  readonly clock: Clock;
  /** Longest wait in ms for the answer's head, and between two pieces of its body. */
  readonly pause: number;
  readonly maxHeadBytes: number;
}

/** Host, length and Via are stated anew; nobody here reads the rest. */
const passes = endToEndFilter(new Set(["host", "content-length", "via"]));
const toCaller = endToEndFilter(new Set(["via", "x-request-id", "taxgate-error", "content-length"]));

/** Carries one plain request to its host, on a connection of its own, and gives what is to be answered. */
export async function relay(x: Exchange, target: ConnectTarget, env: RelayEnv): Promise<Verdict> {
  const canonical = canonicalTarget(x.head.target);
  if (!canonical.ok) return refuse(canonical.code, "the request's address breaks a rule");
  if (isLoop(x.head.headers)) return refuse("loop", "the request names this proxy too often in Via");
  x.path = canonical.target.path;
  x.query = canonical.target.query;
  x.host = canonical.target.authority ?? x.host;
  const dialled = await env.dial(target);
  if (!dialled.ok) return refuse("tunnel-failed", `connecting to '${target.host}': ${dialled.why}`);
  const { socket } = dialled;
  const request = httpRequest({
    createConnection: () => socket, setHost: false, method: x.head.method, path: x.path + x.query, maxHeaderSize: env.maxHeadBytes, insecureHTTPParser: false,
    headers: requestFields(x) as unknown as Record<string, string>,
  });
  x.onGone = () => request.destroy();
  request.once("close", () => socket.destroy());
  if (x.gone) request.destroy();
  let broken: BodyFault | null = null;
  // Beside the wait for the answer, which may come before the body's end.
  void sent(x.body, request).then((fault) => (broken = fault));
  const verdict = await answered(x, request, env);
  return broken === null || verdict.kind === "answer" ? verdict : bodyRefusal(broken);
}

function requestFields(x: Exchange): Headers {
  const { body } = x;
  const length = body.kind === "bytes" ? body.bytes.byteLength : body.kind === "source" ? body.source.length : null;
  const framing = length !== null ? ["Content-Length", String(length)] : body.kind === "source" ? ["Transfer-Encoding", "chunked"] : [];
  return ["Host", x.host, ...endToEnd(x.head.headers, passes), "Via", via(x.head.headers, x.head.version), ...framing, "Connection", "close"];
}

/** Sends the body; gives what was wrong with it. */
async function sent(body: Body, request: ClientRequest): Promise<BodyFault | null> {
  if (body.kind !== "source") {
    request.end(body.kind === "bytes" ? body.bytes : undefined);
    return null;
  }
  try {
    for (let bytes = await body.source.read(); bytes !== null; bytes = await body.source.read()) {
      if (request.destroyed || request.writableEnded) return null;
      if (!request.write(bytes)) await new Promise<void>((go) => void request.once("drain", go).once("close", go));
    }
    request.end();
    return null;
  } catch (fault) {
    request.destroy();
    return fault instanceof BodyFault ? fault : new BodyFault("aborted", "the body cannot be read");
  }
}

function answered(x: Exchange, request: ClientRequest, env: RelayEnv): Promise<Verdict> {
  return new Promise((done) => {
    const timer = env.clock.after(env.pause, () => {
      done(refuse("upstream-timeout", "the host did not answer in time"));
      request.destroy();
    }, true);
    request.once("error", () => done(refuse("tunnel-failed", "the host closed the connection, or does not speak HTTP")));
    request.once("close", () => {
      timer.cancel();
      // Without an error where it was given up because the caller has gone.
      done(refuse("client-gone", "the client went away"));
    });
    request.once("response", (response) => {
      timer.cancel();
      done(verdictOf(x, response, env));
    });
  });
}

function verdictOf(x: Exchange, response: IncomingMessage, env: RelayEnv): Verdict {
  const status = response.statusCode ?? 0;
  const framing = answerFraming(response.rawHeaders, x.head.method, status);
  if (!framing.ok) {
    response.destroy();
    return refuse("malformed-answer", framing.detail);
  }
  const headers = [...endToEnd(response.rawHeaders, toCaller), "Via", via(response.rawHeaders, "1.1"), "X-Request-Id", x.id];
  if (framing.framing.kind === "none") {
    response.resume();
    return { kind: "answer", answer: { status, headers, body: { kind: "none" } }, reason: "relayed" };
  }
  const length = framing.framing.kind === "length" ? framing.framing.length : null;
  return { kind: "answer", answer: { status, headers, body: { kind: "source", source: sourceOf(response, length, env) } }, reason: "relayed" };
}

function sourceOf(response: IncomingMessage, length: number | null, { clock, pause }: RelayEnv): BodySource {
  const pieces = response.iterator({ destroyOnReturn: true });
  return {
    length,
    async read() {
      const timer = clock.after(pause, () => response.destroy(new Error("paused for too long")), true);
      try {
        const next = await pieces.next();
        return next.done === true ? null : (next.value as Uint8Array);
      } catch {
        throw new BodyFault("truncated", "the answer was cut off");
      } finally {
        timer.cancel();
      }
    },
    cancel: () => void response.destroy(),
    trailers: () => [],
  };
}
