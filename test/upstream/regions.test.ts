import assert from "node:assert/strict";
import { test } from "node:test";
import type { BreakerState } from "../../src/upstream/breaker.ts";
import { createRegions } from "../../src/upstream/regions.ts";

/** Regions written `name` with a mark: `-` no endpoint stands, `!` its breaker for reads is open, `?` half-open. */
function site(marks: Readonly<Record<string, string>>) {
  const fallback: Readonly<Record<string, string[]>> = { guangdong: ["beijing", "shanghai"], beijing: ["beijing", "atlantis"], shanghai: [] };
  return createRegions(
    ["beijing", "guangdong", "shanghai"].map((name) => {
      const mark = marks[name] ?? "";
      const state: BreakerState = mark.includes("!") ? "open" : mark.includes("?") ? "half-open" : "closed";
      return { name, fallback: fallback[name] ?? [], isUp: () => !mark.includes("-"), breakerState: (routeClass: string) => (routeClass === "read" ? state : "closed") };
    }),
  );
}

const read = { mayCross: true, routeClass: "read" };
const submit = { mayCross: false, routeClass: "submit" };

const cases: readonly [name: string, marks: Record<string, string>, home: string, call: typeof read, want: string[]][] = [
  ["a healthy home is alone", {}, "guangdong", read, ["guangdong"]],
  ["no endpoint stands: reads go to the fallback regions first", { guangdong: "-" }, "guangdong", read, ["beijing", "shanghai", "guangdong"]],
  ["an open breaker: home first, for its trial calls", { guangdong: "!" }, "guangdong", read, ["guangdong", "beijing", "shanghai"]],
  ["a half-open breaker: the same", { guangdong: "?" }, "guangdong", read, ["guangdong", "beijing", "shanghai"]],
  ["another class's breaker does not matter", { guangdong: "!" }, "guangdong", { mayCross: true, routeClass: "poll" }, ["guangdong"]],
  ["a fallback region that is down is left out", { guangdong: "-", beijing: "-" }, "guangdong", read, ["shanghai", "guangdong"]],
  ["all down: home is the last resort", { guangdong: "-", beijing: "-", shanghai: "-" }, "guangdong", read, ["guangdong"]],
  ["submissions stay at home", { guangdong: "-" }, "guangdong", submit, ["guangdong"]],
  ["submissions stay at home behind an open breaker", { guangdong: "!-" }, "guangdong", { mayCross: false, routeClass: "read" }, ["guangdong"]],
  ["a submission may cross where the route allows it", { guangdong: "-" }, "guangdong", { mayCross: true, routeClass: "submit" }, ["beijing", "shanghai", "guangdong"]],
  ["itself and unknown names are no fallback", { beijing: "-" }, "beijing", read, ["beijing"]],
  ["itself is no fallback behind an open breaker", { beijing: "!" }, "beijing", read, ["beijing"]],
  ["no fallback regions", { shanghai: "-" }, "shanghai", read, ["shanghai"]],
  ["an unknown home gives none", {}, "atlantis", read, []],
];

for (const [name, marks, home, call, want] of cases) {
  test(`candidates: ${name}`, () => assert.deepEqual(site(marks).candidates(home, call).map((region) => region.name), want));
}

test("a healthy home gives the same list each time", () => {
  const regions = site({});
  assert.equal(regions.candidates("guangdong", read), regions.candidates("guangdong", submit));
});
