import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { createCommandRunner } from "../../../src/base/run-command.ts";
import { createSolver } from "../../../src/certs/challenges/create-solver.ts";
import { lookTxt } from "../../../src/certs/challenges/dns-look.ts";
import { recordOf } from "../../../src/certs/challenges/dns-record.ts";
import { createWebhookCaller } from "../../../src/certs/webhook.ts";
import { startChallengeDns, type ChallengeDns } from "../../support/challenge-dns.ts";
import { challengeOf, dnsOptions } from "./world.ts";

const LIVE = new AbortController().signal;
const skip = ["pebble-challtestsrv", "curl"].find((program) => spawnSync("which", [program]).status !== 0);
const folder = mkdtempSync(join(tmpdir(), "dns-look-"));
let dns: ChallengeDns;

before(async () => {
  if (skip === undefined) dns = await startChallengeDns(folder);
});
after(async () => {
  if (skip === undefined) await dns.stop();
  rmSync(folder, { recursive: true });
});

/** A hook as an administrator writes one; `late` seconds pass before the record is there. */
function hookScript(late: number): string {
  const path = join(folder, `hook-${late}.sh`);
  const set = `curl -sf -d "{\\"host\\":\\"$2.\\",\\"value\\":\\"$3\\"}" ${dns.management}/set-txt`;
  writeFileSync(path, `#!/bin/sh\nset -e\ncase "$1" in\npresent) ${late === 0 ? set : `(sleep ${late}; ${set}) >/dev/null 2>&1 &`} ;;\nclear) curl -sf -d "{\\"host\\":\\"$2.\\"}" ${dns.management}/clear-txt ;;\n*) exit 64 ;;\nesac\n`, { mode: 0o700 });
  return path;
}

function solverWith(written: object) {
  const events: string[] = [];
  const store = { challenge: () => null, putChallenge: () => ({ ok: true }) as const, dropChallenge: () => undefined };
  const told = { left: (_type: string, _name: string, why: string) => void events.push(why), alone: () => undefined };
  const solver = createSolver({ store, dns: dnsOptions(written), clock: systemClock, run: createCommandRunner(systemClock, process.env), call: createWebhookCaller(systemClock), events: told });
  return { solver, events };
}

test("values of one name are read from a real name server, also after it had none", { skip }, async () => {
  const name = "_acme-challenge.read.example";
  const none = await lookTxt(dns.address, name, LIVE);
  assert.ok("fault" in none, JSON.stringify(none));
  await dns.setTxt(name, "one");
  await dns.setTxt(name, "two");
  const both = await lookTxt(dns.address, name, LIVE);
  assert.deepEqual("values" in both ? both.values.toSorted() : both, ["one", "two"]);
  await dns.clearTxt(name);
  assert.ok("fault" in (await lookTxt(dns.address, name, LIVE)));
});

test("what a name server does wrong is named", { skip }, async () => {
  await dns.setServfail("broken.example", true);
  assert.deepEqual(await lookTxt(dns.address, "broken.example", LIVE), { fault: "a failure of its own (SERVFAIL)" });
  assert.deepEqual(await lookTxt("127.0.0.1:1", "a.example", LIVE), { fault: "nothing: nobody listens there" });
  assert.deepEqual(await lookTxt("ns.example", "a.example", LIVE), { fault: "nothing: it is no address" });
});

test("a question that nobody answers ends with the caller's signal", async () => {
  const silent = createSocket("udp4");
  silent.bind(0, "127.0.0.1");
  await once(silent, "listening");
  const stop = new AbortController();
  const asked = once(silent, "message");
  const looking = lookTxt(`127.0.0.1:${silent.address().port}`, "a.example", stop.signal);
  await asked;
  stop.abort();
  assert.deepEqual(await looking, { fault: "nothing: it was stopped" });
  silent.close();
});

test("a hook's record is waited for until the name server has it, and is gone afterwards", { skip }, async () => {
  for (const late of [0, 0.7]) {
    const { solver, events } = solverWith({ command: [hookScript(late)], resolvers: [dns.address], propagation: "20s" });
    const challenge = challengeOf("dns-01", "late.example", `token-${late}`);
    const { name, value } = recordOf(challenge);
    assert.deepEqual(await solver.present(challenge, LIVE), { ok: true });
    assert.deepEqual(await lookTxt(dns.address, name, LIVE), { values: [value] });
    await solver.clear(challenge);
    assert.ok("fault" in (await lookTxt(dns.address, name, LIVE)));
    assert.deepEqual(events, []);
  }
});

test("a record at the wrong name is told with what stands at the right one", { skip }, async () => {
  const { solver } = solverWith({ command: ["/bin/true"], resolvers: [dns.address, "127.0.0.1:1"], propagation: "100ms" });
  const challenge = challengeOf("dns-01", "wrong.example");
  await dns.setTxt(recordOf(challenge).name, "yesterday's");
  const shown = await solver.present(challenge, LIVE);
  assert.match(shown.ok ? "" : shown.why, /after 100ms 127\.0\.0\.1:\d+ says 'yesterday's' only; 127\.0\.0\.1:1 says nothing: nobody listens there$/);
});
