import assert from "node:assert/strict";
import { test } from "node:test";
import { requestTrier, type RequestToTry, type TriedRequest } from "../../src/app/try-request.ts";
import { loadText } from "../config/load-text.ts";

/** Two sites; the second is met by no Host but its own. */
const config = (waf = ""): string => `version: 1
waf: { allow: { clients: [127.0.0.0/8] }${waf} }
sites:
  - name: china
    hosts: [cn.example]
    platform: cn-intermediary
    regions: { home: { endpoints: [{ url: "https://cn.example" }] } }
    routes:
      - { name: documents, class: control, match: { methods: [POST], path: /submit } }
      - { name: search, class: read, match: { methods: [GET], path: /search }, cache: { ttl: 1h } }
      - { name: files, class: pass, match: { path: "/files/**" } }
      - { name: lax, class: control, match: { path: /lax }, waf: { mode: detect } }
      - { name: off, class: control, match: { path: /off }, waf: { mode: "off" } }
      - { name: some, class: control, match: { path: /some }, waf: { share: 1% } }
      - { name: strict, class: control, match: { path: /strict }, waf: { require: { headers: [{ name: x-app, required: true }] } } }
  - name: poland
    hosts: [pl.example]
    platform: generic-json
    regions: { home: { endpoints: [{ url: "https://pl.example" }] } }
    routes: [{ name: documents, class: control, match: { path: /submit } }]
`;

const ATTACK = "x' or 1=1 -- ";

const triers = new Map<string, ReturnType<typeof requestTrier>>();

function trierWith(waf: string): ReturnType<typeof requestTrier> {
  const known = triers.get(waf);
  if (known !== undefined) return known;
  const loaded = loadText(config(waf));
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  const trier = requestTrier(loaded.config);
  triers.set(waf, trier);
  return trier;
}

async function tried(said: { readonly target: string; readonly method?: string; readonly headers?: readonly string[]; readonly body?: string } & Partial<Pick<RequestToTry, "site" | "route" | "client">>, waf = ""): Promise<TriedRequest | string> {
  const { target, method = "POST", headers = ["Host", "cn.example", "Content-Type", "application/json"], body, site = null, route = null, client = "127.0.0.1" } = said;
  const result = await trierWith(waf)({ request: { method, target, headers, body: body === undefined ? null : Buffer.from(body) }, site, route, client });
  return result.ok ? result.tried : result.reason;
}

async function judged(said: Parameters<typeof tried>[0], waf = ""): Promise<TriedRequest> {
  const one = await tried(said, waf);
  assert.ok(typeof one !== "string", JSON.stringify(one));
  return one;
}

const ITEMS = JSON.stringify({ items: [{ name: "A&B" }, { name: ATTACK }] });

for (const [what, said, wanted] of [
  ["an honest request passes", { target: "/submit", body: '{"items":[{"name":"O\'Reilly & Sons"}]}' }, ["china", "documents", "passes", 0]],
  ["an attack is stopped", { target: "/submit", body: ITEMS }, ["china", "documents", "stopped", 5]],
  ["so is one in a query", { target: `/search?q=${encodeURIComponent(ATTACK)}`, method: "GET" }, ["china", "search", "stopped", 5]],
  ["the site follows from Host", { target: "/submit", body: ITEMS, headers: ["Host", "pl.example"] }, ["poland", "documents", "stopped", 5]],
  ["or is named", { target: "/submit", body: ITEMS, site: "poland" }, ["poland", "documents", "stopped", 5]],
  ["a route is named", { target: "/anything", body: ITEMS, route: "lax" }, ["china", "lax", "would-stop", 5]],
  ["detect only tells", { target: "/lax", body: ITEMS }, ["china", "lax", "would-stop", 5]],
  ["where some are stopped, this one is", { target: "/some", body: ITEMS }, ["china", "some", "stopped", 5]],
  ["off finds nothing", { target: "/off", body: ITEMS }, ["china", "off", "passes", 0]],
  ["bodies of pass routes are not looked at", { target: "/files/x", body: ITEMS }, ["china", "files", "passes", 0]],
  ["a stranger is stopped, whatever he says", { target: "/submit", body: "{}", client: "192.0.2.1" }, ["china", "documents", "stopped", 0]],
  ["what a route requires counts", { target: "/strict", body: "{}" }, ["china", "strict", "stopped", 0]],
  ["a request whose address breaks a rule is refused", { target: "/a%00b" }, ["china", null, "refused", 0]],
  ["a request that no site takes is refused", { target: "/submit", headers: ["Host", "other.example"] }, [null, null, "refused", 0]],
] as const) {
  test(what, async () => {
    const { site, route, verdict, score } = await judged(said);
    assert.deepEqual([site, route, verdict, score], wanted);
  });
}

test("findings, refusals and notes are in plain words", async () => {
  const { findings, refusals } = await judged({ target: "/strict", body: ITEMS, client: "192.0.2.1" });
  assert.deepEqual(findings.map(({ rule, field, place, mode }) => [rule, field, place, mode]), [["sql-condition", "/items/1/name", "json", "enforce"]]);
  assert.match(findings[0]?.says ?? "", /SQL/);
  assert.deepEqual(refusals.map(({ by }) => by), ["allow", "require"]);
  assert.match((await judged({ target: "/files/x", body: ITEMS })).notes.join(), /never looked at/);
  assert.match((await judged({ target: "/off", body: ITEMS })).notes.join(), /off on this route/);
});

for (const [what, said, wanted] of [
  ["an unknown site", { target: "/", site: "spain" }, "site 'spain' is not known; there are: china, poland"],
  ["an unknown route", { target: "/", route: "nowhere", site: "poland" }, /^route 'nowhere' is not known; there are: documents/],
  ["a route of several sites", { target: "/", route: "documents" }, "route 'documents' is in several sites: say which by --site; there are: china, poland"],
] as const) {
  test(`${what} is told`, async () => {
    const why = await tried(said);
    if (typeof wanted === "string") assert.equal(why, wanted);
    else assert.match(JSON.stringify(why).slice(1), wanted);
  });
}

/** Bodies that are stopped, with names that make it hard to say where. */
const STOPPED: readonly (readonly [what: string, body: string])[] = [
  ["one field", ITEMS],
  ["several rules in one field", JSON.stringify({ note: `${ATTACK} <script>alert(1)</script> \${jndi:ldap://x/a}` })],
  ["many fields", JSON.stringify(Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`field_${String.fromCharCode(97 + (at % 26), 97 + Math.floor(at / 26))}`, ATTACK])))],
  ["an attack in a name", JSON.stringify({ items: [{ [ATTACK]: 1 }] })],
  ["a name with a sign of its own", JSON.stringify({ "a' >b/c": ATTACK })],
  ["a parameter of a document in a field", JSON.stringify({ document: `<Invoice><Note>${ATTACK}</Note></Invoice>` })],
  ["a DTD", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
  ["levels upon levels", `${'{"level":'.repeat(90)}"${ATTACK}"${"}".repeat(90)}`],
];

for (const [what, body] of STOPPED) {
  test(`the exclusions that are proposed let it pass once they stand in the configuration: ${what}`, async () => {
    const first = await judged({ target: "/submit", body });
    assert.equal(first.verdict, "stopped");
    assert.equal(first.sparing?.enough, true, JSON.stringify(first.sparing?.exclude));
    const written = first.sparing.exclude.map((line) => line.replace(/^- /, ""));
    const second = await judged({ target: "/submit", body }, `, exclude: [${written.join(", ")}]`);
    assert.equal(second.verdict, "passes", JSON.stringify(second.findings));
    // And nothing more than it says: the same attack elsewhere is still stopped.
    assert.equal((await judged({ target: "/lax", body }, `, exclude: [${written.join(", ")}]`)).verdict, "would-stop");
  });
}

test("no more is excluded than is needed", async () => {
  const { sparing } = await judged({ target: "/submit", body: JSON.stringify({ a: ATTACK, b: "honest" }) });
  assert.deepEqual(sparing?.exclude, ['- { site: china, route: documents, rule: sql-condition, field: "/a" }']);
});
