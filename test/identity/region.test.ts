import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { OperatorError } from "../../src/base/errors.ts";
import { divisionOf } from "../../src/identity/division.ts";
import { compileIdentity } from "../../src/identity/identity.ts";
import { identityOptions } from "../../src/identity/options.ts";

const regions = [
  { name: "beijing", taxpayers: ["11"], clients: [] },
  { name: "guangdong", taxpayers: ["44"], clients: ["10.44.0.0/16"] },
  { name: "shenzhen", taxpayers: ["4403"], clients: ["10.44.3.0/24", "10.55.0.0/16"] },
];

const divisions: readonly [name: string, number: string, want: string | null][] = [
  ["credit code of a company", "91440300MA5TEST12X", "440300"],
  ["credit code of an office", "11110000TEST00001A", "110000"],
  ["credit code in small letters", "91440300ma5test12x", "440300"],
  ["older number of digits", "440301708461136", "440301"],
  ["older number with a letter", "11010555142087X", "110105"],
  ["letters inside the division", "9144O300MA5TEST12X", null],
  ["17 characters", "91440300MA5TEST12", null],
  ["20 characters", "440301198001010001AB", null],
  ["15 characters that do not start with digits", "DE1234567890123", null],
  ["punctuation", "91440300-MA5TEST12", null],
  ["nothing", "", null],
];

for (const [name, number, want] of divisions) {
  test(`division of a ${name}`, () => assert.equal(divisionOf(number), want));
}

const choices: readonly [name: string, headers: readonly string[], taxpayer: string | null, address: string, want: string][] = [
  ["a header names it", ["X-Region", "guangdong"], "91110000MA00TEST1X", "10.55.0.1", "guangdong"],
  ["a header that names none is passed over", ["X-Region", "atlantis"], "91440101MA9TEST12X", "192.0.2.1", "guangdong"],
  ["a header that says two things is passed over", ["X-Region", "beijing", "x-region", "guangdong"], null, "10.55.0.1", "shenzhen"],
  ["the taxpayer's province", [], "91440101MA9TEST12X", "10.55.0.1", "guangdong"],
  ["the longest prefix wins", [], "91440300MA5TEST12X", "192.0.2.1", "shenzhen"],
  ["an older number", [], "110105551420871", "192.0.2.1", "beijing"],
  ["a division that is nobody's leaves it to the client", [], "91310000MA1TEST12X", "10.44.9.9", "guangdong"],
  ["a number of another country leaves it to the client", [], "DE123456789", "10.55.1.1", "shenzhen"],
  ["of two client networks the first region's", [], null, "10.44.3.3", "guangdong"],
  ["a dual-stack client", [], null, "::ffff:10.55.1.1", "shenzhen"],
  ["nothing known", [], null, "192.0.2.1", "beijing"],
];

const identity = compileIdentity(identityOptions.parse({}), regions, "beijing");

for (const [name, headers, taxpayer, address, want] of choices) {
  test(`region: ${name}`, () => assert.equal(identity.region(headers, taxpayer, address), want));
}

test("region: sources count in the order written", () => {
  const clientFirst = compileIdentity(identityOptions.parse({ region: [{ client: true }, { taxpayer: true }] }), regions, "beijing");
  assert.equal(clientFirst.region([], "91110000MA00TEST1X", "10.55.0.1"), "shenzhen");
});

test("region: whatever the request says, a region that exists comes out", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.option(fc.string()), fc.string(), (values, taxpayer, address) => {
      const name = identity.region(values.flatMap((value) => ["x-region", value]), taxpayer, address);
      assert.ok(regions.some((region) => region.name === name));
    }),
  );
});

test("a malformed network stops the compilation and names the option", () => {
  const options = identityOptions.parse({ trustedProxies: ["10.0.0.0/33"] });
  assert.throws(() => compileIdentity(options, regions, "beijing"), (fault) => fault instanceof OperatorError && /trustedProxies: "10\.0\.0\.0\/33"/.test(fault.message));
});
