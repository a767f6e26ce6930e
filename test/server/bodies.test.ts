import assert from "node:assert/strict";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { BodyFault } from "../../src/http/message.ts";
import { RequestBody } from "../../src/server/request-body.ts";
import { sendRaw } from "../support/raw-client.ts";
import { until } from "../support/until.ts";
import { socketsGone, started, text, wholeBody } from "./started.ts";

const bytes = (head: string): Buffer => Buffer.from(head.replaceAll("\n", "\r\n"), "latin1");

/** Says what arrived, or why it did not. */
const echo = async (x: { body: Parameters<typeof wholeBody>[0] }, send: (answer: ReturnType<typeof text>) => void | Promise<void>): Promise<void> => {
  const { kind } = x.body;
  const told = await wholeBody(x.body).then((body) => `${kind} ${body.toString("latin1")}`, (fault: BodyFault) => `${kind} fault ${fault.reason}`);
  await send(text(`<${told}>`));
};

const cases: readonly (readonly [what: string, pieces: readonly string[], want: string])[] = [
  ["a request without a body has none", ["GET / HTTP/1.1\nHost: a\n\n"], "none "],
  ["a length of nothing is none", ["POST / HTTP/1.1\nHost: a\nContent-Length: 0\n\n"], "none "],
  ["a small body that comes with the head is there at once", ["POST / HTTP/1.1\nHost: a\nContent-Length: 3\n\nabc"], "bytes abc"],
  ["a chunked body is streamed", ["POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n3\nabc\n2\nde\n0\n\n"], "source abcde"],
  ["an empty chunked body has no bytes", ["POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n0\n\n"], "source "],
  ["trailers of a request are left behind", ["POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n1\na\n0\nX-T: 1\n\n"], "source a"],
  ["a large body is streamed", [`POST / HTTP/1.1\nHost: a\nContent-Length: 20000\n\n${"x".repeat(20_000)}`], `source ${"x".repeat(20_000)}`],
  ["a chunk size that is none breaks the body as malformed", ["POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n3\nabc\nzz\n"], "source fault malformed"],
];

for (const [what, parts, want] of cases) {
  test(what, async (t) => {
    const one = await started(t, echo);
    const { received } = await sendRaw(one.port, { pieces: parts.map(bytes), isDone: (all) => all.includes(">") });
    assert.equal(/<([^]*)>/.exec(received.toString("latin1"))?.[1], want);
  });
}

test("a small body that comes after the head is waited for", async (t) => {
  const one = await started(t, echo);
  const socket = connect({ port: one.port, host: "127.0.0.1", noDelay: true });
  let received = "";
  socket.on("data", (part: Buffer) => (received += part.toString()));
  socket.write(bytes("POST / HTTP/1.1\nHost: a\nContent-Length: 3\n\n"));
  await until(() => one.seen.length === 1, 1000);
  socket.write("abc");
  assert.ok(await until(() => received.endsWith("<source abc>"), 1000));
  socket.destroy();
});

test("100 Continue is said when the body is asked for, and once", async (t) => {
  const ask = Promise.withResolvers<void>();
  const one = await started(t, async (x, send) => {
    await ask.promise;
    await echo(x, send);
  });
  const socket = connect({ port: one.port, host: "127.0.0.1", noDelay: true });
  let received = "";
  socket.on("data", (part: Buffer) => (received += part.toString()));
  socket.write(bytes("POST / HTTP/1.1\nHost: a\nContent-Length: 3\nExpect: 100-continue\n\n"));
  await until(() => one.seen.length === 1, 1000);
  assert.equal(received, "");
  ask.resolve();
  assert.ok(await until(() => received.includes("100 Continue"), 1000));
  socket.write("abc");
  assert.ok(await until(() => received.endsWith("<source abc>"), 1000));
  assert.equal(received.match(/100 Continue/g)?.length, 1);
  socket.destroy();
});

test("a request that is refused without its body is never told to continue", async (t) => {
  const one = await started(t, (_x, send) => send(text("no", 413)));
  const { received, ending } = await sendRaw(one.port, { pieces: [bytes("POST / HTTP/1.1\nHost: a\nContent-Length: 3\nExpect: 100-continue\n\n")] });
  assert.match(received.toString(), /^HTTP\/1.1 413 /);
  assert.equal(ending, "fin");
});

test("a body that its client cuts short is malformed where the client still listens, else aborted", async (t) => {
  for (const [afterwards, reason] of [["half-close", "malformed"], ["reset", "aborted"]] as const) {
    const reasons: string[] = [];
    const one = await started(t, async (x) => {
      await wholeBody(x.body).catch((fault: BodyFault) => void reasons.push(fault.reason));
    });
    await sendRaw(one.port, { pieces: [bytes("POST / HTTP/1.1\nHost: a\nContent-Length: 99999\n\nabc")], afterwards });
    assert.ok(await until(() => one.ended() === 1, 1000));
    assert.deepEqual(reasons, [reason]);
    assert.ok(await socketsGone(one));
  }
});

test("a body that pauses for too long breaks as timed out, however the rest is", async (t) => {
  const one = await started(t, echo, { timeouts: { body: "100ms" } });
  const { received } = await sendRaw(one.port, { pieces: [bytes("POST / HTTP/1.1\nHost: a\nContent-Length: 99999\n\nabc")] });
  assert.match(received.toString(), /<source fault timeout>$/);
});

test("a slow but steady body may take longer than the bound on one pause", async (t) => {
  const one = await started(t, echo, { timeouts: { body: "150ms" } });
  const socket = connect({ port: one.port, host: "127.0.0.1", noDelay: true });
  let received = "";
  socket.on("data", (part: Buffer) => (received += part.toString()));
  socket.write(bytes("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n"));
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    socket.write(`40\r\n${"x".repeat(0x40)}\r\n`);
  }
  socket.write("0\r\n\r\n");
  assert.ok(await until(() => received.endsWith(`<source ${"x".repeat(640)}>`), 1000), received);
  socket.destroy();
});

test("a reader that waits stops the client", async (t) => {
  const go = Promise.withResolvers<void>();
  let size = 0;
  const one = await started(t, async (x, send) => {
    await go.promise;
    size = (await wholeBody(x.body)).length;
    await send(text("ok"));
  });
  const total = 40_000_000;
  const socket = connect(one.port, "127.0.0.1");
  socket.write(bytes(`POST / HTTP/1.1\nHost: a\nContent-Length: ${total}\n\n`));
  let left = total;
  let stopped = false;
  const more = (): void => {
    while (left > 0) {
      left -= 100_000;
      if (!socket.write(Buffer.alloc(100_000))) return;
    }
  };
  socket.on("drain", more);
  more();
  let before = -1;
  await until(() => {
    stopped = left === before && one.seen.length === 1;
    before = left;
    return stopped;
  }, 2000);
  assert.ok(stopped && total - left < 20_000_000, `${total - left} bytes were taken from the client before anything was read`);
  go.resolve();
  assert.ok(await until(() => size === total, 3000));
  socket.destroy();
});

/** A body over a stream that the test feeds. */
function fed(pause = 100) {
  const clock = manualClock();
  const stream = new Readable({ read: () => undefined });
  const begun: string[] = [];
  const body = new RequestBody(stream, null, clock, { pause, minRate: 0 }, () => void begun.push("begun"));
  return { clock, stream, body, begun };
}

const isFault = (reason: string) => (fault: unknown) => fault instanceof BodyFault && fault.reason === reason;

test("every pause has its own bound, and no timer is left when a piece comes", async () => {
  const { clock, stream, body, begun } = fed();
  for (let i = 0; i < 3; i++) {
    const reading = body.read();
    clock.advance(99);
    stream.push("x");
    assert.equal(String(await reading), "x");
    assert.equal(clock.pending(), 0);
  }
  const last = body.read();
  clock.advance(100);
  await assert.rejects(async () => last, isFault("timeout"));
  await assert.rejects(async () => body.read(), isFault("timeout"));
  assert.deepEqual([clock.pending(), begun], [0, ["begun"]]);
});

test("a body that is cancelled while it is read says so, and leaves no timer", async () => {
  const { clock, body } = fed();
  const reading = body.read();
  body.cancel();
  body.cancel();
  await assert.rejects(async () => reading, isFault("aborted"));
  assert.equal(clock.pending(), 0);
});

test("a body that is asked for only after its client has gone breaks at once", async () => {
  const { clock, stream, body } = fed();
  stream.destroy();
  await new Promise((resolve) => stream.once("close", resolve));
  await assert.rejects(async () => body.read(), isFault("aborted"));
  assert.equal(clock.pending(), 0);
});

test("a body that has ended before anybody asked is empty", async () => {
  const { clock, stream, body } = fed();
  stream.push(null);
  stream.resume();
  await new Promise((resolve) => stream.once("end", resolve));
  assert.equal(await body.read(), null);
  assert.equal(clock.pending(), 0);
});
