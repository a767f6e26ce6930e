import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import type { CommandOutcome } from "../../src/base/run-command.ts";
import { createChangeHook, type HookOutcome } from "../../src/certs/change-hook.ts";
import { certificateOptions } from "../../src/certs/options.ts";
import type { WebhookOutcome } from "../../src/certs/webhook.ts";
import { settled } from "./challenges/world.ts";

const leaf = (fingerprint: string) => ({ names: ["gate.example"], notAfter: 1_790_000_000_000, fingerprint });
const FINE: CommandOutcome = { kind: "ended", code: 0, output: "" };

/** A hook whose programs end when the test says so. */
function world(onChange: object) {
  const clock = manualClock();
  const told: unknown[] = [];
  const outcomes: HookOutcome[] = [];
  const ends: ((outcome: CommandOutcome) => void)[] = [];
  const options = certificateOptions.parse({ authority: true, onChange }).onChange;
  assert.ok(options !== undefined);
  const hook = createChangeHook({
    name: "edge", options, clock,
    ran: (outcome) => void outcomes.push(outcome),
    run: ({ argv, timeout, signal }) => {
      told.push({ argv, timeout });
      return new Promise((resolve) => {
        ends.push(resolve);
        signal?.addEventListener("abort", () => resolve({ kind: "stopped", output: "" }));
      });
    },
    call: ({ url, body, timeout }): Promise<WebhookOutcome> => {
      told.push({ url, body, timeout });
      return Promise.resolve(url.includes("broken") ? { ok: false, why: "calling the webhook at 'ops.example': it answered 500" } : { ok: true });
    },
  });
  return { clock, told, outcomes, ends, hook };
}

const WEBHOOK = (fingerprint: string, url = "https://ops.example/hook") => ({ url, timeout: 30_000, body: { name: "edge", names: ["gate.example"], notAfter: "2026-09-21T14:13:20Z", fingerprint } });
const COMMAND = { argv: ["/hook", "--now", "edge"], timeout: 30_000 };

test("the command runs, then the webhook is told, and each outcome is reported", async () => {
  const { hook, told, ends, outcomes, clock } = world({ command: ["/hook", "--now"], webhook: "https://ops.example/hook" });
  hook.changed(leaf("aa"));
  await settled();
  assert.deepEqual(told, [COMMAND]);
  clock.advance(1500);
  ends[0]?.(FINE);
  await settled();
  assert.deepEqual(told, [COMMAND, WEBHOOK("aa")]);
  assert.deepEqual(outcomes, [{ how: "command", ok: true, why: "", took: 1500 }, { how: "webhook", ok: true, why: "", took: 0 }]);
});

test("a command that fails keeps the webhook from nothing", async () => {
  const { hook, told, ends, outcomes } = world({ command: ["/hook", "--now"], webhook: "https://broken.example/hook" });
  hook.changed(leaf("aa"));
  await settled();
  ends[0]?.({ kind: "timeout", output: "waiting for a lock" });
  await settled();
  assert.deepEqual(told.at(-1), WEBHOOK("aa", "https://broken.example/hook"));
  assert.deepEqual(outcomes.map(({ how, ok, why }) => ({ how, ok, why })), [
    { how: "command", ok: false, why: "running '/hook': it took too long and was ended; it wrote 'waiting for a lock'" },
    { how: "webhook", ok: false, why: "calling the webhook at 'ops.example': it answered 500" },
  ]);
});

test("changes while a round runs are one further round, for the latest", async () => {
  const { hook, told, ends } = world({ command: ["/hook", "--now"], webhook: "https://ops.example/hook" });
  hook.changed(leaf("aa"));
  await settled();
  for (const fingerprint of ["bb", "cc", "dd"]) hook.changed(leaf(fingerprint));
  await settled();
  assert.equal(ends.length, 1);
  ends[0]?.(FINE);
  await settled();
  ends[1]?.(FINE);
  await settled();
  assert.deepEqual(told, [COMMAND, WEBHOOK("aa"), COMMAND, WEBHOOK("dd")]);
  hook.changed(leaf("ee"));
  await settled();
  assert.equal(ends.length, 3, "a later change begins anew");
});

test("stopping ends what runs and begins nothing more", async () => {
  const { hook, told } = world({ command: ["/hook", "--now"], webhook: "https://ops.example/hook" });
  hook.changed(leaf("aa"));
  hook.changed(leaf("bb"));
  await settled();
  await hook.stop();
  hook.changed(leaf("cc"));
  await settled();
  assert.deepEqual(told, [COMMAND]);
});
