import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import type { SecureVersion } from "node:tls";
import { readClientDemands } from "../../../src/certs/client-demands.ts";
import { plainMaterial, type TlsMaterial } from "../../../src/server/tls/material.ts";
import { HAS_OPENSSL, testAuthority, type MadePair, type TestAuthority } from "../../support/openssl-authority.ts";
import { keyPair } from "../../support/tls-material.ts";
import { until } from "../../support/until.ts";
import { started, text, type Script, type Started } from "../started.ts";
import { handshake, refusal } from "./handshakes.ts";

const skip = HAS_OPENSSL ? false : "openssl is not here";
const OK: Script = (_x, send) => send(text("ok"));
const VERSIONS: readonly SecureVersion[] = ["TLSv1.2", "TLSv1.3"];
const both = (version: SecureVersion) => ({ minVersion: version, maxVersion: version });
const NOW = Date.now();
const directory = mkdtempSync(join(tmpdir(), "taxgate-clients-"));

interface People {
  readonly root: TestAuthority;
  readonly middle: TestAuthority;
  readonly good: MadePair;
  readonly bad: MadePair;
  readonly below: MadePair;
}

function people(): People {
  const root = testAuthority();
  const middle = root.below("Middle", 50);
  const below = middle.issue("deep", 3);
  return { root, middle, good: root.issue("good", 1), bad: root.issue("bad", 2), below: { cert: `${below.cert}${middle.cert}`, key: below.key } };
}

const who: People | null = HAS_OPENSSL ? people() : null;
const { root, middle, good, bad, below } = who as People;
after(() => {
  for (const authority of [who?.root, who?.middle]) authority?.remove();
  rmSync(directory, { recursive: true, force: true });
});

let files = 0;
function file(content: string): string {
  const path = join(directory, `${files++}.pem`);
  writeFileSync(path, content);
  return path;
}

function demanding(ca: string | null, crl?: string): TlsMaterial {
  const clients = ca === null ? null : readClientDemands({ clientCa: file(ca), ...(crl === undefined ? {} : { clientCrl: file(crl) }) }, NOW);
  return { ...plainMaterial([{ names: ["localhost"], pair: keyPair("localhost") }]), clients };
}

const watched = (t: TestContext, material: TlsMaterial, script: Script = OK): Promise<Started> => started(t, script, {}, material);

for (const version of VERSIONS) {
  test(`${version}: a client that the list revokes is refused after the swap, also where it resumes its session, and others go on`, { skip }, async (t) => {
    const one = await watched(t, demanding(root.cert, root.revocationList([])));
    const first = await handshake(one.port, { ...bad, ...both(version) });
    first.socket.destroy();
    const resumedBefore = await handshake(one.port, { ...bad, ...both(version), session: first.session as Buffer });
    resumedBefore.socket.destroy();
    assert.deepEqual([first.answer.startsWith("HTTP/1.1 200"), resumedBefore.resumed], [true, true]);
    one.listener.renew(demanding(root.cert, root.revocationList([2])));
    assert.notEqual(await refusal(one.port, { ...bad, ...both(version) }), "connected");
    assert.notEqual(await refusal(one.port, { ...bad, ...both(version), session: first.session as Buffer }), "connected");
    assert.equal(await refusal(one.port, { ...good, ...both(version) }), "connected");
  });

  test(`${version}: whoever had a session before certificates were asked for needs one now`, { skip }, async (t) => {
    const one = await watched(t, demanding(null));
    const first = await handshake(one.port, both(version));
    first.socket.destroy();
    assert.ok(first.session);
    one.listener.renew(demanding(root.cert));
    assert.notEqual(await refusal(one.port, { ...both(version), session: first.session }), "connected");
    assert.notEqual(await refusal(one.port, both(version)), "connected");
    assert.equal(await refusal(one.port, { ...good, ...both(version) }), "connected");
    one.listener.renew(demanding(null));
    assert.equal(await refusal(one.port, both(version)), "connected");
  });

  test(`${version}: the session of a refused client opens nothing`, { skip }, async (t) => {
    const one = await watched(t, demanding(root.cert));
    const stranger = keyPair("stranger");
    const first = await handshake(one.port, { ...stranger, ...both(version) }).catch(() => null);
    first?.socket.destroy();
    assert.notEqual(first?.answer.startsWith("HTTP/1.1 200"), true);
    if (first?.session) assert.notEqual(await refusal(one.port, { ...stranger, ...both(version), session: first.session }), "connected");
  });
}

test("a swap that changes nothing about clients keeps their sessions", { skip }, async (t) => {
  const list = root.revocationList([2]);
  const one = await watched(t, demanding(root.cert, list));
  const first = await handshake(one.port, good);
  first.socket.destroy();
  one.listener.renew({ ...demanding(root.cert, list), certificates: [{ names: ["localhost"], pair: keyPair("renewed") }] });
  const second = await handshake(one.port, { ...good, session: first.session as Buffer });
  second.socket.destroy();
  assert.equal(second.resumed, true);
});

const LEAVING: readonly (readonly [what: string, next: () => TlsMaterial])[] = [
  ["is revoked", () => demanding(root.cert, root.revocationList([2]))],
  ["has an authority that is not accepted any more", () => demanding(testAuthorityCert())],
];

function testAuthorityCert(): string {
  const other = testAuthority("Other");
  try {
    return other.cert;
  } finally {
    other.remove();
  }
}

for (const [what, next] of LEAVING) {
  test(`an idle connection of a client that ${what} ends`, { skip }, async (t) => {
    const one = await watched(t, demanding(root.cert, root.revocationList([])));
    const { socket } = await handshake(one.port, bad);
    socket.on("error", () => undefined);
    one.listener.renew(next());
    assert.ok(await until(() => socket.destroyed, 1000));
  });

  test(`a client that ${what} gets the answer that is under way, and no other on that connection`, { skip }, async (t) => {
    const go = Promise.withResolvers<void>();
    const one = await watched(t, demanding(root.cert, root.revocationList([])), async (x, send) => {
      if (x.head.target === "/slow") await go.promise;
      await send(text("ok"));
    });
    const { socket } = await handshake(one.port, bad);
    let received = "";
    socket.on("data", (part: Buffer) => (received += part.toString("latin1"))).on("error", () => undefined);
    socket.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /late HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.ok(await until(() => one.seen.length === 2, 1000));
    one.listener.renew(next());
    go.resolve();
    assert.ok(await until(() => socket.destroyed, 1000));
    assert.match(received, /^HTTP\/1\.1 200 OK\r\n[^]*connection: close[^]*ok$/i);
    assert.deepEqual(one.seen.map(({ head }) => head.target), ["/", "/slow"]);
  });

  test(`an HTTP/2 session of a client that ${what} ends after its streams`, { skip }, async (t) => {
    const go = Promise.withResolvers<void>();
    const one = await watched(t, demanding(root.cert, root.revocationList([])), async (_x, send) => {
      await go.promise;
      await send(text("ok"));
    });
    const session = connectHttp2(`https://localhost:${one.port}`, { rejectUnauthorized: false, ...bad });
    t.after(() => session.destroy());
    let goneAway = false;
    session.on("goaway", () => (goneAway = true)).on("error", () => undefined);
    const status = new Promise((resolve) => session.request({ ":path": "/" }).on("response", (fields) => resolve(fields[":status"])).on("error", resolve).resume());
    assert.ok(await until(() => one.seen.length === 1, 1000));
    one.listener.renew(next());
    assert.ok(await until(() => goneAway, 1000));
    go.resolve();
    assert.equal(await status, 200);
    assert.ok(await until(() => session.destroyed, 1000));
  });
}

test("connections of clients that are still let in go on when the demands change, those that resumed among them", { skip }, async (t) => {
  const ca = `${root.cert}${middle.cert}`;
  const lists = (serials: readonly number[]): string => `${root.revocationList(serials)}${middle.revocationList([])}`;
  const one = await watched(t, demanding(ca, lists([])));
  const first = await handshake(one.port, good);
  const kept = [first, await handshake(one.port, { ...good, session: first.session as Buffer }), await handshake(one.port, below)];
  assert.equal(kept[1]?.resumed, true);
  assert.ok(kept.every(({ answer }) => answer !== ""));
  one.listener.renew(demanding(ca, lists([2])));
  for (const { socket } of kept) {
    const answered = new Promise((resolve) => socket.once("data", () => resolve("answered")).once("close", () => resolve("closed")));
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert.equal(await answered, "answered");
    socket.destroy();
  }
});

test("an intermediate that its root revokes takes its clients with it", { skip }, async (t) => {
  const ca = `${root.cert}${middle.cert}`;
  const one = await watched(t, demanding(ca, `${root.revocationList([])}${middle.revocationList([])}`));
  const { socket } = await handshake(one.port, below);
  socket.on("error", () => undefined);
  one.listener.renew(demanding(ca, `${root.revocationList([50])}${middle.revocationList([])}`));
  assert.ok(await until(() => socket.destroyed, 1000));
  assert.notEqual(await refusal(one.port, below), "connected");
});

test("the certificate of a client is refused with its reason", { skip }, async (t) => {
  const reasons: string[] = [];
  const passed: string[] = [];
  const [peers, who] = [new Set<string>(), new Set<string>()];
  const cases: readonly (readonly [reason: string, material: TlsMaterial, client: object])[] = [
    ["none", demanding(root.cert), {}],
    ["untrusted", demanding(root.cert), keyPair("stranger")],
    ["untrusted", demanding(root.cert, root.revocationList([])), keyPair("stranger")],
    ["revoked", demanding(root.cert, root.revocationList([2])), bad],
    ["list-expired", demanding(root.cert, root.revocationList([], { from: "20200101000000Z", to: "20210101000000Z" })), good],
    ["list-missing", demanding(`${root.cert}${middle.cert}`, root.revocationList([])), below],
  ];
  const one = await started(t, OK, {}, demanding(null), {
    handshakes: {
      finished: (_listener, version, resumed) => void passed.push(`${version} ${resumed}`),
      clientRefused: (_listener, reason, address, shown) => {
        reasons.push(reason);
        peers.add(address);
        if (shown !== null) who.add(`${reason} ${shown.subject} ${shown.serial}`);
      },
    },
  });
  for (const [reason, material, client] of cases) {
    one.listener.renew(material);
    for (const version of VERSIONS) {
      await refusal(one.port, { ...client, ...both(version) });
      assert.ok(await until(() => reasons.length > 0, 1000), reason);
      assert.deepEqual(reasons.splice(0), [reason]);
    }
  }
  assert.deepEqual(passed, []);
  assert.deepEqual([...peers], ["127.0.0.1"]);
  assert.deepEqual([...who].filter((line) => line.startsWith("revoked")), ["revoked O=Test, CN=bad 02"]);
  one.listener.renew(demanding(root.cert));
  const first = await handshake(one.port, { ...good, ...both("TLSv1.2") });
  (await handshake(one.port, { ...good, ...both("TLSv1.2"), session: first.session as Buffer })).socket.destroy();
  (await handshake(one.port, { ...good, ...both("TLSv1.3") })).socket.destroy();
  first.socket.destroy();
  assert.deepEqual(passed, ["TLSv1.2 false", "TLSv1.2 true", "TLSv1.3 false"]);
});
