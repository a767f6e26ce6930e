import assert from "node:assert/strict";
import { after, beforeEach, describe, it } from "node:test";
import { certificateId } from "../../../src/certs/acme/certificate-id.ts";
import { never, pairOf, startIssuerBench, wanted } from "./issuer-bench.ts";
import { webPage, type StubSettings } from "./stub-settings.ts";

const bench = await startIssuerBench();
const { ca } = bench;

beforeEach(() => bench.reset());
after(() => ca.close());

const HOUR = 3_600_000;

describe("renewal information", () => {
  const window = { start: "2026-11-22T00:00:00Z", end: "2026-11-23T00:00:00Z" };
  const asked = async (settings: Partial<StubSettings>) => {
    const { cert } = pairOf(await bench.issuer().issue(wanted, never));
    Object.assign(ca.settings, settings);
    return { cert, info: await bench.issuer().renewalInfo(cert, never) };
  };

  it("is asked for by the certificate's id, and read", async () => {
    let id = "";
    const { cert, info } = await asked({ renewalInfo: (which) => { id = which; return { ...window, explanationURL: "https://ca.example/why", retryAfter: "600" }; } });
    assert.equal(id, certificateId(cert));
    assert.deepEqual(info, { kind: "info", info: { start: Date.UTC(2026, 10, 22), end: Date.UTC(2026, 10, 23), explanation: "https://ca.example/why", askAfter: 600_000 } });
  });

  it("is none where the authority offers none, or does not know the certificate", async () => {
    assert.deepEqual((await asked({})).info, { kind: "none" });
    assert.deepEqual((await asked({ renewalInfo: () => null })).info, { kind: "none" });
  });

  const odd: readonly (readonly [string, Partial<StubSettings>, unknown])[] = [
    ["a window that ends first", { renewalInfo: () => ({ start: window.end, end: window.start }) }, "server"],
    ["a window of no length", { renewalInfo: () => ({ start: window.end, end: window.end }) }, "server"],
    ["a time that is none", { renewalInfo: () => ({ start: "soon", end: window.end }) }, "server"],
    ["a web page", { renewalInfo: () => window, script: ({ kind }) => (kind === "renewal-info" ? webPage(502) : null) }, "server"],
  ];
  for (const [name, settings, kind] of odd) {
    it(`fails on ${name}`, async () => {
      const { info } = await asked(settings);
      assert.ok(info.kind === "failed");
      assert.equal(info.failure.kind, kind);
    });
  }

  it("is asked for again within a day, whatever the authority says, and its page is one", async () => {
    const { info } = await asked({ renewalInfo: () => ({ ...window, retryAfter: "99999999", explanationURL: "javascript:alert(1)" }) });
    assert.ok(info.kind === "info");
    assert.deepEqual([info.info.askAfter, info.info.explanation], [24 * HOUR, null]);
  });
});
