import { readAnswers, type AnswerMessage } from "../support/http-reader.ts";
import { valuesOf } from "../support/http-grammar.ts";
import type { RawResult } from "../support/raw-client.ts";
import type { AnswerCase, AnswerExpectation } from "./answer-case.ts";
import { contract, safety, type Violation } from "./violation.ts";

/** Judges what a client of this HTTP version received for one scripted answer. */
export function judgeAnswer(one: AnswerCase, version: "1.0" | "1.1", result: RawResult): Violation[] {
  const reading = readAnswers(result.received, [one.method], result.ending === "fin");
  if (reading.tail === "broken") return [safety(`answer breaks the grammar: ${reading.problem}`)];
  const finals = reading.messages.filter((message) => message.status >= 200);
  const [final] = finals;
  if (finals.length > 1) return [safety(`${finals.length} answers to one request`)];
  if (final !== undefined && reading.tail !== "clean") return [safety("bytes after the answer")];
  if (version === "1.0" && reading.messages.some((message) => message.framing === "chunked" || message.status < 200)) return [safety("HTTP/1.1 framing for an HTTP/1.0 client")];
  if (one.expect.kind === "relayed") return judgeRelayed(final, one.expect, result);
  if (final === undefined) return result.ending === "deadline" ? [contract("left hanging")] : [];
  if (final.status >= 500) return judgeOwn(final);
  if (one.expect.kind === "either") return judgeRelayed(final, one.expect, result);
  return [safety(`arrived complete: ${describe(final)}`)];
}

function judgeRelayed(final: AnswerMessage | undefined, expect: AnswerExpectation, result: RawResult): Violation[] {
  if (final === undefined) return [safety(`no complete answer (${result.ending}): ${JSON.stringify(result.received.toString("latin1").slice(0, 80))}`)];
  if (final.status !== expect.status || !final.body.equals(expect.body)) return [safety(`arrived as ${describe(final)}`)];
  const wrong = Object.entries(expect.has)
    .filter(([name, values]) => valuesOf(final.fields, name).join("\n") !== values.join("\n"))
    .map(([name]) => contract(`${name} arrived as ${JSON.stringify(valuesOf(final.fields, name))}`));
  const leaked = expect.lacks.filter((name) => valuesOf([...final.fields, ...final.trailers], name).length > 0).map((name) => contract(`${name} was passed on`));
  return [...wrong, ...leaked];
}

const OWN_CODES = ["malformed-answer", "unreachable"];

function judgeOwn(final: AnswerMessage): Violation[] {
  const [code = "none"] = valuesOf(final.fields, "taxgate-error");
  return final.status === 502 && OWN_CODES.includes(code) ? [] : [contract(`${final.status} with code ${code}, want 502 with ${OWN_CODES.join(" or ")}`)];
}

function describe(final: AnswerMessage): string {
  return `${final.status} with ${JSON.stringify(final.body.toString("latin1").slice(0, 60))} (${final.framing})`;
}
