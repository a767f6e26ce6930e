import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { BodyFault, type BodySource } from "../../src/http/message.ts";
import { onHead, OK, poolTo, rawPlatform, run } from "./attempt-setup.ts";

type Case = readonly [what: string, serve: (socket: Socket) => void, want: string, body?: string];

const answers = (bytes: string, then: (socket: Socket) => void = () => undefined) => (socket: Socket) =>
  onHead(socket, () => socket.write(bytes, "latin1", () => then(socket)));
const end = (socket: Socket): void => void socket.end();
// A reset makes the peer drop what it has not read yet: it waits until the bytes have surely been read.
const reset = (socket: Socket): void => void setTimeout(() => socket.resetAndDestroy(), 30);

const cases: readonly Case[] = [
  ["a small answer", answers(OK), "answered 200", "ok"],
  ["an answer without a body", answers("HTTP/1.1 204 No Content\r\n\r\n"), "answered 204", ""],
  ["a chunked answer", answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), "answered 200", "abc"],
  ["an answer that ends with the connection", answers("HTTP/1.1 200 OK\r\n\r\nabc", end), "answered 200", "abc"],
  ["an answer of HTTP/1.0", answers("HTTP/1.0 200 OK\r\n\r\nabc", end), "answered 200", "abc"],
  ["a status of the platform's own making", answers("HTTP/1.1 599 Odd\r\nContent-Length: 0\r\n\r\n"), "answered 599", ""],
  ["a reset before any byte", (socket) => onHead(socket, () => socket.resetAndDestroy()), "in-doubt reset"],
  ["an end before any byte", (socket) => onHead(socket, () => socket.end()), "in-doubt closed"],
  ["a reset inside the head", answers("HTTP/1.1 200 OK\r\nContent-", reset), "in-doubt reset"],
  ["an end inside the head", answers("HTTP/1.1 200 OK\r\nContent-", end), "in-doubt closed"],
  ["a reset after the head", answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", reset), "answered 200", "ab!truncated"],
  ["an end inside a body with a length", answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", end), "answered 200", "ab!truncated"],
  ["an end inside a chunk", answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", end), "answered 200", "ab!truncated"],
  ["an end between two chunks", answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", end), "answered 200", "ab!truncated"],
  ["a reset of a body that ends with the connection", answers("HTTP/1.1 200 OK\r\n\r\nab", reset), "answered 200", "ab!truncated"],
  ["a broken chunk size", answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\nxyz\r\n"), "answered 200", "ab!truncated"],
  ["garbage", answers("this is no HTTP\r\n\r\n"), "in-doubt malformed-answer"],
  ["chunked with a tab behind it", answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\t\r\n\r\n2\r\nab\r\n0\r\n\r\n"), "in-doubt malformed-answer"],
  ["a length beside chunked", answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nab\r\n0\r\n\r\n"), "in-doubt malformed-answer"],
  ["two lengths", answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"), "in-doubt malformed-answer"],
  ["a status beyond 599", answers("HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n"), "in-doubt malformed-answer"],
  ["a status below 100", answers("HTTP/1.1 099 Odd\r\nContent-Length: 0\r\n\r\n"), "in-doubt malformed-answer"],
  ["a switch of protocols that nobody asked for", answers("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), "in-doubt malformed-answer"],
  ["a head that is too large", answers(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(20_000)}\r\n\r\n`), "in-doubt malformed-answer"],
];

for (const [what, serve, want, body] of cases) {
  test(`${what} is told as '${want}'${body === undefined ? "" : ` with '${body}'`}`, async (t) => {
    const platform = await rawPlatform(t, serve);
    const pool = poolTo(t, platform.origin);
    const ran = await run(pool);
    const { result } = ran;
    assert.equal(`${result.kind} ${result.kind === "answered" ? result.answer.status : result.cause}`, want);
    if (body !== undefined) assert.equal(ran.body, body);
    assert.equal(ran.released, 1);
    assert.equal(pool.counts().busy, 0);
  });
}

test("a refused connection is not sent", async (t) => {
  const platform = await rawPlatform(t, () => undefined);
  const pool = poolTo(t, platform.origin.replace(/:\d+$/, ":1"));
  const { result, released } = await run(pool);
  assert.deepEqual([result.kind, result.cause, released], ["not-sent", "connect-refused", 1]);
});

test("a name that leads nowhere is not sent", async (t) => {
  const { result } = await run(poolTo(t, "http://platform.invalid"));
  assert.deepEqual([result.kind, result.cause], ["not-sent", "name-lookup"]);
});

test("a connection that does not come about in time is not sent", async (t) => {
  // It accepts, and never shakes hands.
  const platform = await rawPlatform(t, () => undefined);
  const pool = poolTo(t, platform.origin.replace("http:", "https:"), { connectTimeout: 100, tls: { minVersion: "TLSv1.2" } });
  const { result, released } = await run(pool);
  assert.deepEqual([result.kind, result.cause, released], ["not-sent", "connect-timeout", 1]);
});

test("a platform that does not answer in time leaves the request in doubt", async (t) => {
  const platform = await rawPlatform(t, () => undefined);
  const { result, released } = await run(poolTo(t, platform.origin), { responseTimeout: 100 });
  assert.deepEqual([result.kind, result.cause, released], ["in-doubt", "response-timeout", 1]);
});

test("a body that pauses for too long breaks off as timed out", async (t) => {
  const platform = await rawPlatform(t, answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"));
  const ran = await run(poolTo(t, platform.origin), { responseTimeout: 100 });
  assert.deepEqual([ran.result.kind, ran.body, ran.released], ["answered", "ab!timeout", 1]);
});

test("a deadline of ours leaves a request that was sent in doubt, and closes the connection", async (t) => {
  const platform = await rawPlatform(t, (socket) => onHead(socket, () => attempts[0]?.()));
  const attempts: (() => void)[] = [];
  const ran = await run(poolTo(t, platform.origin), {}, (attempt) => attempts.push(() => attempt.abort("total-timeout")));
  assert.deepEqual([ran.result.kind, ran.result.cause, ran.released], ["in-doubt", "total-timeout", 1]);
});

test("a request given up before it has a connection is not sent, and its place is free once", async (t) => {
  const platform = await rawPlatform(t, () => undefined);
  const pool = poolTo(t, platform.origin);
  const ran = await run(pool, {}, (attempt) => attempt.abort("cancelled"));
  assert.deepEqual([ran.result.kind, ran.result.cause, ran.released], ["not-sent", "cancelled", 1]);
  assert.equal(pool.counts().busy, 0);
});

test("interim answers are told in order, and the final one counts", async (t) => {
  const platform = await rawPlatform(t, answers(`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`));
  const ran = await run(poolTo(t, platform.origin));
  assert.deepEqual(ran.informed, [[102, []], [103, ["Link", "</a>"]]]);
  assert.equal(ran.body, "ok");
});

test("trailers are known after the body", async (t) => {
  const platform = await rawPlatform(t, answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-Sum: 7\r\n\r\n"));
  assert.deepEqual((await run(poolTo(t, platform.origin))).trailers, ["X-Sum", "7"]);
});

/** A body whose pieces the test gives. */
function fed(length: number | null = null) {
  const given: (Uint8Array | null | BodyFault)[] = [];
  const asked: { resolve(piece: Uint8Array | null): void; reject(fault: BodyFault): void }[] = [];
  let most = 0;
  const source: BodySource & { give(piece: string | null | BodyFault): void; most(): number; cancelled: boolean } = {
    length,
    cancelled: false,
    most: () => most,
    read() {
      const piece = given.shift();
      if (piece instanceof BodyFault) return Promise.reject(piece);
      if (piece !== undefined) return piece;
      return new Promise((resolve, reject) => {
        asked.push({ resolve, reject });
        most = Math.max(most, asked.length);
      });
    },
    give(piece) {
      const value = typeof piece === "string" ? Buffer.from(piece) : piece;
      const reader = asked.shift();
      if (reader === undefined) given.push(value);
      else if (value instanceof BodyFault) reader.reject(value);
      else reader.resolve(value);
    },
    cancel: () => void (source.cancelled = true),
    trailers: () => [],
  };
  return source;
}

test("a request body is read by one reader at a time, and arrives in order", async (t) => {
  let received = "";
  const whole = Promise.withResolvers<void>();
  const platform = await rawPlatform(t, (socket) => {
    socket.on("data", (piece: Buffer) => {
      received += piece.toString("latin1");
      if (!received.includes("0\r\n\r\n")) return;
      socket.write(OK);
      whole.resolve();
    });
  });
  const source = fed();
  const running = run(poolTo(t, platform.origin), { method: "POST", body: { kind: "source", source } });
  for (let i = 0; i < 20; i++) {
    source.give(`<${i}>`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  source.give(null);
  await whole.promise;
  assert.equal((await running).body, "ok");
  assert.equal(received.match(/<\d+>/g)?.join(""), Array.from({ length: 20 }, (_, i) => `<${i}>`).join(""));
  assert.equal(source.most(), 1);
});

test("a request body that breaks off leaves the request in doubt by our client's fault, and is never complete upstream", async (t) => {
  let received = "";
  const platform = await rawPlatform(t, (socket) => socket.on("data", (piece: Buffer) => (received += piece.toString("latin1"))));
  const source = fed();
  const running = run(poolTo(t, platform.origin), { method: "POST", body: { kind: "source", source } });
  source.give("half");
  await new Promise((resolve) => setTimeout(resolve, 20));
  source.give(new BodyFault("aborted", "the client went away"));
  const { result, released } = await running;
  assert.deepEqual([result.kind, result.cause, released], ["in-doubt", "body-fault", 1]);
  assert.equal(result.kind === "in-doubt" && result.bodyFault, "aborted");
  assert.doesNotMatch(received, /0\r\n\r\n$/);
});

test("an answer that comes before the request's body has ended is passed on, and the body is given up", async (t) => {
  const platform = await rawPlatform(t, answers("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig", end));
  const source = fed();
  const running = run(poolTo(t, platform.origin), { method: "POST", body: { kind: "source", source } });
  source.give("first");
  const ran = await running;
  assert.equal(ran.result.kind === "answered" && ran.result.answer.status, 413);
  assert.equal(ran.body, "big");
  assert.equal(ran.released, 1);
  assert.equal(source.cancelled, true);
});

test("a reader that stops reading stops the platform", async (t) => {
  let written = 0;
  const platform = await rawPlatform(t, (socket) => onHead(socket, () => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
    const more = (): void => {
      while (written < 100_000_000) {
        written += 65_536;
        if (!socket.write(Buffer.alloc(65_536))) return;
      }
    };
    socket.on("drain", more);
    more();
  }));
  const pool = poolTo(t, platform.origin);
  const ran = run(pool, {}, (attempt) => {
    const { read } = attempt;
    let reads = 0;
    // Reads a little, waits until the platform has come to a stop, then gives up.
    attempt.read = () => (++reads < 3 ? read.call(attempt) : new Promise((_resolve, reject) => {
      let before = -1;
      const timer = setInterval(() => {
        if (written === before) {
          clearInterval(timer);
          attempt.cancel();
          reject(new BodyFault("aborted", "stopped"));
        }
        before = written;
      }, 100);
    }));
  });
  assert.equal((await ran).released, 1);
  assert.ok(written < 30_000_000, `the platform wrote ${written} bytes`);
  assert.equal(pool.counts().busy, 0);
});
