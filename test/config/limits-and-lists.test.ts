import assert from "node:assert/strict";
import { test } from "node:test";
import { formatProblem } from "../../src/config/problem.ts";
import { loadText } from "./load-text.ts";

const REGIONS = "regions: { main: { endpoints: [{ url: https://tax.example }] } }";
const IN_BODY = "identity: { taxpayer: [{ json: /taxNo }, { xml: /a/b }] }";
const UNREAD = "the number stands in bodies, and bodies of class pass are not read";
const PASS = "{ name: rest, match: { path: /rest }, class: pass }";
const READ = "{ name: look, match: { path: /look }, class: read }";
const LIMIT = "limits: { each: { key: taxpayer, windows: [1/s] } }";
const BANNED = "waf.ban: can never act: all listeners are on loopback, whose clients are banned only where 'include' names them";

const CASES: readonly { readonly what: string; readonly text: readonly string[]; readonly says: readonly string[] }[] = [
  { what: "a list of taxpayers where no body is read", text: [IN_BODY, "waf: { allow: { taxpayers: ['^91'] } }", `routes: [${PASS}]`], says: ["waf.allow.taxpayers[0]: risky", `waf.allow.taxpayers: cannot act here: ${UNREAD}`] },
  { what: "one that acts on some routes", text: [IN_BODY, "waf: { allow: { taxpayers: ['^91$'], unnamed: refuse } }", `routes: [${READ}, ${PASS}]`], says: [`waf.allow.taxpayers: refuses every request on route 'rest': ${UNREAD}`] },
  { what: "one that another replaces on that route", text: [IN_BODY, "waf: { allow: { taxpayers: ['^91$'] } }", `routes: [${READ}, { name: rest, match: { path: /rest }, class: pass, waf: { allow: { taxpayers: [] } } }]`], says: [] },
  { what: "a number that a header says as well", text: ["identity: { taxpayer: [{ json: /taxNo }, { header: x-tax }] }", "waf: { allow: { taxpayers: ['^91$'] } }", `routes: [${PASS}]`], says: [] },
  { what: "a limit by a number that is not read", text: [IN_BODY, LIMIT, `routes: [${PASS.replace("pass }", "pass, limits: [each] }")}]`], says: [`routes[0].limits[0]: counts all together: ${UNREAD}`] },
  { what: "a limit by a number that is read", text: [IN_BODY, LIMIT, `routes: [${READ.replace("read }", "read, limits: [each] }")}]`], says: [] },
  { what: "a window that a tighter one covers", text: ["limits: { a: { key: site, windows: [5/s, 3/s] } }", `routes: [${READ.replace("read }", "read, limits: [a] }")}]`], says: ["limits.a.windows[0]: can never act: '3/s' allows no more"] },
  { what: "an unknown limit", text: ["limits: { a: { key: site, windows: [1/s] }, b: { key: site }, c: { key: site, windows: [oft] } }", `routes: [${READ.replace("read }", "read, limits: [aa, b] }")}]`], says: ["limits.b: got a mapping", "limits.c.windows[0]: got", "routes[0].limits[0]: got \"aa\", want the name of a limit: a, b, c"] },
  { what: "the name of a form as a pattern", text: [IN_BODY, "waf: { allow: { taxpayers: [cn-uscc] } }"], says: ["waf.allow.taxpayers[0]: got \"cn-uscc\", want a pattern; the form with check digits is { format: cn-uscc }"] },
  { what: "bans where all clients are of this machine", text: ["waf: { ban: {} }"], says: [BANNED] },
  { what: "bans of such clients by name", text: ["waf: { ban: { include: [127.0.0.0/8] } }"], says: [] },
  { what: "bans behind a proxy of this machine", text: ["waf: { ban: {} }", "identity: { trustedProxies: [127.0.0.1] }"], says: [] },
  { what: "bans behind a proxy of another one", text: ["waf: { ban: {} }", "identity: { trustedProxies: [10.0.0.0/8] }"], says: [BANNED] },
  { what: "bans on an open listener", text: ["listeners: [{ name: a, bind: 127.0.0.1:8080 }, { name: b, bind: 0.0.0.0:8081 }]", "waf: { ban: {} }"], says: [] },
];

for (const { what, text, says } of CASES) {
  test(`${what}: ${says.length === 0 ? "nothing is said" : "it is said at load"}`, () => {
    const loaded = loadText(["version: 1", REGIONS, ...text, ""].join("\n"));
    const lines = (loaded.ok ? loaded.warnings : loaded.problems).map(formatProblem).filter((line) => /waf|limits/.test(line));
    assert.equal(lines.length, says.length, lines.join("\n"));
    for (const said of says) assert.ok(lines.some((line) => line.includes(said)), lines.join("\n"));
  });
}
