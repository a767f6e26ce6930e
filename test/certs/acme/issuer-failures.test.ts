import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "node:test";
import type { Access } from "../../../src/certs/acme/create-issuer.ts";
import type { AcmeFailure } from "../../../src/certs/acme/issuer.ts";
import { manualClock, type Clock } from "../../../src/base/clock.ts";
import { failureOf, never, pairOf, startIssuerBench, wanted } from "./issuer-bench.ts";
import { hastyClock } from "./hasty-clock.ts";
import { recordingSolver } from "./recording-solver.ts";
import { problem, webPage, type StubKind } from "./stub-settings.ts";

const bench = await startIssuerBench();
const { ca } = bench;

beforeEach(() => bench.reset());
after(() => ca.close());

describe("failures", () => {
  const invalid = { type: "urn:ietf:params:acme:error:dns", detail: "NXDOMAIN looking up A for gate.example" };
  const cases: readonly (readonly [name: string, set: () => void, kind: AcmeFailure["kind"], detail: RegExp, more?: Partial<Access>])[] = [
    ["a web page instead of the directory", () => bench.script("directory", () => webPage(403)), "server", /^fetching the directory: 'localhost:\d+' answered 403 without a problem document, as 'text\/html'$/],
    ["an address where nothing is", () => bench.script("directory", () => webPage(404)), "server", /answered 404 without a problem document, as 'text\/html'; there is no directory of the protocol at this address$/],
    ["a web page that says 200", () => bench.script("directory", () => webPage(200)), "server", /no document of the protocol, but 'text\/html'; there is no directory of the protocol at this address$/],
    ["a directory with an address that is not secure", () => bench.script("directory", () => ({ status: 200, body: { newNonce: "http://localhost/", newAccount: "https://localhost/", newOrder: "https://localhost/" } })), "server", /'newNonce' is missing or not as/],
    ["a redirect", () => bench.script("account", () => ({ status: 307, headers: { location: "https://localhost:1/" } })), "server", /answered 307/],
    ["an answer that is too large", () => bench.script("directory", () => ({ status: 200, body: `"${"x".repeat(300_000)}"` })), "server", /larger than 256 KiB/],
    ["a connection that breaks", () => bench.script("directory", () => "reset"), "unreachable", /fetching the directory: asking 'localhost/],
    ["no answer", () => bench.script("directory", () => "hang"), "unreachable", /no answer within 90 s/],
    ["an account that is closed, in words that forge a line", () => bench.script("account", () => ({ status: 200, body: { status: "revoked\u001b[2J\nforged" } })), "refused", /the authority has it as 'revoked \[2J forged'$/],
    ["a name that is not wanted", () => bench.script("new-order", () => problem(400, "rejectedIdentifier", "policy forbids it", { subproblems: [{ type: "urn:ietf:params:acme:error:rejectedIdentifier", detail: "blocked", identifier: { type: "dns", value: "gate.example" } }] })), "refused", /policy forbids it \['gate.example' rejectedIdentifier: blocked\]/],
    ["terms that a person must read", () => bench.script("new-order", () => problem(403, "userActionRequired", "new terms", { instance: "https://ca.example/terms" })), "refused", /new terms \(see https:\/\/ca.example\/terms\)/],
    ["names that it cannot find", () => void (ca.settings.finds = invalid), "validation", /^validating 'gate.example' by http-01: dns: NXDOMAIN/],
    ["names that are forbidden by CAA", () => void (ca.settings.finds = { type: "urn:ietf:params:acme:error:caa", detail: "forbidden" }), "refused", /caa: forbidden/],
    ["what it found instead", () => void (ca.settings.finds = { type: "urn:ietf:params:acme:error:unauthorized", detail: "got\n404\u202e" }), "validation", /unauthorized: got 404$/],
    ["validation that never ends", () => void (ca.settings.finds = "pending"), "unreachable", /still 'pending' after 5min/],
    ["a challenge that is not offered", () => void (ca.settings.challenges = ["dns-01"]), "refused", /does not offer http-01 for 'gate.example', but dns-01/],
    ["a token that is a path", () => bench.script("authorization", () => ({ status: 200, body: { status: "pending", identifier: { type: "dns", value: "gate.example" }, challenges: [{ type: "http-01", status: "pending", url: ca.directory, token: "../../../../etc/cron.d/job" }] } })), "server", /token for 'gate.example' is none/],
    ["a name that was not ordered", () => bench.script("authorization", () => ({ status: 200, body: { status: "pending", identifier: { type: "dns", value: "other.example" }, challenges: [] } })), "server", /'other.example' was not ordered/],
    ["a certificate for another key", () => bench.script("certificate", () => ({ status: 200, body: other })), "server", /for another key/],
    ["a certificate that is none", () => bench.script("certificate", () => ({ status: 200, body: "-----BEGIN" })), "server", /no chain of certificates/],
    ["faults of its own, for long", () => bench.script("order", () => problem(503, "serverInternal", "maintenance")), "server", /503 serverInternal: maintenance/],
    ["a store that cannot be written", () => void (bench.accounts.broken = "no space left"), "challenge", /storing its key: no space left/],
  ];
  const other = ca.root;

  for (const [name, set, kind, detail] of cases) {
    it(`${name}: ${kind}`, { timeout: 15_000 }, async () => {
      set();
      const failure = failureOf(await bench.issuer({}, { clock: hastyClock(name === "no answer" || name.includes("never ends") || name.includes("for long") ? 200 : 50) }).issue(wanted, never));
      assert.equal(failure.kind, kind, failure.detail);
      assert.match(failure.detail, detail);
      assert.equal(bench.solver.shown.length, 0);
    });
  }

  it("tells what a solver says and takes away what it has shown", async () => {
    bench.solver = recordingSolver({ present: async ({ identifier }) => (identifier.value.startsWith("b") ? { ok: false, why: "the hook ended with 1" } : { ok: true }) });
    const { kind, detail } = failureOf(await bench.issuer().issue({ ...wanted, identifiers: ["a.example", "b.example"] }, never));
    assert.deepEqual([kind, detail], ["challenge", "showing http-01 for 'b.example': the hook ended with 1"]);
    assert.deepEqual([bench.solver.shown.length, ca.count("challenge")], [0, 0]);
  });

  it("of nonces, each after a long while, are not lived through for hours", async () => {
    const still = hastyClock(50);
    let late = 0;
    bench.script("new-order", () => {
      late += 50_000;
      return problem(400, "badNonce", "stale");
    });
    const { kind } = failureOf(await bench.issuer({}, { clock: { ...still, now: () => still.now() + late } }).issue(wanted, never));
    assert.deepEqual([kind, ca.count("new-order")], ["server", 3]);
  });

  it("are lived through while an order is waited for", async () => {
    bench.script("order", (nth) => (nth <= 2 ? webPage(502) : nth === 3 ? "reset" : null));
    pairOf(await bench.issuer().issue(wanted, never));
  });

  it("do not make a second certificate where only the answer was lost", async () => {
    const before = ca.issued.length;
    ca.settings.lose = ({ kind, nth }) => kind === "finalize" && nth === 1;
    pairOf(await bench.issuer().issue(wanted, never));
    assert.deepEqual([ca.issued.length - before, ca.count("new-order")], [1, 1]);
  });

  it("of nobody listening are told plainly", async () => {
    await ca.leave();
    const { kind, detail } = failureOf(await bench.issuer().issue(wanted, never));
    await ca.comeBack();
    assert.equal(kind, "unreachable");
    assert.match(detail, /^fetching the directory: asking 'localhost:\d+': connect ECONNREFUSED/);
  });

  it("of an authority that is not trusted are told plainly", async () => {
    const { kind, detail } = failureOf(await bench.issuer({ ca: null }).issue(wanted, never));
    assert.equal(kind, "unreachable");
    assert.match(detail, /unable to verify|self-signed|unable to get/);
    assert.doesNotMatch(detail, /Node|--use/);
  });
});

describe("a stop", () => {
  const places: readonly StubKind[] = ["directory", "nonce", "account", "new-order", "authorization", "challenge", "order", "finalize", "certificate"];
  for (const place of places) {
    it(`ends it at once while ${place} is under way, with a clock that stands still`, async () => {
      const stop = new AbortController();
      bench.script(place, () => {
        stop.abort();
        return "hang";
      });
      const { kind } = failureOf(await bench.issuer({}, { clock: manualClock() }).issue(wanted, stop.signal));
      assert.deepEqual([kind, bench.solver.shown.length], ["stopped", 0]);
    });
  }

  const solvers = { "does not listen": () => new Promise<never>(() => {}), listens: async () => ({ ok: false, why: "stopped" }) as const };
  for (const [how, present] of Object.entries(solvers)) {
    it(`ends it while a solver is at work that ${how}`, async () => {
      const stop = new AbortController();
      bench.solver = recordingSolver({
        present: () => {
          stop.abort();
          return present();
        },
      });
      assert.equal(failureOf(await bench.issuer().issue(wanted, stop.signal)).kind, "stopped");
      assert.equal(bench.solver.shown.length, 0);
    });
  }

  it("ends it while it waits", async () => {
    const stop = new AbortController();
    const still = manualClock();
    // Calls are bound by seconds, the first pause is a quarter of one.
    const clock: Clock = { ...still, after: (ms, run) => (ms < 1000 && setImmediate(() => stop.abort()), still.after(ms, run)) };
    ca.settings.finds = "pending";
    assert.equal(failureOf(await bench.issuer({}, { clock }).issue(wanted, stop.signal)).kind, "stopped");
    assert.deepEqual([still.pending(), bench.solver.shown.length], [0, 0]);
  });

  it("that was given before does nothing at all", async () => {
    assert.equal(failureOf(await bench.issuer().issue(wanted, AbortSignal.abort())).kind, "stopped");
    assert.equal(ca.requests.length, 0);
  });
});
