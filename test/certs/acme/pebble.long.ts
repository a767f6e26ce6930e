import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { seededRandom } from "../../../src/base/random.ts";
import { readChain } from "../../../src/certs/acme/chain.ts";
import { createIssuer, type Access } from "../../../src/certs/acme/create-issuer.ts";
import type { Issuer, IssueRequest } from "../../../src/certs/acme/issuer.ts";
import type { Solver } from "../../../src/certs/challenges/solver.ts";
import type { KeyPair } from "../../../src/certs/key-pair.ts";
import { pebbleMissing, startPebble, type Pebble } from "../../support/pebble.ts";
import { TEST_CA } from "../../support/tls-material.ts";
import { hastyClock } from "./hasty-clock.ts";
import { failureOf, never, pairOf, wanted as usual } from "./issuer-bench.ts";
import { memoryAccounts, type MemoryAccounts } from "./memory-accounts.ts";
import { recordingSolver, type RecordingSolver } from "./recording-solver.ts";

const access: Access = { ca: TEST_CA, eab: null, profile: null, preferredChain: null };

/** TXT records of the name server that pebble asks. */
function dnsSolver({ dns }: Pebble): RecordingSolver {
  const name = ({ identifier }: Parameters<Solver["clear"]>[0]): string => `_acme-challenge.${identifier.value}`;
  return recordingSolver({
    async present(challenge) {
      await dns.setTxt(name(challenge), createHash("sha256").update(challenge.keyAuthorization).digest("base64url"));
      return { ok: true };
    },
    clear: (challenge) => dns.clearTxt(name(challenge)),
  });
}

interface Tried {
  readonly pebble: Pebble;
  readonly accounts?: MemoryAccounts;
  readonly solver?: Solver;
  readonly more?: Partial<Access>;
}

function issuer({ pebble, accounts = memoryAccounts(), solver = dnsSolver(pebble), more = {} }: Tried): Issuer {
  return createIssuer({ directory: pebble.directory, access: { ...access, ...more }, email: "it@gate.example", accounts, solver, clock: hastyClock(20), random: seededRandom(1) });
}

const wanted: IssueRequest = { ...usual, challenge: "dns-01" };

/** The chain leads to one of these roots. */
function leadsTo({ cert }: KeyPair, root: string): boolean {
  const chain = readChain(cert) ?? [];
  const whole = [...chain, new X509Certificate(root)];
  return chain.length > 0 && chain.every((one, index) => one.verify((whole[index + 1] as X509Certificate).publicKey));
}

describe("with pebble", { skip: pebbleMissing }, () => {
  let pebble: Pebble;
  before(async () => {
    pebble = await startPebble({ nonceRejects: 15, alternateRoots: 2 });
  });
  after(() => pebble.stop());

  it("a name, its wildcard and another come by dns-01, with 15 % of nonces refused", async () => {
    const solver = dnsSolver(pebble);
    const pair = pairOf(await issuer({ pebble, solver }).issue({ ...wanted, identifiers: ["*.gate.example", "other.example"] }, never));
    assert.equal(new X509Certificate(pair.cert).subjectAltName, "DNS:*.gate.example, DNS:other.example");
    assert.ok(leadsTo(pair, (await pebble.roots())[0] as string));
    assert.equal(solver.shown.length, 0);
  });

  it("one account serves several orders at once", async () => {
    const accounts = memoryAccounts();
    const same = issuer({ pebble, accounts });
    pairOf(await same.issue(wanted, never));
    const all = await Promise.all(["a.example", "b.example", "c.example"].map((name) => same.issue({ ...wanted, identifiers: [name], key: "ecdsa-p384" }, never)));
    assert.deepEqual(all.map((result) => new X509Certificate(pairOf(result).cert).subjectAltName), ["DNS:a.example", "DNS:b.example", "DNS:c.example"]);
    assert.deepEqual(accounts.steps, ["key", "account"]);
  });

  it("an address comes by http-01", async () => {
    const answers = new Map<string, string>();
    const server = createServer((request, response) => response.end(answers.get(request.url ?? "")));
    await new Promise<void>((resolve) => server.listen(pebble.httpPort, "127.0.0.1", resolve));
    const solver = recordingSolver({
      async present({ token, keyAuthorization }) {
        answers.set(`/.well-known/acme-challenge/${token}`, keyAuthorization);
        return { ok: true };
      },
    });
    const result = await issuer({ pebble, solver }).issue({ ...wanted, identifiers: ["127.0.0.1", "gate.example"], challenge: "http-01" }, never);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    assert.equal(new X509Certificate(pairOf(result).cert).subjectAltName, "DNS:gate.example, IP Address:127.0.0.1");
    assert.deepEqual(solver.all.map(({ identifier }) => identifier.type).toSorted(), ["dns", "ip"]);
  });

  it("the chain that is preferred is taken", async () => {
    const roots = await pebble.roots();
    for (const root of roots) {
      const preferredChain = /CN=(.*)/.exec(new X509Certificate(root).subject)?.[1] ?? null;
      assert.ok(leadsTo(pairOf(await issuer({ pebble, more: { preferredChain } }).issue(wanted, never)), root));
    }
    assert.equal(roots.length, 3);
  });

  it("a record that is not there is told with the authority's own words", async () => {
    const solver = recordingSolver();
    const { kind, detail } = failureOf(await issuer({ pebble, solver }).issue({ ...wanted, identifiers: ["nothing.example"] }, never));
    assert.equal(kind, "validation");
    assert.match(detail, /^validating 'nothing.example' by dns-01: unauthorized: .*TXT/);
  });

  it("there is no renewal information, and none is told", async () => {
    const { cert } = pairOf(await issuer({ pebble }).issue(wanted, never));
    assert.deepEqual(await issuer({ pebble }).renewalInfo(cert, never), { kind: "none" });
  });

  it("an authority that was started anew in the middle of an order gets another account and order", async () => {
    const accounts = memoryAccounts();
    const dns = dnsSolver(pebble);
    let starts = 0;
    const solver: Solver = {
      ...dns,
      async present(challenge, signal) {
        if (starts++ === 0) await pebble.restart();
        return dns.present(challenge, signal);
      },
    };
    const pair = pairOf(await issuer({ pebble, accounts, solver }).issue(wanted, never));
    assert.ok(leadsTo(pair, (await pebble.roots())[0] as string));
    assert.deepEqual(accounts.steps, ["key", "account", "forget", "key", "account"]);
    assert.equal(dns.shown.length, 0);
  });

  it("an authority that was started anew between two orders gets another account", async () => {
    const accounts = memoryAccounts();
    const same = issuer({ pebble, accounts });
    pairOf(await same.issue(wanted, never));
    await pebble.restart();
    assert.ok(leadsTo(pairOf(await same.issue(wanted, never)), (await pebble.roots())[0] as string));
    assert.deepEqual(accounts.steps, ["key", "account", "forget", "key", "account"]);
  });
});

describe("with a pebble that wants external accounts, is slow and refuses half of all nonces", { skip: pebbleMissing }, () => {
  const hmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
  let pebble: Pebble;
  before(async () => {
    pebble = await startPebble({ nonceRejects: 50, authorizationReuse: 100, validationSleep: 2, eab: { "kid-1": hmacKey } });
  });
  after(() => pebble.stop());

  it("one with its key gets certificates, the second one by the authorization of the first", async () => {
    const solver = dnsSolver(pebble);
    const same = issuer({ pebble, solver, more: { eab: { kid: "kid-1", hmacKey } } });
    pairOf(await same.issue(wanted, never));
    pairOf(await same.issue({ ...wanted, key: "rsa-2048" }, never));
    assert.equal(solver.all.length, 1);
  });

  it("others are refused", async () => {
    for (const eab of [null, { kid: "kid-1", hmacKey: "c2VjcmV0LXNlY3JldC1zZWNyZXQ" }, { kid: "kid-2", hmacKey }]) {
      assert.equal(failureOf(await issuer({ pebble, more: { eab } }).issue(wanted, never)).kind, "refused");
    }
  });
});
