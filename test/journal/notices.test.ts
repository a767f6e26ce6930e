import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import type { Entry } from "../../src/journal/entry.ts";
import { createNotices, type Notices } from "../../src/journal/notices.ts";
import { noticeFault } from "../../src/journal/webhook-signature.ts";
import { jsonAnswer, someEntry, WALL } from "./some-entry.ts";

const SECRET = "0123456789abcdef";
const HOOK = { url: "https://erp.example/taxgate", secret: SECRET };
const ACCEPTED = someEntry({ state: { kind: "accepted", how: "answered", reference: "N7" }, answer: jsonAnswer(200, { invoiceNo: "N7" }) });

interface Posted {
  /** Monotonic ms. */
  readonly at: number;
  readonly url: string;
  readonly headers: readonly string[];
  readonly body: string;
}

/** A receiver that answers by a script; past its end with 200. A fault is one that nobody answered. */
function receiver(...script: readonly (number | "nobody")[]) {
  const clock = manualClock(WALL);
  const posts: Posted[] = [];
  const faults: string[] = [];
  const post = async (url: string, headers: readonly string[], body: string): Promise<number> => {
    posts.push({ at: clock.now(), url, headers, body });
    const answer = script[posts.length - 1] ?? 200;
    if (answer === "nobody") throw new Error("connection refused");
    return answer;
  };
  const notices: Notices = createNotices(post, clock, { fault: (where, fault) => void faults.push(`${where}: ${String(fault)}`) });
  /** Moves the clock through every pause that is waited for. */
  const playOn = async (): Promise<void> => {
    for (let i = 0; i < 1000; i++) {
      clock.advance(0);
      await turn();
      if (clock.pending() === 0) return;
      clock.advance(1000);
      await turn();
    }
  };
  return { clock, posts, faults, notices, playOn };
}

test("a notice goes out at once, signed over the bytes that are sent", async () => {
  const { posts, faults, notices, playOn } = receiver();
  notices.send(HOOK, ACCEPTED);
  await playOn();
  assert.equal(posts.length, 1);
  const [{ url, headers, body }] = posts as [Posted];
  assert.equal(url, HOOK.url);
  const fields = Object.fromEntries(Array.from({ length: headers.length / 2 }, (_, i) => [headers[2 * i]?.toLowerCase(), headers[2 * i + 1]]));
  assert.equal(fields["content-type"], "application/json");
  assert.equal(noticeFault(fields["taxgate-signature"] ?? "", body, SECRET, WALL / 1000), null);
  assert.deepEqual(faults, []);
});

const told: readonly { readonly what: string; readonly entry: Entry; readonly wanted: Readonly<Record<string, unknown>> }[] = [
  { what: "accepted", entry: ACCEPTED, wanted: { state: "accepted", reference: "N7", status: 200, answer: Buffer.from('{"invoiceNo":"N7"}').toString("base64") } },
  { what: "refused", entry: someEntry({ state: { kind: "rejected", until: WALL }, answer: jsonAnswer(400, {}) }), wanted: { state: "rejected", reference: null, status: 400, answer: Buffer.from("{}").toString("base64") } },
  { what: "not sent in time", entry: someEntry({ state: { kind: "unsent", why: "its time ran out" } }), wanted: { state: "unsent", reference: null, status: null, answer: null } },
];
for (const { what, entry, wanted } of told) {
  test(`the notice of one that was ${what} says so, and which one it is`, async () => {
    const { posts, notices, playOn } = receiver();
    notices.send(HOOK, entry);
    await playOn();
    const { id, revision, key, scope, site, route, at, ...rest } = JSON.parse((posts[0] as Posted).body) as Record<string, unknown>;
    assert.deepEqual({ id, revision, key, scope, site, route, at }, { id: entry.id, revision: 1, key: ["A1"], scope: ["9144"], site: "china", route: "issue", at: WALL });
    assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, rest[name]])), wanted);
    assert.ok(!(posts[0] as Posted).body.includes(SECRET));
  });
}

const rounds: readonly { readonly what: string; readonly script: readonly (number | "nobody")[]; readonly at: readonly number[]; readonly faults: number }[] = [
  { what: "taken at once", script: [204], at: [0], faults: 0 },
  { what: "taken after two faults", script: [500, "nobody", 299], at: [0, 1000, 6000], faults: 0 },
  { what: "answered with a redirect, which is not followed", script: [302, 200], at: [0, 1000], faults: 0 },
  { what: "never taken", script: [500, 500, 500, 500, 500, "nobody"], at: [0, 1000, 6000, 36_000, 156_000, 756_000], faults: 1 },
];
for (const { what, script, at, faults: wanted } of rounds) {
  test(`a notice that is ${what} is sent ${at.length} times`, async () => {
    const { posts, faults, notices, playOn } = receiver(...script);
    notices.send(HOOK, ACCEPTED);
    await playOn();
    assert.deepEqual(posts.map((post) => post.at), at);
    assert.equal(faults.length, wanted);
    assert.equal(new Set(posts.map((post) => post.body)).size, 1);
  });
}

test("no more than eight go out at once, and none is forgotten", async () => {
  const { clock, posts, notices, playOn } = receiver(...Array.from({ length: 8 }, () => 500));
  for (let i = 0; i < 20; i++) notices.send(HOOK, ACCEPTED);
  clock.advance(0);
  assert.equal(posts.length, 8);
  await playOn();
  assert.equal(posts.length, 28);
});

test("an answer that is too large is left out, and the rest is told", async () => {
  const { posts, notices, playOn } = receiver();
  notices.send(HOOK, { ...ACCEPTED, answer: { status: 200, headers: [], body: new Uint8Array(65_537) } });
  await playOn();
  const { answer, reference } = JSON.parse((posts[0] as Posted).body) as Record<string, unknown>;
  assert.deepEqual({ answer, reference }, { answer: null, reference: "N7" });
});

test("each try is signed at its own time", async () => {
  const { posts, notices, playOn } = receiver(500);
  notices.send(HOOK, ACCEPTED);
  await playOn();
  const times = posts.map(({ headers }) => /t=(\d+),/.exec(headers.join(" "))?.[1]);
  assert.deepEqual(times, [String(WALL / 1000), String(WALL / 1000 + 1)]);
});

test("after the stop nothing is sent any more", async () => {
  const { clock, posts, faults, notices, playOn } = receiver(500);
  notices.send(HOOK, ACCEPTED);
  clock.advance(0);
  await turn();
  notices.stop();
  await playOn();
  assert.equal(posts.length, 1);
  assert.deepEqual(faults, []);
});

/** Lets everything run that waits for nothing but its turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
