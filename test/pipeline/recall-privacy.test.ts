import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { headerValue } from "../../src/http/headers.ts";
import { NO_BODY, type Headers } from "../../src/http/message.ts";
import type { AttemptResult } from "../../src/upstream/result.ts";
import { answerOf, nameOf, WAYS, type Resource, type Way } from "./recall-privacy-model.ts";
import { ask, caching, run, settled, type Parts, type Seen } from "./recall-setup.ts";
import { answered, bytes, exchange, type Serve } from "./setup.ts";

// What the platform may do, and what is promised then, stands in recall-privacy-model.ts.

const OPEN: AttemptResult = { kind: "refused", cause: "breaker-open", detail: "", retryAfter: 5 };

/** Fields that callers say who they are by; they share few addresses. */
const who: fc.Arbitrary<Headers> = fc.tuple(
  fc.constantFrom([], [], [], ["Authorization", "alice"], ["authorization", "bob"]),
  fc.constantFrom([], [], [], ["Cookie", "carol"], ["Cookie", "dave"], ["Cookie", "carol", "Cookie", "dave"]),
  fc.constantFrom([], [], ["X-User", "erin"], ["X-User", "frank"]),
  fc.constantFrom(["X-Forwarded-For", "192.0.2.1"], ["X-Forwarded-For", "192.0.2.2"]),
).map((parts) => parts.flat());

/** What they ask beside: under conditions, impatiently, of another region. */
const how: fc.Arbitrary<Headers> = fc.constantFrom(
  [], [], [], [], [], [], [], [], [], [], ["Cache-Control", "no-cache"], ["Cache-Control", "max-age=0"], ["Cache-Control", "only-if-cached"], ["Cache-Control", "max-stale=9999"],
  ["If-None-Match", '"cookie|r1|carol||200"'], ["If-None-Match", "*"], ["X-Region", "r2"],
);

interface Asking {
  readonly method: string;
  readonly resource: number;
  readonly headers: Headers;
  readonly body: string;
}

interface Step {
  /** They ask at the same time. */
  readonly crowd: readonly Asking[];
  readonly platform: "answers" | "answers 404" | "fails" | "is away" | "is away at home";
  /** Seconds until the next step. */
  readonly wait: number;
}

const asking: fc.Arbitrary<Asking> = fc.record({
  method: fc.constantFrom("GET", "GET", "GET", "GET", "HEAD", "POST"), resource: fc.nat(1), headers: fc.tuple(who, how).map((parts) => parts.flat()), body: fc.constantFrom("1", "2"),
});

const step: fc.Arbitrary<Step> = fc.record({
  crowd: fc.array(asking, { minLength: 1, maxLength: 5 }),
  platform: fc.constantFrom("answers", "answers", "answers", "answers", "answers", "answers", "answers 404", "fails", "is away", "is away at home"),
  wait: fc.constantFrom(0, 0, 1, 6, 30, 61, 400),
});

/** A route's rules: every option that could make it keep more than the platform allows. */
const rules = fc.record({
  ttl: fc.constantFrom(undefined, "60s", "600s"),
  override: fc.boolean(),
  personal: fc.boolean(),
  authorized: fc.constantFrom(true, true, false),
  byUser: fc.boolean(),
  byBody: fc.boolean(),
  negative: fc.constantFrom(undefined, { ttl: "60s" }, { statuses: [404, 503], ttl: "60s" }),
  scope: fc.constantFrom("home", "national"),
  staleWhileRevalidate: fc.constantFrom("0s", "600s"),
  staleIfError: fc.constantFrom("0s", "600s"),
  heuristic: fc.constantFrom(undefined, {}),
  immutableWhen: fc.constantFrom([], [], [{ status: 200 }]),
}).map(({ personal, authorized, byUser, byBody, ...rest }) => ({
  ...rest, authorized: authorized && personal,
  key: [...(personal ? ["principal"] : []), ...(byUser ? [{ header: "X-User" }] : []), ...(byBody ? ["body"] : [])],
}));

type Rules = typeof rules extends fc.Arbitrary<infer R> ? R : never;

const resource: fc.Arbitrary<Resource> = fc.record({ way: fc.constantFrom(...WAYS), mark: fc.nat(20), tagged: fc.boolean() });

/** The platform may rely on the principal only where the key has it. */
function allowed(way: Way, { key }: Rules): Way {
  return way === "principal" && !key.includes("principal") ? "nothing" : way;
}

/** Holds a caller's sight against what was promised to all others. */
function judge(seen: Seen, { headers, method, body }: Asking, { way }: Resource, { scope }: Rules): void {
  const own = nameOf(way, headers, headers[headers.indexOf("X-Forwarded-For") + 1]);
  const fits = (name: string): boolean => name === own || (way === "cookie" && name === "nobody");
  const context = `${method} by ${JSON.stringify(headers)} saw ${seen.text}, tag ${seen.header("etag")}, as ${seen.cached}`;
  const tag = seen.header("etag")?.slice(1, -1).split("|");
  if (tag !== undefined) assert.ok(fits(tag[2] as string), context);
  if (!seen.text.startsWith('{"region"')) return;
  const { region, name, asked } = JSON.parse(seen.text) as { readonly region: string; readonly name: string; readonly asked: string };
  assert.ok(fits(name), context);
  assert.equal(asked, method === "POST" ? body : "", context);
  const home = headers.includes("r2") ? "r2" : "r1";
  if (scope !== "national") assert.equal(region, seen.header("taxgate-region") ?? home, context);
}

function pipelineOf(cache: Rules, resources: readonly Resource[], platform: () => Step["platform"]): Parts {
  return caching(cache, async (call, _control, _number, region) => {
    await new Promise((resolve) => setImmediate(resolve));
    const state = platform();
    if (state === "is away" || (state === "is away at home" && region === "r1")) return OPEN;
    const status = state === "fails" ? 503 : state === "answers 404" ? 404 : 200;
    return answerOf(resources[Number(call.target.at(-1))] as Resource, call, region, status);
  }, { route: { forward: { client: true } }, identity: { trustedProxies: ["10.0.0.0/8"] } });
}

test("two principals never see each other's answers", async () => {
  const outcomes = new Map<string, number>();
  await fc.assert(fc.asyncProperty(rules, fc.tuple(resource, resource), fc.array(step, { minLength: 5, maxLength: 20 }), async (cache, given, steps) => {
    const resources = given.map((one) => ({ ...one, way: allowed(one.way, cache) }));
    let platform: Step["platform"] = "answers";
    const parts = pipelineOf(cache, resources, () => platform);
    for (const { crowd, platform: next, wait } of steps) {
      platform = next;
      // Where bodies are not in the key, POST is a change, and voids what the test is about.
      const asking = crowd.map((one) => (one.method === "POST" && !cache.key.includes("body") ? { ...one, method: "GET" } : one));
      await Promise.all(asking.map(async (one) => {
        const seen = await ask(parts, `${one.method} /codes/${one.resource}`, one.headers, one.method === "POST" ? bytes(one.body) : NO_BODY);
        outcomes.set(String(seen.cached), (outcomes.get(String(seen.cached)) ?? 0) + 1);
        judge(seen, one, resources[one.resource] as Resource, cache);
      }));
      await settled();
      parts.clock.advance(wait * 1000);
      await settled();
    }
    assert.deepEqual(parts.logged, []);
  }), { numRuns: 600 });
  // A cache that keeps nothing keeps every secret: what is shown has to have been at stake.
  for (const [outcome, least] of [["hit", 300], ["stale", 100], ["collapsed", 5], ["revalidated", 10], ["miss", 300], ["bypass", 100]] as const) {
    assert.ok((outcomes.get(outcome) ?? 0) >= least, `${outcome}: ${outcomes.get(outcome)} of ${JSON.stringify([...outcomes])}`);
  }
});

/** A platform that shows what it saw of a field. */
const mirror = (field: string, headers: Headers): Serve => ({ headers: seen }) => answered(200, headerValue(seen, field) ?? "nothing", headers);

test("a field that Connection takes away on the way to the platform does not choose what others get", async () => {
  const parts = caching({ ttl: "1min", key: [{ header: "X-View" }] }, mirror("x-view", ["Vary", "Accept-Language"]));
  assert.equal((await ask(parts, "GET /codes", ["X-View", "all", "Connection", "close, X-View"])).text, "nothing");
  assert.equal((await ask(parts, "GET /codes", ["X-View", "all"])).text, "all");
});

test("an answer that varies by a field of ours is not shared among those for whom we write another one", async () => {
  const parts = caching({}, mirror("x-forwarded-for", ["Cache-Control", "max-age=60", "Vary", "X-Forwarded-For"]), { route: { forward: { client: true } }, identity: {} });
  const from = async (address: string): Promise<Seen> => {
    const x = exchange("GET /codes");
    return run(parts, { ...x, caller: { ...x.caller, address } });
  };
  assert.equal((await from("192.0.2.1")).text, "192.0.2.1");
  assert.equal((await from("192.0.2.2")).text, "192.0.2.2");
});
