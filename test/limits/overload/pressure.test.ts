import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isRefused, pressureAfter } from "../../../src/limits/overload/pressure.ts";

/** The pressure after so many looks at the same load. */
function after(looks: number, lag: number, memory: number, from = 0): number {
  let pressure = from;
  for (let look = 0; look < looks; look++) pressure = pressureAfter(pressure, { lag, memory });
  return Math.round(pressure * 1000) / 1000;
}

describe("pressure", () => {
  const cases: readonly (readonly [string, looks: number, lag: number, memory: number, from: number, want: number])[] = [
    ["does not rise below the bounds", 100, 0.99, 0.99, 0, 0],
    ["rises by lag", 1, 1, 0, 0, 0.1],
    ["rises by memory", 1, 0, 1, 0, 0.1],
    ["rises faster the higher the load", 1, 3, 0, 0, 0.3],
    ["rises by no more than five times that", 1, 100, 0, 0, 0.5],
    ["stops before submissions", 100, 4.9, 1.6, 0, 2],
    ["goes on to submissions under far too much lag", 100, 5, 0, 0, 3],
    ["goes on to submissions with hardly any memory left", 100, 0, 1.7, 0, 3],
    ["comes back from submissions at once when the load is not far above any more", 1, 2, 0, 3, 2],
    ["hardly falls a little below the bounds", 10, 0.8, 0.1, 0.6, 0.5],
    ["ends though memory stays a little below its bound", 200, 0, 0.92, 2, 0],
    ["falls well below them", 1, 0.6, 0.6, 0.6, 0.5],
    ["does not fall below nothing", 100, 0, 0, 2, 0],
  ];
  for (const [name, looks, lag, memory, from, want] of cases) it(name, () => assert.equal(after(looks, lag, memory, from), want));
});

describe("a request under pressure", () => {
  const cases: readonly (readonly [routeClass: string, pressure: number, chance: number, want: boolean])[] = [
    ["read", 0, 0, false],
    ["read", 0.3, 0.29, true],
    ["read", 0.3, 0.31, false],
    ["pass", 1, 0.999, true],
    ["poll", 1, 0, false],
    ["poll", 1.5, 0.4, true],
    ["auth", 1.5, 0.6, false],
    ["control", 2, 0.999, true],
    ["inbound", 2, 0.999, true],
    ["submit", 2, 0, false],
    ["submit", 2.5, 0.4, true],
    ["submit", 3, 0.999, true],
  ];
  for (const [routeClass, pressure, chance, want] of cases) it(`of class ${routeClass} at ${pressure} by a chance of ${chance} is ${want ? "refused" : "let in"}`, () => assert.equal(isRefused(routeClass, pressure, chance), want));
});
