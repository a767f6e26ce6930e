import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { systemRandom } from "../../../src/base/random.ts";
import { createCommandRunner } from "../../../src/base/run-command.ts";
import { createIssuer } from "../../../src/certs/acme/create-issuer.ts";
import { createSolver, type ChallengeAnswers } from "../../../src/certs/challenges/create-solver.ts";
import type { Solver } from "../../../src/certs/challenges/solver.ts";
import type { ChallengeType } from "../../../src/certs/options.ts";
import { createWebhookCaller } from "../../../src/certs/webhook.ts";
import { plainMaterial } from "../../../src/server/tls/material.ts";
import { started, text } from "../../server/started.ts";
import { pebbleMissing, startPebble, type Pebble, type PebbleOptions } from "../../support/pebble.ts";
import { keyPair, TEST_CA } from "../../support/tls-material.ts";
import { memoryAccounts } from "../acme/memory-accounts.ts";
import { dnsOptions } from "./world.ts";

const TLS = plainMaterial([{ names: ["localhost"], pair: keyPair("localhost") }]);

/** A hook that writes into the authority's name server by its management interface. */
function hookScript(t: TestContext, management: string): string {
  const folder = mkdtempSync(join(tmpdir(), "dns-hook-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "hook.sh");
  writeFileSync(path, `#!/bin/sh\ncase "$1" in present) act=set-txt ;; clear) act=clear-txt ;; *) exit 64 ;; esac\nexec curl -sf -d "{\\"host\\":\\"$2.\\",\\"value\\":\\"$3\\"}" "${management}/$act"\n`, { mode: 0o700 });
  return path;
}

interface Case {
  readonly challenge: ChallengeType;
  readonly identifiers: readonly string[];
  readonly names: string;
}

const CASES: readonly Case[] = [
  { challenge: "http-01", identifiers: ["gate.example", "127.0.0.1"], names: "DNS:gate.example, IP Address:127.0.0.1" },
  { challenge: "tls-alpn-01", identifiers: ["gate.example", "127.0.0.1"], names: "DNS:gate.example, IP Address:127.0.0.1" },
  { challenge: "dns-01", identifiers: ["gate.example", "*.gate.example"], names: "DNS:*.gate.example, DNS:gate.example" },
];

for (const { challenge, identifiers, names } of CASES) {
  test(`a real authority is shown ${identifiers.join(" and ")} by ${challenge}, and nothing stays behind`, { skip: pebbleMissing }, async (t) => {
    let answers: ChallengeAnswers | null = null;
    const acme = {
      challenge: (token: string) => answers?.http01(token) ?? null,
      alpn: { alpnPending: () => answers?.alpnPending() ?? false, alpnPair: (host: string) => answers?.alpnPair(host) ?? null },
    };
    const plain = await started(t, (_x, send) => send(text("application", 404)), {}, null, acme);
    const secure = await started(t, (_x, send) => send(text("application")), {}, TLS, acme);
    const options: PebbleOptions = { httpPort: plain.port, tlsPort: secure.port };
    const pebble = await startPebble(options);
    t.after(() => pebble.stop());
    const { solver, events, stored } = solverFor(t, pebble);
    answers = solver;
    const issuer = createIssuer({ directory: pebble.directory, access: { ca: TEST_CA, eab: null, profile: null, preferredChain: null }, email: null, accounts: memoryAccounts(), solver, clock: systemClock, random: systemRandom });
    const result = await issuer.issue({ identifiers, key: "ecdsa-p256", challenge, replaces: null }, new AbortController().signal);
    assert.ok(result.ok, result.ok ? "" : result.failure.detail);
    assert.equal(new X509Certificate(result.pair.cert).subjectAltName?.split(", ").toSorted((a, b) => (a < b ? -1 : 1)).join(", "), names);
    assert.deepEqual([events, [...stored], solver.alpnPending()], [[], [], false]);
    assert.deepEqual([plain.seen, secure.seen], [[], []]);
  });
}

function solverFor(t: TestContext, pebble: Pebble): { solver: Solver & ChallengeAnswers; events: string[]; stored: Map<string, string> } {
  const events: string[] = [];
  const stored = new Map<string, string>();
  const solver = createSolver({
    store: { challenge: (token) => stored.get(token) ?? null, putChallenge: (token, value) => (stored.set(token, value), { ok: true }), dropChallenge: (token) => void stored.delete(token) },
    dns: dnsOptions({ command: [hookScript(t, pebble.dns.management)], resolvers: [pebble.dns.address], propagation: "20s" }),
    clock: systemClock,
    run: createCommandRunner(systemClock, process.env),
    call: createWebhookCaller(systemClock),
    events: { left: (_type, _name, why) => void events.push(why), alone: (_name, why) => void events.push(why) },
  });
  return { solver, events, stored };
}
