import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { BodyFault, NO_BODY, type Answer } from "../../src/http/message.ts";
import { readAnswers } from "../support/http-reader.ts";
import { sendRaw } from "../support/raw-client.ts";
import { until } from "../support/until.ts";
import { pieces, socketsGone, sourceOf, started, streamedAnswer, text, wholeBody } from "./started.ts";

const bytes = (head: string): Buffer => Buffer.from(head.replaceAll("\n", "\r\n"), "latin1");
const GET = bytes("GET / HTTP/1.1\nHost: a\n\n");
const CLOSE = bytes("GET / HTTP/1.1\nHost: a\nConnection: close\n\n");

interface Case {
  readonly what: string;
  readonly method?: string;
  readonly version?: string;
  readonly answer: () => Answer;
  readonly framing: string;
  readonly body?: string;
  readonly length?: string | null;
}

const cases: readonly Case[] = [
  { what: "bytes go out with their length", answer: () => text("hello"), framing: "length", body: "hello", length: "5" },
  { what: "no body goes out as a length of nothing", answer: () => text(""), framing: "length", body: "", length: "0" },
  { what: "a stream of known length keeps it", answer: () => streamedAnswer(pieces(["ab", "c"], 3)), framing: "length", body: "abc", length: "3" },
  { what: "a stream of unknown length is chunked", answer: () => streamedAnswer(pieces(["ab", "c"])), framing: "chunked", body: "abc", length: null },
  { what: "a stream of unknown length ends with the connection for HTTP/1.0", version: "1.0", answer: () => streamedAnswer(pieces(["ab", "c"])), framing: "close", body: "abc", length: null },
  { what: "large bytes arrive whole", answer: () => text("x".repeat(300_000)), framing: "length", body: "x".repeat(300_000), length: "300000" },
  { what: "bytes beyond ASCII arrive as they are", answer: () => ({ status: 200, headers: [], body: { kind: "bytes", bytes: Buffer.from([0, 255, 10, 13, 128]) } }), framing: "length", body: "\u0000\u00ff\n\r\u0080", length: "5" },
  { what: "an answer to HEAD has no body, and the length it would have", method: "HEAD", answer: () => text("hello", 200, ["Content-Length", "5"]), framing: "none", length: "5" },
  { what: "a streamed answer to HEAD has no body", method: "HEAD", answer: () => streamedAnswer(pieces([]), 200, ["Content-Length", "5"]), framing: "none", length: "5" },
  { what: "204 has neither body nor length", answer: () => ({ status: 204, headers: [], body: NO_BODY }), framing: "none", length: null },
  { what: "304 keeps the length of what it stands for", answer: () => ({ status: 304, headers: ["Content-Length", "9", "ETag", "x"], body: NO_BODY }), framing: "none", length: "9" },
];

for (const { what, method = "GET", version = "1.1", answer, framing, body = "", length } of cases) {
  test(what, async (t) => {
    const one = await started(t, (_x, send) => send(answer()));
    const { received, ending } = await sendRaw(one.port, { pieces: [bytes(`${method} / HTTP/${version}\nHost: a\nConnection: close\n\n`)] });
    const { messages, tail } = readAnswers(received, [method], ending === "fin");
    assert.equal(tail, "clean");
    assert.equal(messages.length, 1);
    assert.equal(messages[0]?.framing, framing);
    assert.equal(messages[0]?.body.toString("latin1"), body);
    assert.equal(messages[0]?.fields.find(([name]) => name.toLowerCase() === "content-length")?.[1] ?? null, length);
    assert.equal(ending, "fin");
    if (method === "GET") assert.equal(one.seen[0]?.sentBytes, body.length);
  });
}

test("head and body of a small answer leave in one write", async (t) => {
  const one = await started(t, (_x, send) => send(text("hello")));
  const reads: number[] = [];
  const socket = connect(one.port, "127.0.0.1");
  socket.on("data", (piece: Buffer) => reads.push(piece.length));
  socket.end(CLOSE);
  await new Promise((resolve) => socket.once("close", resolve));
  assert.equal(reads.length, 1);
});

test("trailers follow a chunked body, without those that must not", async (t) => {
  const one = await started(t, (_x, send) => send(streamedAnswer(pieces(["ab"], null, ["X-Sum", "7", "Content-Length", "1", "Set-Cookie", "a", "Transfer-Encoding", "chunked", "X-Sum", "8"]))));
  const { received } = await sendRaw(one.port, { pieces: [CLOSE] });
  const { messages, tail } = readAnswers(received, ["GET"], true);
  assert.equal(tail, "clean");
  assert.deepEqual(messages[0]?.trailers, [["X-Sum", "7"], ["X-Sum", "8"]]);
});

test("an interim answer goes out first, without what speaks about the platform's connection", async (t) => {
  const one = await started(t, (x, send) => {
    x.inform?.(103, ["Link", "</a>", "Connection", "close", "Content-Length", "3"]);
    return send(text("x"));
  });
  const { received } = await sendRaw(one.port, { pieces: [CLOSE] });
  const { messages } = readAnswers(received, ["GET"], true);
  assert.deepEqual(messages.map(({ status }) => status), [103, 200]);
  assert.deepEqual(messages[0]?.fields, [["Link", "</a>"]]);
});

test("HTTP/1.0 is told no interim answers, and its connection ends", async (t) => {
  const one = await started(t, (x, send) => {
    assert.equal(x.inform, null);
    return send(text("x"));
  });
  const { ending } = await sendRaw(one.port, { pieces: [bytes("GET / HTTP/1.0\n\n")] });
  assert.equal(ending, "fin");
  assert.equal(one.seen[0]?.head.authority, "");
});

test("pipelined requests are answered in order, whichever is ready first", async (t) => {
  const slow = Promise.withResolvers<void>();
  const one = await started(t, async (x, send) => {
    if (x.head.target === "/1") await slow.promise;
    await send(x.head.target === "/2" ? streamedAnswer(pieces(["/2 "], null)) : text(`${x.head.target} `));
    if (x.head.target === "/3") slow.resolve();
  });
  const requests = [1, 2, 3].map((n) => `GET /${n} HTTP/1.1\nHost: a\n\n`).join("");
  // The second and third wait for their turn behind the first.
  setTimeout(slow.resolve, 50);
  const { received } = await sendRaw(one.port, { pieces: [bytes(requests)], isDone: (all) => all.includes("/3 ") });
  const { messages } = readAnswers(received, ["GET", "GET", "GET"], false);
  assert.deepEqual(messages.map(({ body }) => body.toString()), ["/1 ", "/2 ", "/3 "]);
});

test("a client that has closed its half still gets its answer", async (t) => {
  const one = await started(t, async (_x, send) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    await send(text("late"));
  });
  const { received, ending } = await sendRaw(one.port, { pieces: [GET], afterwards: "half-close" });
  assert.match(received.toString(), /late$/);
  assert.equal(ending, "fin");
});

test("answers that are due before bytes that make no sense still go out, then their refusal, and nothing behind them is served", async (t) => {
  const bytesWithoutSense = [["GET /2 HTTP/1.1\nHost: a b\n\n", 400], ["nonsense\n\n", 400], ["BREW / HTTP/1.1\nHost: a\n\n", 501], ["POST /2 HTTP/1.1\nHost: a\nContent-Length: x\n\n", 400]] as const;
  for (const [broken, status] of bytesWithoutSense) {
    const one = await started(t, async (x, send) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      await send(text(x.head.target));
    });
    const { received } = await sendRaw(one.port, { pieces: [bytes(`GET /0 HTTP/1.1\nHost: a\n\nGET /1 HTTP/1.1\nHost: a\n\n${broken}GET /3 HTTP/1.1\nHost: a\n\n`)] });
    const { messages, tail } = readAnswers(received, ["GET", "GET", "GET"], true);
    assert.deepEqual([messages.map((message) => message.status), tail], [[200, 200, status], "clean"]);
    assert.deepEqual(one.seen.map(({ head }) => head.target), ["/0", "/1"]);
    assert.equal(one.refused.length, 1);
    assert.ok(await socketsGone(one));
  }
});

test("an answer whose source breaks is never taken for complete", async (t) => {
  for (const version of ["1.0", "1.1"]) {
    const one = await started(t, (_x, send) => {
      const parts = ["ab"];
      return send(streamedAnswer(sourceOf(() => (parts.length > 0 ? Buffer.from(parts.shift() as string) : Promise.reject(new BodyFault("truncated", "cut"))))));
    });
    const { received, ending } = await sendRaw(one.port, { pieces: [bytes(`GET / HTTP/${version}\nHost: a\n\n`)] });
    assert.equal(ending, "reset");
    assert.doesNotMatch(received.toString(), /0\r\n\r\n$/);
    await until(() => one.ended() === 1, 1000);
    assert.deepEqual([one.seen[0]?.endedBy, one.seen[0]?.reason], ["upstream", "answer-truncated"]);
  }
});

test("a fault while an answer is written gives its source back", async (t) => {
  const source = pieces(["a"]);
  const one = await started(t, async (_x, send) => {
    await assert.rejects(async () => send(streamedAnswer(source, 200, ["X", "line\nbreak"])));
  });
  await sendRaw(one.port, { pieces: [GET] });
  assert.equal(source.cancelled, true);
  assert.ok(await socketsGone(one));
});

test("an exchange that never answers does not keep the connection", async (t) => {
  const one = await started(t, () => undefined);
  const { ending } = await sendRaw(one.port, { pieces: [GET] });
  assert.notEqual(ending, "deadline");
  assert.ok(await socketsGone(one));
});

test("a slow reader slows the source, and gets every byte", async (t) => {
  let given = 0;
  const total = 30_000_000;
  const piece = Buffer.alloc(65_536, 7);
  const source = sourceOf(() => {
    if (given >= total) return null;
    const part = piece.subarray(0, Math.min(piece.length, total - given));
    given += part.length;
    return part;
  }, total);
  const one = await started(t, (_x, send) => send(streamedAnswer(source)));
  const socket = connect(one.port, "127.0.0.1");
  socket.pause();
  socket.write(CLOSE);
  let before = -1;
  await until(() => {
    const still = given > 0 && given === before;
    before = given;
    return still;
  }, 2000);
  assert.ok(given < 15_000_000, `${given} bytes were taken from the source before anything was read`);
  let received = 0;
  socket.resume();
  socket.on("data", (part: Buffer) => (received += part.length));
  await new Promise((resolve) => socket.once("close", resolve));
  assert.ok(received >= total);
  assert.equal(one.seen[0]?.sentBytes, total);
});

test("a client that stops reading is let go after the bound, whether the body is streamed or there at once", async (t) => {
  for (const answer of [text("x".repeat(20_000_000)), streamedAnswer(sourceOf(() => Buffer.alloc(65_536)))]) {
    const one = await started(t, (_x, send) => send(answer), { timeouts: { body: "150ms" } });
    const socket = connect(one.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.pause();
    socket.write(GET);
    assert.ok(await until(() => one.ended() === 1, 2000), "the exchange ends");
    assert.deepEqual([one.seen[0]?.endedBy, one.seen[0]?.reason], ["client", "client-too-slow"]);
    assert.ok(await socketsGone(one));
    socket.destroy();
  }
});

test("an exchange is over only when its answer has been handed to the system", async (t) => {
  const one = await started(t, (_x, send) => send(text("x".repeat(20_000_000))));
  const socket = connect(one.port, "127.0.0.1");
  socket.pause();
  socket.write(CLOSE);
  await until(() => one.seen.length === 1, 1000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(one.ended(), 0);
  socket.resume();
  assert.ok(await until(() => one.ended() === 1, 2000));
  assert.equal(one.seen[0]?.endedBy, "none");
});

test("a client that leaves before its answer is noticed at once, and nothing is sent", async (t) => {
  const source = pieces(["a"]);
  const one = await started(t, async (x, send) => {
    await new Promise<void>((resolve) => (x.onGone = resolve));
    await send(streamedAnswer(source));
  });
  await sendRaw(one.port, { pieces: [GET], afterwards: "reset" });
  assert.ok(await until(() => one.ended() === 1, 1000));
  assert.deepEqual([one.seen[0]?.gone, one.seen[0]?.status, one.seen[0]?.endedBy, source.cancelled], [true, 0, "client", true]);
});

test("a client that leaves inside its answer ends the source, at any byte", async (t) => {
  const sources: { cancelled: boolean }[] = [];
  const one = await started(t, (_x, send) => {
    const source = sourceOf(() => new Promise((resolve) => setTimeout(() => resolve(Buffer.alloc(50_000)), 1)));
    sources.push(source);
    return send(streamedAnswer(source));
  });
  await Promise.all(Array.from({ length: 20 }, (_, i) => sendRaw(one.port, { pieces: [GET], isDone: (all) => all.length > i * 5000 })));
  assert.ok(await until(() => one.ended() === 20, 2000));
  assert.deepEqual(new Set(sources.map(({ cancelled }) => cancelled)), new Set([true]));
  assert.deepEqual(new Set(one.seen.map(({ endedBy }) => endedBy)), new Set(["client"]));
  assert.ok(await socketsGone(one));
});

test("an answer that comes before the request's body has ended is delivered, and the connection ends", async (t) => {
  const one = await started(t, (_x, send) => send(text("too large", 413)));
  const { received, ending } = await sendRaw(one.port, { pieces: [bytes("POST / HTTP/1.1\nHost: a\nContent-Length: 2000000\n\n"), Buffer.alloc(100_000)] });
  assert.match(received.toString(), /^HTTP\/1.1 413 [^]*too large$/);
  assert.match(received.toString(), /connection: close/i);
  assert.notEqual(ending, "deadline");
});

test("the same connection serves request after request", async (t) => {
  const one = await started(t, async (x, send) => send(text(`${(await wholeBody(x.body)).toString()}.`)));
  const socket = connect(one.port, "127.0.0.1");
  let received = "";
  socket.on("data", (part: Buffer) => (received += part.toString()));
  for (let i = 0; i < 5; i++) {
    socket.write(bytes(`POST / HTTP/1.1\nHost: a\nContent-Length: 2\n\n${i}!`));
    assert.ok(await until(() => received.endsWith(`${i}!.`), 1000));
  }
  assert.equal(one.listener.sockets(), 1);
  socket.destroy();
});
