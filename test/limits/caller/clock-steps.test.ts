import assert from "node:assert/strict";
import { test } from "node:test";
import { scene } from "./setup.ts";

const DAY = 86_400_000;

/** How many of so many go. */
function went(sent: readonly { readonly state: string }[]): number {
  return sent.filter(({ state }) => state === "goes").length;
}

test("a clock that is put back over midnight begins the new day once", () => {
  const { clock, open, go } = scene({ wall: Date.parse("2026-11-21T00:10:00Z") });
  const site = open({ daily: { key: "site", quota: [{ most: 10, per: "day" }] } });
  const send = (count: number): number => went(Array.from({ length: count }, () => go(site, ["daily"])));
  assert.equal(send(6), 6);
  clock.stepWall(-20 * 60_000);
  assert.equal(send(2), 2);
  clock.advance(20 * 60_000);
  assert.equal(send(10), 2);
  clock.advance(DAY);
  assert.equal(send(20), 10);
});

test("a clock that was years ahead and is put right begins days again", () => {
  const { clock, open, go } = scene({ wall: Date.parse("2099-01-01T12:00:00Z") });
  const site = open({ daily: { key: "site", quota: [{ most: 1, per: "day" }] } });
  assert.deepEqual([go(site, ["daily"]).state, go(site, ["daily"]).state.slice(0, 7)], ["goes", "refused"]);
  clock.stepWall(Date.parse("2026-11-21T12:00:00Z") - Date.parse("2099-01-01T12:00:00Z"));
  assert.equal(go(site, ["daily"]).state.slice(0, 7), "refused");
  clock.advance(DAY);
  assert.equal(go(site, ["daily"]).state, "goes");
});

test("a day of 23 or 25 hours has one quota", () => {
  for (const [day, hours] of [["2026-03-29", 23], ["2026-10-25", 25]] as const) {
    const { clock, open, go } = scene({ wall: Temporal.PlainDate.from(day).toZonedDateTime("Europe/Warsaw").epochMilliseconds });
    const site = open({ daily: { key: "site", quota: [{ most: 10, per: "day", zone: "Europe/Warsaw" }] } });
    let count = 0;
    for (let hour = 0; hour < hours; hour++, clock.advance(3_600_000)) count += went(Array.from({ length: 3 }, () => go(site, ["daily"])));
    assert.deepEqual([count, go(site, ["daily"]).state], [10, "goes"], day);
  }
});

test("a changed quota after the clock was put back goes on with what was used", () => {
  const { clock, open, go } = scene({ wall: Date.parse("2026-11-21T00:10:00Z") });
  const first = open({ daily: { key: "site", quota: [{ most: 10, per: "day" }] } });
  for (let count = 0; count < 6; count++) go(first, ["daily"]);
  clock.stepWall(-20 * 60_000);
  const second = open({ daily: { key: "site", quota: [{ most: 7, per: "day" }] } });
  first.letGo();
  assert.deepEqual([go(second, ["daily"]).state, go(second, ["daily"]).state.slice(0, 7)], ["goes", "refused"]);
});
