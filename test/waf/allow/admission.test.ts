import assert from "node:assert/strict";
import { test } from "node:test";
import { compileAdmission, mergeAllow } from "../../../src/waf/allow/admission.ts";
import { allowOptions, ownAllowOptions } from "../../../src/waf/allow/options.ts";

const FACTS = { client: "10.0.0.1", principal: null, taxpayer: "91330100799655058B", method: "GET", path: "/a" };

test("nothing is compiled where all lists are empty", () => {
  assert.equal(compileAdmission(allowOptions.parse({ unnamed: "refuse" }), []), null);
});

test("the form of the platform stands for all that its profile names", () => {
  const options = allowOptions.parse({ taxpayers: [{ format: "platform" }] });
  const admit = compileAdmission(options, ["cn-uscc", "cn-15"]);
  assert.equal(admit?.(FACTS), null);
  assert.equal(admit?.({ ...FACTS, taxpayer: "440300192203821" }), null);
  assert.equal(admit?.({ ...FACTS, taxpayer: "5260001246" }), "taxpayer");
  assert.equal(compileAdmission(options, ["pl-nip"])?.({ ...FACTS, taxpayer: "5260001246" }), null);
});

test("lists are laid over one another key by key, the last word counts, and what nobody says stays", () => {
  const all = allowOptions.parse({ clients: ["10.0.0.0/8"], methods: ["GET"], unnamed: "refuse" });
  const site = ownAllowOptions.parse({ methods: ["POST"], clients: [] });
  const route = ownAllowOptions.parse({ methods: ["PUT"] });
  assert.deepEqual(mergeAllow(all, [site, route]), { ...all, clients: [], methods: ["PUT"] });
  assert.deepEqual(mergeAllow(all, [undefined, undefined]), all);
});

test("what a site leaves out is not filled in by a default", () => {
  assert.deepEqual(ownAllowOptions.parse({ unnamed: "pass" }), { unnamed: "pass" });
});
