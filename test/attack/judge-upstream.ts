import { readRequests, type RequestMessage } from "../support/http-reader.ts";
import { valuesOf } from "../support/http-grammar.ts";
import type { RecordedConnection } from "../support/recording-upstream.ts";
import type { Expectation, ExpectedRequest } from "./attack-case.ts";
import { contract, safety, type Violation } from "./violation.ts";

/** Judges what one case left behind at the upstream: the requests that arrived, connection by connection. */
export function judgeUpstream(connections: readonly RecordedConnection[], expect: Expectation): Violation[] {
  const violations: Violation[] = [];
  const arrived: RequestMessage[] = [];
  for (const connection of connections) {
    const reading = readRequests(connection.bytes);
    arrived.push(...reading.messages);
    if (reading.tail === "broken") violations.push(safety(`ambiguous upstream: ${reading.problem}`));
    if (reading.tail === "incomplete" && connection.isOpen) violations.push(safety("incomplete request left on an open upstream connection"));
  }
  return [...violations, ...judgeArrived(arrived, expect)];
}

function judgeArrived(arrived: readonly RequestMessage[], expect: Expectation): Violation[] {
  const blame = expect.isPolicy ? contract : safety;
  const violations: Violation[] = [];
  const expected = [...expect.requests];
  for (const request of arrived) {
    if (valuesOf(request.fields, "host").includes("evil.example")) violations.push(safety("the attacker chose the Host"));
    // Connections are independent, so requests of one client may be recorded in another order.
    const index = expected.findIndex((one) => isSame(request, one));
    const [match] = index < 0 ? [] : expected.splice(index, 1);
    if (match === undefined) violations.push(blame(`unexpected upstream: ${describe(request)}`));
    else violations.push(...judgeFields(request, match));
  }
  const isOwed = expect.kind === "forwarded" || expect.kind === "refused";
  if (isOwed) violations.push(...expected.map((one) => blame(`never arrived: ${one.method} ${String(one.target)}`)));
  return violations;
}

function isSame(request: RequestMessage, expected: ExpectedRequest): boolean {
  const targets = typeof expected.target === "string" ? [expected.target] : expected.target;
  return request.method === expected.method && targets.includes(request.target)
    && request.body.equals(expected.body ?? Buffer.alloc(0));
}

function judgeFields(request: RequestMessage, expected: ExpectedRequest): Violation[] {
  const wrong = Object.entries(expected.has ?? {})
    .filter(([name, values]) => valuesOf(request.fields, name).join("\n") !== values.join("\n"))
    .map(([name]) => contract(`${name} arrived as ${JSON.stringify(valuesOf(request.fields, name))}`));
  const leaked = (expected.lacks ?? [])
    .filter((name) => valuesOf([...request.fields, ...request.trailers], name).length > 0)
    .map((name) => contract(`${name} was passed on`));
  return [...wrong, ...leaked];
}

function describe(request: RequestMessage): string {
  return `${request.method} ${request.target.slice(0, 80)} with ${request.body.length} bytes`;
}
