import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { describe, test } from "node:test";
import { BUILT_IN_PROFILES, builtInFile } from "../../src/config/built-in-profiles.ts";
import { loadProfile } from "../../src/config/load-profile.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { loadText } from "./load-text.ts";
import { OWN_PROFILE } from "./own-profile.ts";

/** The one site of a text whose profile stands beside it. */
function siteOf(text: string, profile = OWN_PROFILE) {
  const loaded = loadText(text, {}, { "own.yaml": profile });
  ok(loaded.ok, loaded.ok ? "" : loaded.problems.map(formatProblem).join("\n"));
  return loaded.config.sites[0] as (typeof loaded.config.sites)[number];
}

/** The problems of a text whose profile stands beside it, without the folder. */
function problemsOf(text: string, profile = OWN_PROFILE): string[] {
  const loaded = loadText(text, {}, { "own.yaml": profile });
  ok(!loaded.ok, "it is accepted");
  return loaded.problems.map(formatProblem);
}

const PLATFORM = "version: 1\nplatform: ./own.yaml\n";

describe("a site with a profile", () => {
  test("has the profile's routes, defaults and regions, and says which profile that is", () => {
    const site = siteOf(PLATFORM);
    deepEqual(site.routes.map(({ name }) => name), ["send", "look"]);
    deepEqual(site.regions.map(({ name, endpoints }) => [name, endpoints[0]?.url]), [["home", "https://own.example"]]);
    deepEqual([site.regions[0]?.upstream.timeouts.response, site.regions[0]?.upstream.timeouts.connect], [45_000, 3000]);
    deepEqual([site.platform?.name, site.platform?.version, site.platform?.sandbox], ["own", "1", null]);
  });

  test("takes the regions of the environment that it names", () => {
    equal(siteOf("version: 1\nplatform: { name: ./own.yaml, environment: test }\n").regions[0]?.endpoints[0]?.url, "https://test.own.example");
  });

  test("its own word counts, key by key, and lists replace lists", () => {
    const site = siteOf(`${PLATFORM}identity: { taxpayer: [{ query: taxNo }] }\nupstream: { timeouts: { total: 90s } }\nregions: { mine: { endpoints: [{ url: "https://mine.example" }] } }\n`);
    deepEqual(site.identity.taxpayer, [{ query: "taxNo" }]);
    deepEqual(site.identity.region, [{ header: "x-home" }]);
    deepEqual([site.regions[0]?.name, site.regions[0]?.upstream.timeouts.response, site.regions[0]?.upstream.timeouts.total], ["mine", 45_000, 90_000]);
  });

  test("its own routes come first, and one of the profile's name is laid over it in its place", () => {
    const site = siteOf(`${PLATFORM}routes:\n  - { name: mine, match: { path: /mine }, class: read }\n  - { name: look, cache: { ttl: 5min } }\n`);
    deepEqual(site.routes.map(({ name }) => name), ["mine", "send", "look"]);
    deepEqual([site.routes[2]?.match.path, site.routes[2]?.cache?.ttl], ["/look", 300_000]);
  });

  test("has a route only where its keys let it in", () => {
    const routes = OWN_PROFILE.replace("routes:\n", "keys: { sm4: { optional: true, what: { en: k, zh: k } } }\nroutes:\n");
    const withKey = routes.replace("  - name: look\n", "  - name: look\n    when: { key: sm4 }\n");
    const withoutKey = routes.replace("  - name: look\n", "  - name: look\n    when: { noKey: sm4 }\n");
    const given = `${PLATFORM}keys: { sm4: "${"0f".repeat(16)}" }\n`;
    deepEqual([siteOf(PLATFORM, withKey).routes.length, siteOf(given, withKey).routes.length], [1, 2]);
    deepEqual([siteOf(PLATFORM, withoutKey).routes.length, siteOf(given, withoutKey).routes.length], [2, 1]);
  });

  test("warns of a key that neither the profile nor a route knows: without the right one other routes are taken", () => {
    const profile = OWN_PROFILE.replace("routes:\n", "keys: { sm4: { optional: true, what: { en: k, zh: k } } }\nroutes:\n");
    const warned = (name: string): string[] => {
      const loaded = loadText(`${PLATFORM}keys: { ${name}: "${"0f".repeat(16)}" }\n`, {}, { "own.yaml": profile });
      return loaded.ok ? loaded.warnings.filter(({ path }) => path.startsWith("keys")).map(formatProblem) : ["not loaded"];
    };
    deepEqual(warned("sm4"), []);
    deepEqual(warned("sm5"), ["taxgate.yaml:3:9: keys.sm5: can never act: nothing decodes with this key; the profile knows sm4"]);
  });

  test("keeps no trace of what is for readers", () => {
    const text = JSON.stringify(siteOf(PLATFORM).routes);
    ok(!text.includes("source") && !text.includes("means"), text);
  });
});

describe("what is wrong is reported where it stands", () => {
  const cases: readonly (readonly [what: string, text: string, profile: string, problems: readonly string[]])[] = [
    ["a profile that nobody knows", "version: 1\nplatform: generic-jsn\n", OWN_PROFILE, ["taxgate.yaml:2:11: platform: got \"generic-jsn\", want a profile (generic-json), or a file such as ./own.yaml"]],
    ["a file that is not there", "version: 1\nplatform: ./none.yaml\n", OWN_PROFILE, ["none.yaml:1:1: (file): got no such file, want a profile that can be read"]],
    ["another environment", "version: 1\nplatform: { name: ./own.yaml, environment: tst }\n", OWN_PROFILE, ["taxgate.yaml:2:11: platform: got environment \"tst\", want one of production, test"]],
    ["an unknown key at the profile's top", PLATFORM, OWN_PROFILE.replace("version:", "versoin:"), ["own.yaml:1:1: version: got nothing, want a text such as \"2026.11\"", "own.yaml:2:1: versoin: got the unknown key \"versoin\", want version"]],
    ["an unknown source", PLATFORM, OWN_PROFILE.replace("status: 200, source: docs", "status: 200, source: dox"), ["own.yaml:19:41: routes[0].submission.accepted[0].source: got \"dox\", want one of docs"]],
    ["a route that says nothing about itself", PLATFORM, OWN_PROFILE.replace(/ {4}means: .*\n/, ""), ["own.yaml:13:5: routes[0].means: got nothing, want a mapping"]],
    ["a fact without a source", PLATFORM, OWN_PROFILE.replace("source: docs\nenv", "env"), ["own.yaml:12:5: routes[0].source: got nothing, want where this is known from: a name under 'sources', here or at the top", "own.yaml:19:5: routes[1].source: got nothing, want where this is known from: a name under 'sources', here or at the top"]],
    ["a key of the site that is the administrator's", PLATFORM, OWN_PROFILE.replace("site:\n", "site:\n  hosts: [a]\n"), ["own.yaml:10:3: site.hosts: got the key \"hosts\", want one of defaultRegion, upstream, identity, errors"]],
    ["a mistake in a route, with the profile's line", PLATFORM, OWN_PROFILE.replace("class: read", "class: raed"), ["own.yaml:23:12: routes[1].class: got \"raed\", want one of submit, poll, read, auth, control, inbound, pass"]],
    ["a mistake that the site makes over the profile", `${PLATFORM}routes:\n  - { name: look, cache: { ttl: 5 } }\n`, OWN_PROFILE, ["taxgate.yaml:4:33: routes[1].cache.ttl: got 5, want a duration with its unit from 0ms to 10y, such as 250ms, 30s or 5min"]],
    ["a reference to the machine's own", PLATFORM, OWN_PROFILE.replace("https://own.example", "https://${HOST}.example").replace("45s", "'${file:/etc/hostname}'"), ["own.yaml:7:44: environments.production.home.endpoints[0].url: got ${HOST}, want no reference: what is secret, or this machine's own, the site gives; $${ for the characters themselves", "own.yaml:11:37: site.upstream.timeouts.response: got ${file:/etc/hostname}, want no reference: what is secret, or this machine's own, the site gives; $${ for the characters themselves"]],
    ["whom the site trusts", PLATFORM, OWN_PROFILE.replace("identity: {", 'identity: { trustedProxies: ["0.0.0.0/0"],'), ['own.yaml:10:15: site.identity.trustedProxies: got the key "trustedProxies", want a key that a profile may give: whom a site trusts is the administrator\'s']],
    ["a key that is needed", PLATFORM, OWN_PROFILE.replace("routes:\n", "keys: { sm4: { what: { en: k, zh: k } } }\nroutes:\n"), ["taxgate.yaml:1:1: (file): got nothing, want 'sm4' under 'keys': profile 'own' cannot work without it"]],
  ];
  for (const [what, text, profile, problems] of cases) {
    test(what, () => deepEqual(problemsOf(text, profile), problems));
  }
});

describe("a route of the site that takes everything from one of the profile", () => {
  const regions = "regions: { home: { endpoints: [{ url: 'https://a.example' }] } }\n";
  const cases: readonly (readonly [what: string, platform: string, match: string, wanted: readonly string[]])[] = [
    ["of a file", PLATFORM, "{ methods: [POST], path: /send }", ["4:19: routes[0].match: risky: it takes all requests of the profile's route 'send', and no submission there is protected; a route of the same name is laid over the profile's instead"]],
    ["that is built in", `version: 1\nplatform: generic-json\n${regions}`, "{ methods: [POST], path: '/api/{some}' }", ["5:19: routes[0].match: risky: it takes all requests of the profile's route 'issue', and no submission there is protected; a route of the same name is laid over the profile's instead"]],
    ["and no more than a part of them", PLATFORM, "{ methods: [POST], path: /send, header: { x-dry: yes } }", []],
  ];
  for (const [what, platform, match, wanted] of cases) {
    test(`${what}: whoever wrote it is told`, () => {
      const loaded = loadText(`${platform}routes:\n  - { name: mine, match: ${match}, class: pass }\n`, {}, { "own.yaml": OWN_PROFILE });
      ok(loaded.ok);
      deepEqual(loaded.warnings.map(formatProblem).filter((line) => line.startsWith("taxgate.yaml")), wanted.map((line) => `taxgate.yaml:${line}`));
    });
  }
});

describe("the profiles that come with the product", () => {
  test("are the files in their folder, and every one of them is sound", () => {
    const files = readdirSync(dirname(builtInFile("generic-json"))).map((file) => file.replace(/\.yaml$/, ""));
    deepEqual(files.toSorted(), [...BUILT_IN_PROFILES].toSorted());
    for (const name of BUILT_IN_PROFILES) {
      const loaded = loadProfile(name, {});
      deepEqual(loaded.ok ? loaded.warnings.map(formatProblem) : loaded.problems.map(formatProblem), [], name);
    }
  });
});
