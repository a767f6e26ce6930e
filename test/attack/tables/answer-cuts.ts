import { answer, BROKEN, ok, relayed, type AnswerCase } from "../answer-case.ts";
import { bytes } from "../attack-case.ts";

const KEEP: readonly string[] = [];
const CLOSE = ["Connection: close"];

const CHUNKED_CUTS: Readonly<Record<string, string>> = {
  "before any chunk": "", "inside the first size": "5", "after the first size": "5\r\n", "inside the data": "5\r\nhe", "after the data": "5\r\nhello",
  "between CR and LF after the data": "5\r\nhello\r", "before the last chunk": "5\r\nhello\r\n", "inside the second size": "5\r\nhello\r\n1",
  "after the zero": "5\r\nhello\r\n0", "after the zero line": "5\r\nhello\r\n0\r\n", "inside the last CRLF": "5\r\nhello\r\n0\r\n\r",
  "inside the trailer": "5\r\nhello\r\n0\r\nX-T: a", "after a trailer line": "5\r\nhello\r\n0\r\nX-T: a\r\n",
};

const LENGTH_CUTS: Readonly<Record<string, string>> = { "no byte": "", "one byte": "h", "all but one byte": "hell" };

const HEAD_CUTS: Readonly<Record<string, string>> = { "nothing": "", "inside the version": "HTTP/1", "inside the status": "HTTP/1.1 20", "after the status line": "HTTP/1.1 200 OK\r\n", "inside a name": "HTTP/1.1 200 OK\r\nContent-Le", "inside a length": "HTTP/1.1 200 OK\r\nContent-Length: 1", "before the empty line": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", "inside the empty line": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r", "after an interim answer": "HTTP/1.1 103 Early Hints\r\n\r\n" };

const ENDS = [["closed", "fin"], ["reset", "reset"]] as const;
const KINDS = [["keep-alive", KEEP], ["close", CLOSE]] as const;

/** Splits after the head, so that the head has gone out before the connection dies. */
function late(one: AnswerCase): AnswerCase {
  const whole = one.pieces[0] ?? bytes("");
  const head = whole.indexOf("\r\n\r\n") + 4;
  return { ...one, name: `${one.name}, late`, pieces: [whole.subarray(0, head), whole.subarray(head)] };
}

function cuts(): AnswerCase[] {
  return ENDS.flatMap(([word, end]) => [
    ...KINDS.flatMap(([kind, lines]) => [
      ...Object.entries(CHUNKED_CUTS).map(([name, body]) => answer(`chunked, ${kind}, ${word}: ${name}`, ok([...lines, "Transfer-Encoding: chunked"], body), end, BROKEN)),
      ...Object.entries(LENGTH_CUTS).map(([name, body]) => answer(`length, ${kind}, ${word}: ${name}`, ok([...lines, "Content-Length: 5"], body), end, BROKEN)),
    ]),
    ...Object.entries(LENGTH_CUTS).map(([name, body]) => answer(`HTTP/1.0 length, ${word}: ${name}`, `HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n${body}`, end, BROKEN)),
    ...Object.entries(HEAD_CUTS).map(([name, text]) => answer(`head, ${word}: ${name}`, text, end, BROKEN)),
    late(answer(`chunked, ${word}: data`, ok(["Transfer-Encoding: chunked"], "5\r\nhello\r\n"), end, BROKEN)),
    late(answer(`length, ${word}: data`, ok(["Content-Length: 50"], "hello"), end, BROKEN)),
  ]);
}

/** Answers that end too early, in every framing: the client must never take them for complete ones. */
export const ANSWER_CUTS: readonly AnswerCase[] = [
  ...cuts(),
  answer("until close, reset", ok([], "hello"), "reset", BROKEN),
  answer("until close, reset, with Connection: close", ok(CLOSE, "hello"), "reset", BROKEN),
  answer("until close, reset, HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", "reset", BROKEN),
  late(answer("until close, reset", ok([], "hello"), "reset", BROKEN)),
  answer("until close, reset, no byte", ok([], ""), "reset", BROKEN),
  answer("until close, closed", ok([], "hello"), "fin", relayed(200, "hello")),
  late(answer("until close, closed", ok([], "hello"), "fin", relayed(200, "hello"))),
  answer("complete, then reset", ok(["Content-Length: 5"], "hello"), "reset", relayed(200, "hello")),
  answer("complete chunks, then closed", ok(["Transfer-Encoding: chunked"], "5\r\nhello\r\n0\r\n\r\n"), "fin", relayed(200, "hello")),
];
