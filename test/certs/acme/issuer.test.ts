import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, beforeEach, describe, it } from "node:test";
import { until } from "../../support/until.ts";
import { failureOf, never, pairOf, startIssuerBench, wanted } from "./issuer-bench.ts";
import { hastyClock } from "./hasty-clock.ts";
import { memoryAccounts } from "./memory-accounts.ts";
import { problem } from "./stub-settings.ts";

const bench = await startIssuerBench();
const { ca } = bench;

beforeEach(() => bench.reset());
after(() => ca.close());

describe("an order", () => {
  it("gives a chain whose leaf has all names and fits its key", async () => {
    const { cert, key } = pairOf(await bench.issuer().issue({ ...wanted, identifiers: ["Gate.example", "*.gate.example", "192.0.2.7", "2001:DB8::0:1"], challenge: "dns-01" }, never));
    const leaf = new X509Certificate(cert);
    assert.equal(leaf.subjectAltName, "DNS:gate.example, DNS:*.gate.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1");
    assert.ok(key.startsWith("-----BEGIN PRIVATE KEY-----"));
    assert.equal(cert.match(/BEGIN CERTIFICATE/g)?.length, 2);
  });

  it("shows each name with token and thumbprint, and takes all away again", async () => {
    pairOf(await bench.issuer().issue({ ...wanted, identifiers: ["a.example", "*.b.example"] }, never));
    assert.deepEqual(bench.solver.all.map(({ type, identifier }) => `${type} ${identifier.value}`).toSorted(), ["http-01 a.example", "http-01 b.example"]);
    for (const { token, keyAuthorization } of bench.solver.all) assert.match(keyAuthorization, new RegExp(`^${token}\\.[A-Za-z0-9_-]{43}$`));
    assert.equal(bench.solver.shown.length, 0);
  });

  it("has all names visible before the authority is asked to look at the first", async () => {
    const visible: number[] = [];
    bench.script("challenge", () => {
      visible.push(bench.solver.shown.length);
      return null;
    });
    pairOf(await bench.issuer().issue({ ...wanted, identifiers: ["a.example", "b.example", "c.example"] }, never));
    assert.deepEqual(visible, [3, 3, 3]);
  });

  it("shows nothing where the authorizations are valid already", async () => {
    ca.settings.alreadyValid = true;
    pairOf(await bench.issuer().issue(wanted, never));
    assert.deepEqual([bench.solver.all.length, ca.count("challenge")], [0, 0]);
  });

  it("waits for slow validation and slow signing", async () => {
    Object.assign(ca.settings, { pendingLooks: 3, processingLooks: 2 });
    pairOf(await bench.issuer().issue(wanted, never));
    assert.ok(ca.count("authorization") >= 4);
  });

  it("makes one account, stores its key before it is made, and uses it again", async () => {
    const same = bench.issuer();
    pairOf(await same.issue(wanted, never));
    pairOf(await bench.issuer().issue(wanted, never));
    assert.deepEqual(bench.accounts.steps, ["key", "account"]);
    assert.equal(ca.count("account"), 1);
  });

  it("leaves no connection open", async () => {
    pairOf(await bench.issuer().issue(wanted, never));
    // The other side of a connection hears of its end a moment later.
    assert.ok(await until(async () => (await ca.connections()) === 0, 1000));
  });

  it("survives nonces that are refused many times over", async () => {
    ca.settings.rejectNonces = 15;
    pairOf(await bench.issuer().issue(wanted, never));
  });

  it("gives up where no nonce is ever good", async () => {
    ca.settings.rejectNonces = 1000;
    assert.match(failureOf(await bench.issuer().issue(wanted, never)).detail, /making an account: 400 badNonce: another nonce/);
    assert.equal(ca.count("account"), 20);
  });

  it("binds an external account, and never tells its key", async () => {
    const hmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    ca.settings.eab = { kid: "kid-1", hmacKey };
    pairOf(await bench.issuer({ eab: { kid: "kid-1", hmacKey } }).issue(wanted, never));
    bench.accounts = memoryAccounts();
    const wrong = failureOf(await bench.issuer({ eab: { kid: "kid-1", hmacKey: "c2VjcmV0LXNlY3JldA" } }).issue(wanted, never));
    assert.equal(wrong.kind, "refused");
    assert.ok(!JSON.stringify(wrong).includes("c2VjcmV0"));
    const none = failureOf(await bench.issuer().issue(wanted, never));
    assert.deepEqual([none.kind, /write the 'eab'/.test(none.detail)], ["refused", true]);
  });

  it("asks for a profile that is offered, and refuses one that is not before anything is ordered", async () => {
    ca.settings.profiles = { shortlived: "six days", classic: "ninety" };
    pairOf(await bench.issuer({ profile: "shortlived" }).issue(wanted, never));
    assert.equal(ca.requests.find((request) => request.kind === "new-order")?.payload?.["profile"], "shortlived");
    const { kind, detail } = failureOf(await bench.issuer({ profile: "long" }).issue(wanted, never));
    assert.deepEqual([kind, detail], ["refused", "ordering: the authority has no profile 'long', but 'shortlived', 'classic'"]);
    ca.settings.profiles = null;
    assert.equal(failureOf(await bench.issuer({ profile: "shortlived" }).issue(wanted, never)).kind, "refused");
    assert.equal(ca.count("new-order"), 1);
  });

  it("takes the preferred chain, and the authority's own where there is none of that name", async () => {
    const last = async (preferredChain: string | null): Promise<string> => pairOf(await bench.issuer({ preferredChain }).issue(wanted, never)).cert.split(/(?<=-----END CERTIFICATE-----\n)/).at(-1) ?? "";
    assert.equal(new X509Certificate(await last("Stub Other Root")).issuer, "CN=Stub Other Root");
    assert.equal(new X509Certificate(await last("Nobody")).issuer, "CN=Stub Root");
    assert.equal(new X509Certificate(await last(null)).issuer, "CN=Stub Root");
    assert.equal(ca.count("alternate"), 2);
  });
});

describe("replacing", () => {
  const payloads = () => ca.requests.flatMap((request) => (request.kind === "new-order" ? [request.payload?.["replaces"]] : []));

  it("is told to authorities with renewal information only", async () => {
    pairOf(await bench.issuer().issue({ ...wanted, replaces: "aki.serial" }, never));
    ca.settings.renewalInfo = () => null;
    pairOf(await bench.issuer().issue({ ...wanted, replaces: "aki.serial" }, never));
    assert.deepEqual(payloads(), [undefined, "aki.serial"]);
  });

  for (const [status, type] of [[409, "alreadyReplaced"], [404, "malformed"], [400, "malformed"], [403, "unauthorized"]] as const) {
    it(`is left out where the authority says ${status} ${type}`, async () => {
      ca.settings.renewalInfo = () => null;
      bench.script("new-order", (nth) => (nth === 1 ? problem(status, type, "no") : null));
      pairOf(await bench.issuer().issue({ ...wanted, replaces: "aki.serial" }, never));
      assert.deepEqual(payloads(), ["aki.serial", undefined]);
    });
  }

  it("is not tried again where the authority wants fewer orders", async () => {
    ca.settings.renewalInfo = () => null;
    bench.script("new-order", () => problem(429, "rateLimited", "slow down", { headers: { "retry-after": "90" } }));
    const { kind, retryAfter } = failureOf(await bench.issuer().issue({ ...wanted, replaces: "aki.serial" }, never));
    assert.deepEqual([kind, retryAfter, ca.count("new-order")], ["rate-limited", 90_000, 1]);
  });
});

describe("an authority that has forgotten", () => {
  it("our account gets a new one within the same try", async () => {
    const same = bench.issuer();
    pairOf(await same.issue(wanted, never));
    ca.forget();
    pairOf(await same.issue(wanted, never));
    assert.deepEqual(bench.accounts.steps, ["key", "account", "forget", "key", "account"]);
  });

  it("our account over and over is asked for one new account a try", async () => {
    bench.script("new-order", () => problem(400, "accountDoesNotExist", "who are you"));
    assert.equal(failureOf(await bench.issuer().issue(wanted, never)).kind, "server");
    assert.deepEqual(bench.accounts.steps, ["key", "account", "forget", "key", "account"]);
  });

  it("everything in the middle of an order starts with a new account and a new order", async () => {
    bench.script("challenge", (nth) => {
      if (nth === 1) ca.forget();
      return null;
    });
    pairOf(await bench.issuer().issue(wanted, never));
    assert.deepEqual([ca.count("account"), ca.count("new-order")], [2, 2]);
    assert.equal(bench.solver.shown.length, 0);
  });

  it("everything while nobody could reach it does so too", async () => {
    const clock = hastyClock(50);
    ca.settings.finds = "pending";
    bench.script("authorization", (nth) => {
      if (nth === 3) void ca.leave().then(() => clock.after(20_000, () => {
        ca.forget();
        ca.settings.finds = "valid";
        void ca.comeBack();
      }));
      return null;
    });
    pairOf(await bench.issuer({}, { clock }).issue(wanted, never));
    assert.deepEqual([ca.count("account"), ca.count("new-order")], [2, 2]);
  });

  it("the order alone ends the try at once", async () => {
    bench.script("order", () => problem(404, "malformed", "no such order"));
    const { kind, detail, retryAfter } = failureOf(await bench.issuer().issue(wanted, never));
    assert.deepEqual([kind, retryAfter, ca.count("order")], ["server", null, 1]);
    assert.match(detail, /no such order/);
  });
});

describe("a directory", () => {
  it("is fetched once for several tries, and again where a place is gone", async () => {
    const same = bench.issuer();
    pairOf(await same.issue(wanted, never));
    pairOf(await same.issue(wanted, never));
    assert.equal(ca.count("directory"), 1);
    bench.script("new-order", (nth) => (nth === 3 ? problem(404, "malformed", "moved") : null));
    pairOf(await same.issue(wanted, never));
    assert.equal(ca.count("directory"), 2);
  });
});
