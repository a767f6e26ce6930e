import { sendRaw } from "../support/raw-client.ts";
import type { RecordingUpstream } from "../support/recording-upstream.ts";
import type { AnswerCase } from "./answer-case.ts";
import { bytes } from "./attack-case.ts";
import { judgeAnswer } from "./judge-answer.ts";
import { probe } from "./run-request-case.ts";
import { until } from "../support/until.ts";
import type { Violation } from "./violation.ts";

/** Runs one scripted answer for an HTTP/1.1 and an HTTP/1.0 client, and the next client after each. */
export async function runAnswerCase(one: AnswerCase, port: number, upstream: RecordingUpstream): Promise<Violation[]> {
  return [...await runFor(one, "1.1", port, upstream), ...await runFor(one, "1.0", port, upstream)];
}

async function runFor(one: AnswerCase, version: "1.0" | "1.1", port: number, upstream: RecordingUpstream): Promise<Violation[]> {
  upstream.script({ pieces: one.pieces, afterwards: one.afterwards, unasked: one.unasked === true });
  // Closing makes the end of the stream the end of the test: nothing that comes late is missed.
  const request = bytes(`${one.method} /answer HTTP/${version}\r\nHost: gate.example\r\nConnection: close\r\n\r\n`);
  const result = await sendRaw(port, { pieces: [request], deadline: 1500 });
  upstream.script(undefined);
  // The proxy has to know that a connection is gone before the next client comes, or a race of HTTP/1.1 is blamed on it.
  const gone = await until(() => upstream.endingConnections() === 0, 300);
  const kept: Violation[] = one.unasked === true && !gone ? [{ rule: "safety", text: "a connection with an answer nobody asked for was kept" }] : [];
  const violations = [...kept, ...judgeAnswer(one, version, result), ...await probe(port), ...await probe(port)];
  upstream.take();
  return violations.map(({ rule, text }) => ({ rule, text: `HTTP/${version} client: ${text}` }));
}
