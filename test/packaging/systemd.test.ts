import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const unit = readFileSync(fileURLToPath(new URL("../../config/deploy/systemd/taxgate.service", import.meta.url)), "utf8");
const dockerfile = readFileSync(fileURLToPath(new URL("../../Dockerfile", import.meta.url)), "utf8");

/** All values of a setting, in order. */
const values = (setting: string): string[] => [...unit.matchAll(new RegExp(`^${setting}=(.*)$`, "gm"))].map((match) => match[1] ?? "");

describe("config/deploy/systemd/taxgate.service", () => {
  const expected: Readonly<Record<string, string>> = {
    AmbientCapabilities: "CAP_NET_BIND_SERVICE",
    CapabilityBoundingSet: "CAP_NET_BIND_SERVICE",
    DynamicUser: "yes",
    KillSignal: "SIGTERM",
    NoNewPrivileges: "yes",
    ProtectSystem: "strict",
    Restart: "on-failure",
    StateDirectory: "taxgate",
    StateDirectoryMode: "0700",
  };
  for (const [setting, value] of Object.entries(expected)) {
    test(`sets ${setting} to ${value}`, () => assert.deepEqual(values(setting), [value]));
  }

  test("starts what the image starts", () => {
    const words = [...(dockerfile.match(/^ENTRYPOINT (.*)$/m)?.[1] ?? "").matchAll(/"([^"]+)"/g), ...(dockerfile.match(/^CMD (.*)$/m)?.[1] ?? "").matchAll(/"([^"]+)"/g)];
    assert.equal(values("ExecStart")[0], `/usr/bin/${words.map((match) => match[1]).join(" ")}`);
  });

  test("waits longer than the drain of its defaults: grace 5 s, max 30 s", () => {
    assert.ok(Number.parseInt(values("TimeoutStopSec")[0] ?? "", 10) > 35);
  });

  test("leaves the JavaScript engine its writable code", () => assert.deepEqual(values("MemoryDenyWriteExecute"), []));

  test("passes systemd-analyze verify", (t) => {
    if (spawnSync("systemd-analyze", ["--version"]).status !== 0) return t.skip("needs systemd-analyze");
    const folder = mkdtempSync(join(tmpdir(), "taxgate-unit-"));
    const copy = join(folder, "taxgate.service");
    // The check asks for the program itself, and this machine's Node lies elsewhere.
    writeFileSync(copy, unit.replace("/usr/bin/node", process.execPath));
    const { status, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", copy], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    assert.deepEqual([status, stderr.split("\n").filter((line) => line.includes("taxgate.service"))], [0, []]);
  });
});
