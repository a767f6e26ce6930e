import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startTaxgate } from "../../drill/taxgate-process.ts";

test("a Taxgate that was killed goes on with the platform's hour where it was", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-restart-"));
  let arrived = 0;
  const platform = createServer((_request, response) => {
    arrived++;
    response.end("{}");
  });
  await new Promise<void>((resolve) => platform.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    platform.closeAllConnections();
    platform.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { port } = platform.address() as AddressInfo;
  const yaml = `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 2s }
regions: { home: { endpoints: [{ url: "http://127.0.0.1:${port}" }], upstream: { health: { connect: false } } } }
routes:
  - { name: codes, match: { path: /codes }, class: read, pace: [{ windows: [10/h], scope: [{ header: x-who }], maxWait: 0ms }] }
`;
  const ask = async (times: number, signal: "SIGKILL" | "SIGTERM"): Promise<number[]> => {
    const taxgate = await startTaxgate(yaml, { folder });
    const statuses: number[] = [];
    for (let one = 0; one < times; one++) statuses.push((await fetch(`http://127.0.0.1:${taxgate.port("plain")}/codes`, { headers: { "x-who": "a" } })).status);
    taxgate.signal(signal);
    await taxgate.ended;
    return statuses;
  };
  assert.deepEqual(await ask(4, "SIGKILL"), [200, 200, 200, 200]);
  assert.deepEqual(await ask(4, "SIGTERM"), [200, 200, 200, 200]);
  assert.deepEqual(await ask(4, "SIGKILL"), [200, 200, 503, 503]);
  assert.equal(arrived, 10);
});
