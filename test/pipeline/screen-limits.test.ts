import assert from "node:assert/strict";
import { test } from "node:test";
import type { ManualClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Answer } from "../../src/http/message.ts";
import { createJournal, type Journal } from "../../src/journal/journal.ts";
import type { Ways } from "../../src/journal/way.ts";
import type { Exchange } from "../../src/pipeline/exchange.ts";
import { openMemoryStore } from "../journal/memory-store.ts";
import { answered, bytes, codeOf, exchange, run, setUp, streamed, type SetUpOptions } from "./setup.ts";

const nothing = (): void => undefined;
const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** The fields of an answer that limits have set. */
function fields(answer: Answer | null): Readonly<Record<string, string>> {
  const headers = answer?.headers ?? [];
  return Object.fromEntries(headers.flatMap((name, index) => (index % 2 === 0 && /^(ratelimit|ratelimit-policy|retry-after)$/i.test(name) ? [[name.toLowerCase(), headers[index + 1] as string]] : [])));
}

const text = (answer: Answer | null): string => (answer?.body.kind === "bytes" ? Buffer.from(answer.body.bytes).toString() : "");

const READS = [{ name: "one", class: "read", match: { path: "/one" }, limits: ["each"], cache: { ttl: "1min", key: [] } }, { name: "free", class: "read", match: { path: "/free" } }];
const EACH = { each: { key: "client", windows: ["2/min"] } };

test("a route's answers say what is left, what is too much is refused with 429, and nothing of it is sent", async () => {
  const parts = setUp(undefined, { routes: READS.map((route) => ({ ...route, cache: undefined })), limits: EACH });
  const first = await run(parts, exchange("GET /one"));
  assert.deepEqual([codeOf(first), fields(first)], ["200", { "ratelimit-policy": '"each";q=2;w=60', "ratelimit": '"each";r=1;t=60' }]);
  await run(parts, exchange("GET /one"));
  parts.clock.advance(10_000);
  const third = await run(parts, exchange("GET /one"));
  const { "retry-after": wait, ...rest } = fields(third);
  assert.deepEqual([codeOf(third), rest], ["429 limited", { "ratelimit-policy": '"each";q=2;w=60', "ratelimit": '"each";r=0;t=50' }]);
  assert.ok(Number(wait) >= 50 && Number(wait) <= 75, String(wait));
  assert.match(text(third), /limit 'each' has no room for now; nothing was sent/);
  assert.equal(parts.calls.length, 2);
  assert.deepEqual(parts.ends.map(({ phase, reason, endedBy }) => [phase, reason, endedBy]).at(-1), ["screen", "limited", "edge"]);
  const free = await run(parts, exchange("GET /free"));
  assert.deepEqual([codeOf(free), fields(free)], ["200", {}]);
  parts.clock.advance(50_000);
  assert.equal(codeOf(await run(parts, exchange("GET /one"))), "200");
});

test("the access line names the limit that refused a request or made it wait, and no other", async () => {
  const parts = setUp(undefined, QUEUED);
  const all = [await start(parts, exchange("GET /one")), await start(parts, exchange("GET /one")), await start(parts, exchange("GET /one"))];
  parts.clock.advance(1000);
  await turn();
  assert.deepEqual(all.map(({ answer }) => answer), ["200", "200", "429 limited"]);
  assert.deepEqual(parts.ends.map(({ status, limit }) => [status, limit]), [[200, null], [429, "line"], [200, "line"]]);
});

test("a quota that is used up is said to be so, with its end", async () => {
  const parts = setUp(undefined, { routes: [{ name: "one", class: "read", match: { path: "/one" }, limits: ["daily"] }], limits: { daily: { key: "site", quota: [{ most: 1, per: "day", zone: "Asia/Shanghai" }] } } });
  await run(parts, exchange("GET /one"));
  assert.match(text(await run(parts, exchange("GET /one"))), /limit 'daily' is used up until 2026-09-22T00:00 Asia\/Shanghai; nothing was sent/);
});

for (const [what, stated, limits] of [
  ["taxpayers in bodies", true, { each: { key: "taxpayer", windows: ["1/min"] } }],
  ["places in bodies", true, { each: { key: { json: "/no" }, windows: ["1/min"] } }],
  ["items", true, { each: { key: "site", windows: ["2/min"], cost: { items: { json: "/items" } } } }],
  ["bytes", true, { each: { key: "site", windows: ["40/min"], cost: { bytes: "1B" } } }],
  ["bytes of an unknown length", false, { each: { key: "site", windows: ["150/min"], cost: { bytes: "1B" } } }],
] as const) {
  test(`on a route of class pass ${what} count the same however the packets come`, async () => {
    const sent = '{"no":"A","items":[1,2,3]}';
    const tellings: string[] = [];
    for (const atOnce of [true, false]) {
      const parts = setUp(undefined, { routes: [{ name: "one", class: "pass", match: { path: "/one" }, limits: ["each"], body: { maxBytes: "100B" } }], identity: { taxpayer: [{ json: "/no" }] }, limits });
      const answers: string[] = [];
      for (const body of [sent, sent.replace("A", "B")]) {
        const headers = ["Content-Type", "application/json", ...(stated ? ["Content-Length", String(body.length)] : ["Transfer-Encoding", "chunked"])];
        const answer = await run(parts, exchange("POST /one", headers, atOnce ? bytes(body) : streamed([body], stated ? body.length : null)));
        answers.push(`${codeOf(answer)} ${fields(answer)["ratelimit"] ?? ""} ${parts.ends.at(-1)?.taxpayer ?? "nobody"}`);
      }
      tellings.push(answers.join("; "));
    }
    assert.equal(tellings[0], tellings[1]);
    assert.match(tellings[0] ?? "", /^200 .* nobody; 429 limited .* nobody$|^200 .*r=1;.*; 200 .*r=0;.* nobody$/);
  });
}

test("what is answered from the cache takes nothing and says nothing", async () => {
  const parts = setUp(() => answered(200, "kept", ["Cache-Control", "max-age=60"]), { routes: READS, limits: EACH });
  for (let count = 0; count < 5; count++) {
    const answer = await run(parts, exchange("GET /one"));
    assert.deepEqual([codeOf(answer), "ratelimit" in fields(answer)], ["200", count === 0]);
  }
  assert.deepEqual(parts.met, ["each allowed"]);
});

const QUEUED: SetUpOptions = {
  routes: [{ name: "one", class: "read", match: { methods: ["GET"], path: "/one" }, limits: ["line"] }, { name: "issue", class: "submit", match: { methods: ["POST"], path: "/one" }, limits: ["line"] }],
  limits: { line: { key: "site", windows: ["1/s"], onExcess: "queue", maxWait: "30s" } },
};

async function start(parts: ReturnType<typeof setUp>, x: Exchange): Promise<{ readonly x: Exchange; answer: string }> {
  const going = { x, answer: "waits" };
  void run(parts, x).then((answer) => void (going.answer = codeOf(answer)));
  await turn();
  return going;
}

test("a limit that queues holds requests back up to the end of their time, submissions first", async () => {
  const parts = setUp(undefined, QUEUED);
  // The region's total time of a test is a second.
  const [first, second, third, submission] = [await start(parts, exchange("GET /one")), await start(parts, exchange("GET /one")), await start(parts, exchange("GET /one")), await start(parts, exchange("POST /one"))];
  assert.deepEqual([first.answer, second.answer, third.answer, submission.answer], ["200", "waits", "429 limited", "waits"]);
  parts.clock.advance(1000);
  await turn();
  assert.deepEqual([second.answer, submission.answer], ["429 limited", "200"]);
  assert.deepEqual(parts.calls.map(({ call }) => call.method), ["GET", "POST"]);
});

test("a read whose caller goes leaves the queue, a submission stays in it", async () => {
  const routes = (QUEUED.routes as readonly object[]).map((route) => ({ ...route, timeouts: { total: "5s" } }));
  const parts = setUp(undefined, { ...QUEUED, routes, limits: { line: { key: "site", windows: ["2/s"], onExcess: "queue" } } });
  for (let count = 0; count < 2; count++) await start(parts, exchange("GET /one"));
  const read = await start(parts, exchange("GET /one"));
  const submission = await start(parts, exchange("POST /one"));
  for (const { x } of [read, submission]) {
    x.gone = true;
    x.onGone?.();
  }
  await turn();
  assert.deepEqual([read.answer, submission.answer], ["499 client-gone", "waits"]);
  parts.clock.advance(1000);
  await turn();
  assert.equal(submission.answer, "200");
  assert.equal(parts.calls.length, 3);
});

test("an outage uses up no quota", async () => {
  let isDown = true;
  const parts = setUp(() => (isDown ? { kind: "refused", cause: "breaker-open", detail: "open", retryAfter: 1 } : answered(200)), {
    routes: [{ name: "one", class: "control", match: { path: "/one" }, limits: ["day"] }],
    limits: { day: { key: "site", quota: [{ most: 1, per: "day" }] } },
  });
  for (let count = 0; count < 3; count++) assert.equal(codeOf(await run(parts, exchange("POST /one"))), "503 open");
  isDown = false;
  assert.equal(codeOf(await run(parts, exchange("POST /one"))), "200");
  assert.equal(codeOf(await run(parts, exchange("POST /one"))), "429 limited");
});

function journal(clock: ManualClock, ways: Ways): Journal {
  const events = { committed: nothing, failed: nothing, doubt: nothing, resolved: nothing, held: nothing, conflict: nothing, duplicate: nothing, delivered: nothing, retried: nothing, byHand: nothing, verdict: nothing, verdictIgnored: nothing, fault: nothing };
  return createJournal({ clock, random: seededRandom(1), store: openMemoryStore({ now: clock.wall, commit: () => undefined }), ways, events, decode: () => Promise.resolve(null), post: () => Promise.resolve(200), distrustUntil: 0 });
}

const submission = { key: [{ json: "/orderNo" }], accepted: [{ status: 200 }], answers: { limited: { status: 200, contentType: "application/json", body: '{"code":"{code}","no":"{key}","wait":"{retryAfter}"}' } } };

test("a submission that is refused is told so in its own form, departs nowhere, and its number stays free", async () => {
  const parts = setUp(() => answered(200, "{}", ["Content-Type", "application/json"]), {
    journal,
    routes: [{ name: "issue", class: "submit", match: { methods: ["POST"], path: "/issue" }, submission, limits: ["each"] }],
    limits: { each: { key: "client", windows: ["1/min"] } },
  });
  const send = (orderNo: string, amount = 1): Promise<Answer | null> => run(parts, exchange("POST /issue", ["Content-Type", "application/json"], bytes(JSON.stringify({ orderNo, amount }))));
  const first = await send("A1");
  assert.deepEqual([codeOf(first), fields(first)["ratelimit"]], ["200", '"each";r=0;t=60']);
  const refused = await send("A2");
  assert.equal(codeOf(refused), "200 limited");
  const told = JSON.parse(text(refused)) as { readonly code: string; readonly no: string; readonly wait: string };
  assert.deepEqual([told.code, told.no, Number(told.wait) >= 60], ["limited", "A2", true]);
  assert.equal(parts.ends.at(-1)?.submission, "refused");
  assert.equal(parts.calls.length, 1);
  // A replay is no new request: it is answered although the limit is used up, and says nothing of it.
  const replay = await send("A1");
  assert.deepEqual([codeOf(replay), fields(replay), replay?.headers.includes("replayed")], ["200", {}, true]);
  parts.clock.advance(60_000);
  await turn();
  // Other content under the number that was refused: nothing was claimed by it.
  assert.equal(codeOf(await send("A2", 2)), "200");
  assert.equal(parts.calls.length, 2);
});

test("a batch counts its items", async () => {
  const parts = setUp(() => answered(200, "{}", ["Content-Type", "application/json"]), {
    routes: [{ name: "issue", class: "submit", match: { methods: ["POST"], path: "/issue" }, limits: ["items"] }],
    limits: { items: { key: "client", windows: ["5/min"], cost: { items: { json: "/invoices" } } } },
  });
  const send = async (count: number): Promise<readonly string[]> => {
    const answer = await run(parts, exchange("POST /issue", ["Content-Type", "application/json"], bytes(JSON.stringify({ invoices: Array.from({ length: count }, () => ({ lines: [1, 2] })) }))));
    return [codeOf(answer), fields(answer)["ratelimit"] ?? "", fields(answer)["retry-after"] === undefined ? "" : "later"];
  };
  assert.deepEqual(await send(3), ["200", '"items";r=2;t=60', ""]);
  assert.deepEqual(await send(3), ["429 limited", '"items";r=2;t=60', "later"]);
  assert.deepEqual(await send(2), ["200", '"items";r=0;t=60', ""]);
  assert.deepEqual(await send(6), ["429 limited", '"items";r=0;t=60', ""]);
});

test("who joins a submission that is refused for its limit is told the same, and may send it himself", async () => {
  const parts = setUp(() => answered(200, "{}", ["Content-Type", "application/json"]), {
    journal,
    routes: [{ name: "issue", class: "submit", match: { methods: ["POST"], path: "/issue" }, submission: { ...submission, answers: {} }, limits: ["each"] }],
    limits: { each: { key: "client", windows: ["1/min"] } },
  });
  const send = (orderNo: string): Promise<Answer | null> => run(parts, exchange("POST /issue", ["Content-Type", "application/json"], bytes(JSON.stringify({ orderNo }))));
  await send("A1");
  const both = await Promise.all([send("A2"), send("A2")]);
  assert.deepEqual(both.map(codeOf), ["429 limited", "429 limited"]);
  assert.ok(both.every((answer) => Number(fields(answer)["retry-after"]) >= 1));
  assert.deepEqual(parts.ends.slice(1).map(({ submission: told }) => told), ["refused", "refused"]);
  parts.clock.advance(60_000);
  await turn();
  assert.deepEqual([codeOf(await send("A2")), parts.calls.length], ["200", 2]);
});

test("what is fetched anew behind a caller's back is a request of his, and is left out where he has none left", async () => {
  let down = false;
  const parts = setUp(() => (down ? { kind: "refused", cause: "breaker-open", detail: "open", retryAfter: 1 } : answered(200, "kept", ["Cache-Control", "max-age=60, stale-while-revalidate=600"])), {
    routes: [{ name: "one", class: "read", match: { path: "/one/{id}" }, limits: ["each"], cache: { key: [] } }],
    limits: { each: { key: "client", quota: [{ most: 3, per: "month" }] } },
  });
  for (const id of ["a", "b"]) await run(parts, exchange(`GET /one/${id}`));
  parts.clock.advance(61_000);
  down = true;
  const answers: string[] = [];
  const ask = async (id: string): Promise<void> => {
    answers.push(codeOf(await run(parts, exchange(`GET /one/${id}`))));
    for (let turns = 0; turns < 5; turns++) await turn();
  };
  // An outage takes nothing of it.
  await ask("a");
  down = false;
  for (let count = 0; count < 3; count++) for (const id of ["a", "b"]) await ask(id);
  // During the outage two regions were asked.
  assert.deepEqual([answers, parts.calls.length], [Array.from({ length: 7 }, () => "200"), 5]);
  assert.equal(codeOf(await run(parts, exchange("GET /one/c"))), "429 limited");
});

test("an outage uses up no quota where a stale answer is served for it", async () => {
  let isDown = false;
  const parts = setUp(() => (isDown ? { kind: "refused", cause: "breaker-open", detail: "open", retryAfter: 1 } : answered(200, "kept", ["Cache-Control", "max-age=60, stale-if-error=600"])), {
    routes: [{ name: "one", class: "read", match: { path: "/one/{id}" }, limits: ["each"], cache: { key: [] } }],
    limits: { each: { key: "client", quota: [{ most: 2, per: "month" }] } },
  });
  await run(parts, exchange("GET /one/a"));
  parts.clock.advance(61_000);
  isDown = true;
  for (let count = 0; count < 3; count++, parts.clock.advance(20_000)) {
    assert.equal(codeOf(await run(parts, exchange("GET /one/a"))), "200");
    // What is asked behind his back meets the outage too.
    for (let turns = 0; turns < 5; turns++) await turn();
  }
  isDown = false;
  assert.deepEqual([codeOf(await run(parts, exchange("GET /one/b"))), codeOf(await run(parts, exchange("GET /one/c")))], ["200", "429 limited"]);
});
