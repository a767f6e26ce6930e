import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { startSandbox } from "../../../src/sandbox/sandbox.ts";
import { startTaxgate } from "../../support/taxgate.ts";
import { navClient } from "./nav-client.ts";

await test("an application in a hurry asks NAV once a second through taxgate", async (t) => {
  const sandbox = await startSandbox({ name: "budapest", kind: "hu-nav", seed: 5, clock: systemClock });
  t.after(() => sandbox.stop());
  const taxgate = await startTaxgate(`version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
platform: hu-nav
regions: { hu: { endpoints: [{ url: "${sandbox.origin}" }] } }
`);
  t.after(() => taxgate.stop());
  const clients = ["12345678", "87654321"].map((taxNumber) => navClient({ origin: `http://127.0.0.1:${taxgate.port("plain")}`, taxNumber, wall: () => Date.now() }));
  const answers = await Promise.all(clients.map((client) => client.submit([{ number: "P-1" }])));
  assert.deepEqual(answers.map(({ status }) => status), [200, 200], taxgate.output());
  const { own, total } = (await (await fetch(`${sandbox.controlOrigin}/_sandbox/requests`)).json()) as { own: unknown; total: number };
  assert.deepEqual([own, total], [{ tooFast: 0 }, 4], "two tokens and two submissions");
});
