import { readAnswers } from "../support/http-reader.ts";
import { sendRaw } from "../support/raw-client.ts";
import type { RecordingUpstream } from "../support/recording-upstream.ts";
import { until } from "../support/until.ts";
import { bytes, get, type RequestCase } from "./attack-case.ts";
import { judgeClient } from "./judge-client.ts";
import { judgeUpstream } from "./judge-upstream.ts";
import { safety, type Violation } from "./violation.ts";

/** Runs one case against the proxy on `port`, and the next client after it: a poisoned upstream connection shows there. */
export async function runRequestCase(one: RequestCase, port: number, upstream: RecordingUpstream): Promise<Violation[]> {
  const result = await sendRaw(port, {
    pieces: one.pieces, afterwards: one.afterwards, deadline: 700, isDone: (received) => isAnswered(one, received),
  });
  const next = await probe(port);
  // The proxy gives up a broken upload on its own time.
  await until(() => upstream.halfRequests() === 0, 300);
  const recorded = upstream.take().map((connection) => ({ ...connection, bytes: withoutProbe(connection.bytes) }));
  return [...judgeUpstream(recorded, one.expect), ...judgeClient(one, result), ...next];
}

function isAnswered(one: RequestCase, received: Buffer): boolean {
  const methods = one.expect.requests.map((request) => request.method);
  const finals = readAnswers(received, methods, false).messages.filter((answer) => answer.status >= 200);
  const due = one.expect.kind === "refused" || one.expect.kind === "answered" ? methods.length + 1 : methods.length;
  return finals.length >= Math.max(due, 1) || (one.expect.kind !== "forwarded" && finals.some((answer) => answer.status >= 400));
}

const PROBE = bytes(get("/probe"));

/** Sends an innocent request on a connection of its own; its answer must be its own. */
export async function probe(port: number): Promise<Violation[]> {
  const { received } = await sendRaw(port, { pieces: [PROBE], isDone: (so) => readAnswers(so, ["GET"], false).messages.length > 0 });
  const [answer] = readAnswers(received, ["GET"], true).messages;
  const seen = answer?.fields.find(([name]) => name.toLowerCase() === "x-seen")?.[1];
  return answer?.status === 200 && seen === "/probe" ? [] : [safety(`the next client was answered ${answer?.status ?? "nothing"} for ${JSON.stringify(seen)}`)];
}

function withoutProbe(recorded: Buffer): Buffer {
  const start = recorded.indexOf("GET /probe HTTP/1.1\r\n");
  if (start < 0) return recorded;
  const end = recorded.indexOf("\r\n\r\n", start);
  return Buffer.concat([recorded.subarray(0, start), recorded.subarray(end < 0 ? recorded.length : end + 4)]);
}
