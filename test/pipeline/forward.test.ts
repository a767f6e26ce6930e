import assert from "node:assert/strict";
import { test } from "node:test";
import { BodyFault, type Answer } from "../../src/http/message.ts";
import { handle } from "../../src/pipeline/handle.ts";
import type { AttemptCause, AttemptResult } from "../../src/upstream/result.ts";
import { answered, bytes, codeOf, exchange, run, setUp, streamed, type Serve } from "./setup.ts";

const notSent = (cause: AttemptCause): AttemptResult => ({ kind: "not-sent", cause, detail: "", endpoint: "r1/e" });
const inDoubt = (cause: AttemptCause): AttemptResult => ({ kind: "in-doubt", cause, detail: "", endpoint: "r1/e", bodyFault: null });
const refused = (cause: AttemptCause): AttemptResult => ({ kind: "refused", cause, detail: "", retryAfter: 6.2 });

const SUBMIT = "POST /invoices";
const READ = "GET /invoices/1";
const PASS = "GET /pass/x";

/** What a route makes of the same result each time: the answer, the calls, who ended it and why. */
const outcomes: readonly (readonly [line: string, result: AttemptResult, want: string, calls: number, endedBy: string, reason: string])[] = [
  [SUBMIT, answered(200), "200", 1, "none", "forwarded"],
  [SUBMIT, answered(503), "503", 1, "none", "forwarded"],
  [SUBMIT, notSent("connect-refused"), "502 unreachable", 3, "upstream", "connect-refused"],
  [SUBMIT, inDoubt("reset"), "504 in-doubt", 1, "upstream", "reset"],
  [SUBMIT, inDoubt("response-timeout"), "504 in-doubt", 1, "upstream", "response-timeout"],
  [SUBMIT, inDoubt("malformed-answer"), "504 in-doubt", 1, "upstream", "malformed-answer"],
  [SUBMIT, refused("breaker-open"), "503 open", 1, "edge", "breaker-open"],
  [SUBMIT, refused("overloaded"), "503 overloaded", 1, "edge", "overloaded"],
  [SUBMIT, refused("queue-timeout"), "503 overloaded", 1, "edge", "queue-timeout"],
  [READ, answered(404), "404", 1, "none", "forwarded"],
  [READ, answered(500), "500", 1, "none", "forwarded"],
  [READ, answered(503), "503", 3, "none", "forwarded"],
  [READ, notSent("name-lookup"), "502 unreachable", 3, "upstream", "name-lookup"],
  [READ, inDoubt("reset"), "502 malformed-answer", 3, "upstream", "reset"],
  [READ, inDoubt("response-timeout"), "504 upstream-timeout", 3, "upstream", "response-timeout"],
  [READ, notSent("total-timeout"), "504 upstream-timeout", 1, "upstream", "total-timeout"],
  [READ, refused("breaker-open"), "503 open", 2, "edge", "breaker-open"],
  [PASS, answered(503), "503", 1, "none", "forwarded"],
  [PASS, inDoubt("reset"), "502 malformed-answer", 1, "upstream", "reset"],
  [PASS, notSent("connect-refused"), "502 unreachable", 3, "upstream", "connect-refused"],
];

for (const [line, result, want, calls, endedBy, reason] of outcomes) {
  const what = result.kind === "answered" ? String(result.answer.status) : `${result.kind} ${result.cause}`;
  test(`${line} where each attempt is ${what} is answered ${want} after ${calls} of them`, async () => {
    const parts = setUp(() => result);
    const running = run(parts, exchange(line, [], line === SUBMIT ? bytes("{}") : undefined));
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      parts.clock.advance(50);
    }
    const answer = await running;
    assert.equal(codeOf(answer), want);
    assert.equal(parts.calls.length, calls);
    assert.deepEqual([parts.ends[0]?.endedBy, parts.ends[0]?.reason], [endedBy, reason]);
    assert.equal(parts.clock.pending(), 0);
    if (result.kind === "refused") assert.deepEqual(answer?.headers.slice(-2), ["Retry-After", "7"]);
  });
}

test("a request whose body was streamed is not sent twice, not even where nothing was sent", async () => {
  const parts = setUp(() => notSent("connect-refused"));
  assert.equal(codeOf(await run(parts, exchange("POST /pass/x", [], streamed(["a"], 1)))), "502 unreachable");
  assert.equal(parts.calls.length, 1);
});

test("a body that its client breaks off is the client's fault", async () => {
  const parts = setUp(() => ({ kind: "in-doubt", cause: "body-fault", detail: "too much", endpoint: "e", bodyFault: "too-large" }));
  assert.equal(codeOf(await run(parts, exchange("POST /pass/x", [], streamed(["a"])))), "413 body-too-large");
  assert.equal(parts.ends[0]?.endedBy, "client");
});

test("a streamed body beyond the route's bound breaks off", async () => {
  const parts = setUp(async (call) => {
    assert.equal(call.body.kind, "source");
    if (call.body.kind === "source") await assert.rejects(async () => {
      while (call.body.kind === "source" && (await call.body.source.read()) !== null);
    }, (fault) => fault instanceof BodyFault && fault.reason === "too-large");
    return answered(200);
  });
  await run(parts, exchange("POST /pass/x", [], streamed(["1234567890", "1234567890", "1"])));
});

/** Runs with a step of time between turns. */
async function turns(clock: { advance(ms: number): void }, ms: number, count = 3): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(ms);
  }
}

const waits: Serve = (_call, control) => new Promise((resolve) => {
  control.abort = (cause) => resolve(inDoubt(cause));
});

test("the bound on all attempts ends the one under way", async () => {
  const parts = setUp(waits);
  const running = run(parts, exchange(READ));
  await turns(parts.clock, 499, 2);
  assert.equal(parts.ends.length, 0);
  parts.clock.advance(2);
  assert.equal(codeOf(await running), "504 upstream-timeout");
  assert.equal(parts.clock.pending(), 0);
});

test("a caller that leaves cancels a read, and does not disturb a submission", async () => {
  const read = setUp(waits);
  const x = exchange(READ);
  const reading = run(read, x);
  x.gone = true;
  x.onGone?.();
  await reading;
  assert.equal(read.ends[0]?.error, "client-gone");

  const go = Promise.withResolvers<AttemptResult>();
  const submit = setUp(() => go.promise);
  const y = exchange(SUBMIT, [], bytes("{}"));
  const submitting = run(submit, y);
  y.gone = true;
  y.onGone?.();
  go.resolve(answered(200, "issued"));
  await submitting;
  assert.equal(submit.calls.length, 1);
  assert.equal(y.verdict?.kind, "answer");
});

test("a read whose caller has gone before it went out never goes out; a submission does", async () => {
  for (const [line, calls] of [[READ, 0], [SUBMIT, 1]] as const) {
    const parts = setUp();
    const x = exchange(line, [], line === SUBMIT ? bytes("{}") : undefined);
    x.gone = true;
    await run(parts, x);
    assert.equal(parts.calls.length, calls);
  }
});

test("a submission in doubt is recorded as such though its caller has gone", async () => {
  const parts = setUp(() => inDoubt("reset"));
  const x = exchange(SUBMIT, [], bytes("{}"));
  x.gone = true;
  await run(parts, x);
  assert.deepEqual([parts.ends[0]?.error, parts.ends[0]?.reason], ["in-doubt", "reset"]);
});

test("an answer to a submission is whole before it is believed", async () => {
  const cut = streamed(["half", new BodyFault("truncated", "cut")]);
  const parts = setUp(() => ({ ...answered(200), answer: { status: 200, headers: [], body: cut } }) as AttemptResult);
  assert.equal(codeOf(await run(parts, exchange(SUBMIT, [], bytes("{}")))), "504 in-doubt");
  assert.deepEqual([parts.ends[0]?.endedBy, parts.ends[0]?.reason, cut.source.cancelled], ["upstream", "answer-truncated", 1]);

  const whole = setUp(() => ({ ...answered(200), answer: { status: 200, headers: [], body: streamed(["a", "b"]) } }) as AttemptResult);
  const answer = await run(whole, exchange(SUBMIT, [], bytes("{}")));
  assert.equal(answer?.body.kind === "bytes" && Buffer.from(answer.body.bytes).toString(), "ab");
});

const busy = (source: ReturnType<typeof streamed>): AttemptResult => ({ ...answered(503), answer: { status: 503, headers: [], body: source } }) as AttemptResult;

test("an answer that is not used is given up before the next attempt", async () => {
  const first = streamed(["busy"]);
  const parts = setUp((_call, _control, number) => (number === 0 ? busy(first) : answered(200)));
  const running = run(parts, exchange(READ));
  await turns(parts.clock, 50);
  assert.equal(codeOf(await running), "200");
  assert.deepEqual([first.source.cancelled, parts.retried(), parts.ends[0]?.attempts], [1, 1, 2]);
});

test("where time runs out before the next attempt, the answer at hand is given as it is", async () => {
  const first = streamed(["busy"]);
  const parts = setUp(() => busy(first), { pause: 5000 });
  const running: Promise<Answer | null> = run(parts, exchange(READ));
  await turns(parts.clock, 600);
  const answer = await running;
  assert.equal(answer?.status, 503);
  assert.equal(first.source.cancelled, 0);
  assert.equal(parts.clock.pending(), 0);
});

test("a read goes to the fallback region where the home's breaker is open, a submission stays at home", async () => {
  const serve: Serve = (_call, _control, _number, region) => (region === "r1" ? refused("breaker-open") : answered(200));
  const read = setUp(serve);
  assert.equal(codeOf(await run(read, exchange(READ))), "200");
  assert.deepEqual(read.calls.map(({ region }) => region), ["r1", "r2"]);
  const submit = setUp(serve);
  assert.equal(codeOf(await run(submit, exchange(SUBMIT, [], bytes("{}")))), "503 open");
  assert.deepEqual(submit.calls.map(({ region }) => region), ["r1"]);
});

test("a streamed answer is handed on as it is, and leaving inside it still cancels it", async () => {
  let aborted = "";
  const parts = setUp((_call, control) => {
    control.abort = (cause) => void (aborted = cause);
    return { ...answered(200), answer: { status: 200, headers: [], body: streamed(["a"]) } } as AttemptResult;
  });
  const x = exchange(READ);
  await handle(x, parts.generation, parts.around, () => {
    x.gone = true;
    x.onGone?.();
  });
  assert.equal(aborted, "cancelled");
});

test("a query about a submission stays at home, where another region would say it does not exist", async () => {
  const parts = setUp(() => ({ kind: "not-sent", cause: "connect-refused", detail: "", endpoint: "e" }), { up: (region) => region !== "r1", attempts: 1 });
  await run(parts, exchange("GET /asked"));
  assert.deepEqual([...new Set(parts.calls.map((call) => call.region))], ["r1"]);
});

test("an answer from another region than the home says so", async () => {
  const parts = setUp(() => answered(200), { up: (region) => region !== "r1" });
  const told = await run(parts, exchange("GET /invoices/1"));
  assert.deepEqual(parts.calls.map((call) => call.region), ["r2"]);
  assert.ok(told?.headers.includes("Taxgate-Region"));
  const home = setUp(() => answered(200));
  assert.ok(!(await run(home, exchange("GET /invoices/1")))?.headers.includes("Taxgate-Region"));
});
