import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { mostWithin } from "./most-within.ts";
import { startRelay } from "./relay-setup.ts";

const LEARN = [{ when: { status: 429 }, wait: { header: "retry-after" } }];
const read = (pace: unknown, more: object = {}) => ({ name: "read", class: "read", match: { methods: ["GET"], path: "/**" }, pace, ...more });
const LIMITED = { status: 503, code: "limited-by-platform" };

describe("requests toward a platform that has limits", () => {
  it("never exceed them at three times their rate, and all are served", async (t) => {
    const relay = await startRelay(t, (_, response) => void setTimeout(() => response.end("ok"), 20 * Math.random()), { routes: [read([{ windows: ["20/s"], scope: ["taxpayer"] }])], upstream: { pace: [{ windows: ["35/s"] }] } });
    const all = await Promise.all(Array.from({ length: 60 }, async (_, index) => {
      await new Promise((resolve) => setTimeout(resolve, index * 15));
      return relay.get(`/${index % 2}`, ["x-taxpayer", String(index % 2)]);
    }));
    assert.ok(all.every(({ status }) => status === 200));
    for (const path of ["/0", "/1"]) assert.ok(mostWithin(relay.arrived.filter((one) => one.path === path).map(({ at }) => at), 1000) <= 20);
    assert.ok(mostWithin(relay.arrived.map(({ at }) => at), 1000) <= 35);
  });

  it("are tried again after the wait that a refusal names, and their caller sees nothing of it", async (t) => {
    const relay = await startRelay(t, (_, response) => (relay.arrived.length === 1 ? response.writeHead(429, { "retry-after": "1" }).end("slow down") : response.end("ok")), { routes: [read([{ learn: LEARN }])] });
    const got = await relay.get("/a");
    assert.deepEqual([got.status, got.text], [200, "ok"]);
    const [first, second] = relay.arrived.map(({ at }) => at);
    assert.ok((second ?? 0) - (first ?? 0) >= 999);
  });

  it("are told when to come again where the wait is longer than they may wait", async (t) => {
    const relay = await startRelay(t, (_, response) => void response.writeHead(429, { "retry-after": "7" }).end(), { routes: [read([{ learn: LEARN, maxWait: "2s" }])] });
    for (let tries = 0; tries < 3; tries++) {
      const { status, code, retryAfter } = await relay.get("/a");
      assert.deepEqual({ status, code }, LIMITED);
      assert.ok(Number(retryAfter) >= 7 && Number(retryAfter) <= 11);
    }
    assert.equal(relay.arrived.length, 1);
  });

  it("are not sent twice where they may be submissions, and told all the same", async (t) => {
    const relay = await startRelay(t, (_, response) => void response.writeHead(429, { "retry-after": "1" }).end(), { routes: [{ ...read([{ learn: LEARN }]), class: "submit", match: { path: "/**" } }] });
    const { status, code, retryAfter } = await relay.get("/a", ["Content-Type", "text/plain"], { method: "POST", body: { kind: "bytes", bytes: Buffer.from("x") } });
    assert.deepEqual([status, code, retryAfter], [503, "limited-by-platform", "1"]);
    assert.equal(relay.arrived.length, 1);
  });

  it("get the platform's own words where nothing is learnt from them", async (t) => {
    const relay = await startRelay(t, (_, response) => void response.writeHead(429, { "retry-after": "1" }).end("slow down"), { routes: [read([{ windows: ["10/s"] }])] });
    assert.deepEqual(await relay.get("/a"), { status: 429, code: undefined, retryAfter: "1", text: "slow down" });
  });

  it("keep to what the body of an answer says, whatever its coding, and pass it on as it came", async (t) => {
    const relay = await startRelay(t, (_, response) => void response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" }).end(gzipSync('{"wait":1}')), { routes: [read([{ learn: [{ when: { status: 200 }, wait: { json: "/wait" } }] }])] });
    for (let tries = 0; tries < 2; tries++) assert.equal((await relay.get("/a")).status, 200);
    const [first, second] = relay.arrived.map(({ at }) => at);
    assert.ok((second ?? 0) - (first ?? 0) >= 999);
  });

  it("read a refusal's body for what it says", async (t) => {
    const relay = await startRelay(t, (_, response) => void (relay.arrived.length === 1 ? response.writeHead(429).end('{"seconds":1}') : response.end("ok")), { routes: [read([{ learn: [{ when: { status: 429 }, wait: { json: "/seconds" } }] }])] });
    assert.equal((await relay.get("/a")).text, "ok");
    assert.ok((relay.arrived[1]?.at ?? 0) - (relay.arrived[0]?.at ?? 0) >= 999);
  });

  it("use up nothing where nobody could be reached", async (t) => {
    const relay = await startRelay(t, (_, response) => void response.end(), { routes: [read([{ windows: ["1/d"], maxWait: "0ms" }])], nobody: true, upstream: { retry: { attempts: 1 }, breaker: { consecutiveFailures: 2 } } });
    const codes: (string | undefined)[] = [];
    for (let tries = 0; tries < 4; tries++) codes.push((await relay.get("/a")).code);
    assert.deepEqual(codes, ["unreachable", "unreachable", "open", "open"]);
  });

  it("are not sent any more where their caller has gone while they waited", async (t) => {
    const relay = await startRelay(t, (_, response) => void response.end(), { routes: [read([{ windows: ["1/s"] }])] });
    await relay.get("/a");
    const got = await relay.get("/b", [], { begun: (gone) => void setTimeout(gone, 50) });
    assert.equal(got.code, "client-gone");
    assert.equal((await relay.get("/c")).status, 200);
    assert.deepEqual(relay.arrived.map(({ path }) => path), ["/a", "/c"]);
  });

  it("share what is allowed with probes, which wait for nothing", async (t) => {
    const relay = await startRelay(t, (_, response) => void response.end(), { routes: [read([])], upstream: { pace: [{ windows: ["3/s"] }], health: { path: "/health", every: "50ms" } } });
    await new Promise((resolve) => setTimeout(resolve, 1300));
    assert.equal((await relay.get("/a")).status, 200);
    assert.ok(relay.arrived.filter(({ path }) => path === "/health").length >= 3);
    assert.ok(mostWithin(relay.arrived.map(({ at }) => at), 1000) <= 3);
  });
});
