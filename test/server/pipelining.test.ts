import assert from "node:assert/strict";
import { test } from "node:test";
import { sendRaw } from "../support/raw-client.ts";
import { until } from "../support/until.ts";
import { started, text, wholeBody } from "./started.ts";

const raw = (text: string): Buffer => Buffer.from(text.replaceAll("\n", "\r\n"), "latin1");
const GET = (path: string): string => `GET ${path} HTTP/1.1\nHost: a\n\n`;
const POST = (path: string, body: string, length = body.length): string => `POST ${path} HTTP/1.1\nHost: a\nContent-Length: ${length}\n\n${body}`;

test("pipelined requests have their turn one after the other", async (t) => {
  const goOn: (() => void)[] = [];
  const one = await started(t, async (x, send) => {
    await new Promise<void>((resolve) => void goOn.push(resolve));
    await send(text(`<${x.head.target}>`));
  });
  const answers = sendRaw(one.port, { pieces: [raw(POST("/1", "a") + GET("/2") + POST("/3", "bcd"))], isDone: (all) => all.includes("</3>") });
  for (const count of [1, 2, 3]) {
    await until(() => goOn.length === count, 2000);
    assert.equal(one.seen.length, count);
    goOn[count - 1]?.();
  }
  assert.deepEqual((await answers).received.toString("latin1").match(/<[^>]*>/g), ["</1>", "</2>", "</3>"]);
  assert.deepEqual(one.seen.map((x) => x.body.kind), ["bytes", "none", "bytes"]);
});

test("a body that breaks off while its request waits is answered 400 in its turn, once", async (t) => {
  const one = await started(t, async (x, send) => {
    if (x.body.kind !== "source") return send(text("<fine>"));
    const reason = await wholeBody(x.body).then(() => "whole", (fault: { reason: string }) => fault.reason);
    return send(text(`<${reason}>`, 400));
  });
  const { received } = await sendRaw(one.port, { pieces: [raw(GET("/1") + POST("/2", "abc", 5))], afterwards: "half-close", isDone: (all) => all.includes("<malformed>") });
  assert.deepEqual(received.toString("latin1").match(/HTTP\/1.1 \d+|<[^>]*>/g), ["HTTP/1.1 200", "<fine>", "HTTP/1.1 400", "<malformed>"]);
});

test("a client that pipelines without end is cut", async (t) => {
  const one = await started(t, () => new Promise<void>(() => undefined));
  const { received } = await sendRaw(one.port, { pieces: [raw(GET("/").repeat(150))], deadline: 2000 });
  assert.equal(received.length, 0);
  assert.equal(one.seen.length, 1);
});
