import { isHost, parseChunkLine, parseFieldLine, parseRequestLine, parseStatusLine, valuesOf, type Field } from "./http-grammar.ts";
import { GrammarProblem, Incomplete, lineCursor, type LineCursor } from "./line-cursor.ts";

/** A complete request. */
export interface RequestMessage {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly fields: readonly Field[];
  readonly body: Buffer;
  readonly trailers: readonly Field[];
}

/** A complete answer; interim (1xx) answers stand in the sequence too. */
export interface AnswerMessage {
  readonly status: number;
  readonly fields: readonly Field[];
  readonly body: Buffer;
  readonly trailers: readonly Field[];
  readonly framing: "none" | "length" | "chunked" | "close";
}

/** The complete messages in a byte stream, and how the stream ended: cleanly, inside a message, or against the grammar. */
export interface Reading<Message> {
  readonly messages: readonly Message[];
  readonly tail: "clean" | "incomplete" | "broken";
  /** Which rule the stream breaks; empty unless broken. */
  readonly problem: string;
}

type Framing = { readonly kind: "length"; readonly length: number } | { readonly kind: "chunked" } | { readonly kind: "absent" };

/** Reads a sequence of requests, accepting nothing but RFC 9112's own grammar in origin form. */
export function readRequests(bytes: Buffer): Reading<RequestMessage> {
  return readAll(bytes, (cursor) => {
    const line = cursor.line();
    const start = parseRequestLine(line);
    if (start === undefined) throw new GrammarProblem(`request line ${JSON.stringify(line)}`);
    const fields = readFields(cursor);
    const hosts = valuesOf(fields, "host");
    if (hosts.length !== 1 || !hosts.every(isHost)) throw new GrammarProblem(`host ${JSON.stringify(hosts)}`);
    const framing = framingOf(fields, start.version);
    return { ...start, fields, ...readBody(cursor, framing) };
  });
}

/**
 * Reads a sequence of answers to requests with these methods, in order. `ended` says whether the stream
 * ended by a clean close: only then is an answer without a length complete.
 */
export function readAnswers(bytes: Buffer, methods: readonly string[], ended: boolean): Reading<AnswerMessage> {
  let finals = 0;
  return readAll(bytes, (cursor) => {
    const line = cursor.line();
    const start = parseStatusLine(line);
    if (start === undefined) throw new GrammarProblem(`status line ${JSON.stringify(line)}`);
    const fields = readFields(cursor);
    const { status } = start;
    const method = methods[finals] ?? "GET";
    if (status >= 200) finals += 1;
    const framing = framingOf(fields, start.version);
    if (status < 200 || status === 204) forbidFraming(status, framing);
    if (status < 200 || status === 204 || status === 304 || method === "HEAD") return { status, fields, body: Buffer.alloc(0), trailers: [], framing: "none" };
    if (framing.kind !== "absent") return { status, fields, ...readBody(cursor, framing), framing: framing.kind };
    if (!ended) throw new Incomplete("answer that ends with the connection");
    return { status, fields, body: cursor.rest(), trailers: [], framing: "close" };
  });
}

function readAll<Message>(bytes: Buffer, readOne: (cursor: LineCursor) => Message): Reading<Message> {
  const cursor = lineCursor(bytes);
  const messages: Message[] = [];
  try {
    while (cursor.position() < bytes.length) messages.push(readOne(cursor));
    return { messages, tail: "clean", problem: "" };
  } catch (error) {
    if (error instanceof Incomplete) return { messages, tail: "incomplete", problem: "" };
    if (error instanceof GrammarProblem) return { messages, tail: "broken", problem: error.message };
    throw error;
  }
}

function readFields(cursor: LineCursor): Field[] {
  const fields: Field[] = [];
  for (;;) {
    const line = cursor.line();
    if (line === "") return fields;
    const field = parseFieldLine(line);
    if (field === undefined) throw new GrammarProblem(`field line ${JSON.stringify(line.slice(0, 80))}`);
    fields.push(field);
  }
}

function framingOf(fields: readonly Field[], version: string): Framing {
  const lengths = valuesOf(fields, "content-length");
  const encodings = valuesOf(fields, "transfer-encoding");
  if (lengths.length > 1 || encodings.length > 1) throw new GrammarProblem("framing field given twice");
  const [length] = lengths;
  const [encoding] = encodings;
  if (length !== undefined && encoding !== undefined) throw new GrammarProblem("length together with transfer encoding");
  if (encoding !== undefined) {
    if (version !== "1.1" || encoding.toLowerCase() !== "chunked") throw new GrammarProblem(`transfer encoding ${JSON.stringify(encoding)} in HTTP/${version}`);
    return { kind: "chunked" };
  }
  if (length === undefined) return { kind: "absent" };
  if (!/^[0-9]{1,15}$/.test(length)) throw new GrammarProblem(`length ${JSON.stringify(length)}`);
  return { kind: "length", length: Number(length) };
}

function forbidFraming(status: number, framing: Framing): void {
  if (framing.kind !== "absent") throw new GrammarProblem(`framing field in a ${status} answer`);
}

function readBody(cursor: LineCursor, framing: Framing): { body: Buffer; trailers: readonly Field[] } {
  if (framing.kind === "absent") return { body: Buffer.alloc(0), trailers: [] };
  if (framing.kind === "length") return { body: cursor.take(framing.length), trailers: [] };
  const parts: Buffer[] = [];
  for (;;) {
    const line = cursor.line();
    const size = parseChunkLine(line);
    if (size === undefined) throw new GrammarProblem(`chunk line ${JSON.stringify(line.slice(0, 40))}`);
    if (size === 0) return { body: Buffer.concat(parts), trailers: readTrailers(cursor) };
    parts.push(cursor.take(size));
    if (cursor.line() !== "") throw new GrammarProblem("chunk longer than its size");
  }
}

const FORBIDDEN_TRAILERS = new Set(["content-length", "transfer-encoding", "host", "authorization", "trailer", "connection", "te"]);

function readTrailers(cursor: LineCursor): Field[] {
  const trailers = readFields(cursor);
  const forbidden = trailers.find(([name]) => FORBIDDEN_TRAILERS.has(name.toLowerCase()));
  if (forbidden !== undefined) throw new GrammarProblem(`trailer ${JSON.stringify(forbidden[0])}`);
  return trailers;
}
