import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import type { ClientConnection } from "../../src/server/client-connection.ts";
import { Crowd, tighter, type Guard } from "../../src/server/crowd.ts";
import { listenerOptions } from "../../src/server/options.ts";

function crowdOf(written: Record<string, unknown> = {}) {
  const clock = manualClock();
  const told: string[] = [];
  const parts: number[] = [];
  const guard: Guard = {
    isProxy: (address) => address === "10.0.0.1",
    isBanned: (address) => address === "192.0.2.66",
    refused: (_listener, reason, address) => void told.push(`${reason} ${address}`),
  };
  const crowd = new Crowd(listenerOptions.parse({ name: "test", bind: "127.0.0.1:0", ...written }), clock, guard, (part) => void parts.push(part));
  return { clock, crowd, told, parts };
}

function connection(address: string, more: { readonly due?: number; readonly idleSince?: number }, ended: string[]): ClientConnection {
  return { due: 0, idleSince: 0, caller: { address }, end: () => void ended.push(address), ...more } as unknown as ClientConnection;
}

test("one client gets its share, whatever spelling of its address the system chooses", () => {
  const { crowd } = crowdOf({ maxConnectionsPerClient: 2 });
  assert.equal(crowd.arrived("192.0.2.1"), null);
  assert.equal(crowd.arrived("::ffff:192.0.2.1"), null);
  assert.equal(crowd.arrived("192.0.2.1"), "per-client");
  assert.equal(crowd.arrived("192.0.2.2"), null);
  crowd.left("192.0.2.1");
  assert.equal(crowd.arrived("::ffff:192.0.2.1"), null);
  assert.equal(crowd.arrived("192.0.2.1"), "per-client");
});

test("a /64 is one client, and its neighbour another", () => {
  const { crowd } = crowdOf({ maxConnectionsPerClient: 1 });
  assert.equal(crowd.arrived("2001:db8:0:1::1"), null);
  assert.equal(crowd.arrived("2001:db8:0:1:ffff::9"), "per-client");
  assert.equal(crowd.arrived("2001:db8:0:2::1"), null);
});

test("a trusted proxy stands for many clients", () => {
  const { crowd } = crowdOf({ maxConnectionsPerClient: 1 });
  for (let i = 0; i < 5; i++) assert.equal(crowd.arrived(i % 2 === 0 ? "10.0.0.1" : "::ffff:10.0.0.1"), null);
});

test("in a crowd those that were idle for longest go, and nothing under way does", () => {
  const { crowd, clock, told } = crowdOf({ maxConnections: 10 });
  const ended: string[] = [];
  for (let i = 0; i < 8; i++) {
    assert.equal(crowd.arrived(`192.0.2.${i}`), null);
    crowd.speaks(connection(`192.0.2.${i}`, i < 2 ? { due: 1, idleSince: 0 } : { idleSince: 10 - i }, ended));
  }
  clock.advance(5000);
  assert.deepEqual(told, []);
  crowd.arrived("192.0.2.8");
  assert.deepEqual(ended, ["192.0.2.7"]);
  assert.deepEqual(told, ["crowded 192.0.2.7"]);
  // At most every 200 ms: each look goes through all connections.
  crowd.arrived("192.0.2.9");
  assert.equal(ended.length, 1);
  clock.advance(200);
  crowd.arrived("192.0.2.10");
  assert.deepEqual(ended, ["192.0.2.7", "192.0.2.6", "192.0.2.5", "192.0.2.4"]);
});

test("one that came a moment ago is not idle", () => {
  const { crowd, clock } = crowdOf({ maxConnections: 10 });
  const ended: string[] = [];
  clock.advance(5000);
  for (let i = 0; i < 8; i++) crowd.arrived("192.0.2.1");
  crowd.speaks(connection("192.0.2.1", { idleSince: 4001 }, ended));
  crowd.arrived("192.0.2.1");
  assert.deepEqual(ended, []);
});

test("bounds are tighter in a crowd and loose again once it is over; the banned stay outside meanwhile", () => {
  const { crowd, parts } = crowdOf({ maxConnections: 10 });
  assert.equal(crowd.arrived("192.0.2.66"), null);
  for (let i = 1; i < 8; i++) crowd.arrived("192.0.2.1");
  assert.equal(crowd.bounds.pause, 30_000);
  assert.equal(crowd.arrived("192.0.2.66"), "banned");
  assert.equal(crowd.bounds.pause, 7500);
  crowd.left("192.0.2.1");
  assert.deepEqual(parts, [4]);
  crowd.left("192.0.2.1");
  assert.deepEqual(parts, [4, 1]);
  assert.equal(crowd.bounds.pause, 30_000);
  assert.equal(crowd.arrived("192.0.2.66"), null);
});

test("a bound that is shorter than a second stays as it is", () => {
  assert.deepEqual([tighter(400, 4), tighter(2000, 4), tighter(30_000, 4), tighter(400, 1)], [400, 1000, 7500, 400]);
});
