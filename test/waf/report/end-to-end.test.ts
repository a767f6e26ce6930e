import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { StatusView } from "../../../src/admin/views.ts";
import type { WafReportView } from "../../../src/admin/waf-views.ts";
import { startTaxgate, type RunningTaxgate } from "../../support/taxgate.ts";
import { until } from "../../support/until.ts";

/** A value that no log, report, metric or answer may hold: as a person would be named, and as a number. */
const CANARY = "Canary-Kowalski-XQ7731ZW";
const SHAPES = ["' or 1=1 -- ", "<script>alert(1)</script>", "; cat /etc/passwd"];

interface Placed {
  readonly place: string;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const JSON_TYPE = { "content-type": "application/json" };
const XML_TYPE = { "content-type": "application/xml" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
const PARTS_TYPE = { "content-type": "multipart/form-data; boundary=b" };
const xml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** The value in every place that a sender may choose. */
function placed(value: string): Placed[] {
  const post = { method: "POST", path: "/submit" };
  return [
    { place: "query value", method: "GET", path: `/search?q=${encodeURIComponent(value)}`, headers: {} },
    { place: "query name", method: "GET", path: `/search?${encodeURIComponent(value)}=1`, headers: {} },
    { place: "header", method: "GET", path: "/search", headers: { "x-note": value } },
    { place: "cookie", method: "GET", path: "/search", headers: { cookie: `note=${encodeURIComponent(value)}` } },
    { place: "json value", ...post, headers: JSON_TYPE, body: JSON.stringify({ items: [{ note: value }] }) },
    { place: "json name", ...post, headers: JSON_TYPE, body: JSON.stringify({ items: [{ [value]: 1 }] }) },
    { place: "json below a personal name", ...post, headers: JSON_TYPE, body: JSON.stringify({ [CANARY]: { note: value } }) },
    { place: "json in json", ...post, headers: JSON_TYPE, body: JSON.stringify({ document: JSON.stringify({ [CANARY]: value }) }) },
    { place: "xml text", ...post, headers: XML_TYPE, body: `<Invoice><Note>${xml(value)}</Note></Invoice>` },
    { place: "xml attribute", ...post, headers: XML_TYPE, body: `<Invoice><Note schemeID="${xml(value)}">x</Note></Invoice>` },
    { place: "form value", ...post, headers: FORM_TYPE, body: `a=1&note=${encodeURIComponent(value)}` },
    { place: "form name", ...post, headers: FORM_TYPE, body: `a=1&${encodeURIComponent(value)}=1` },
    { place: "file name", ...post, headers: PARTS_TYPE, body: `--b\r\nContent-Disposition: form-data; name="${CANARY}"; filename="${value.replaceAll('"', "%22")}"\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n` },
    { place: "part", ...post, headers: PARTS_TYPE, body: `--b\r\nContent-Disposition: form-data; name="${CANARY}"\r\n\r\n${value}\r\n--b--\r\n` },
  ];
}

const yaml = (state: string, port: number): string => `version: 1
state: { dir: "${state}" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms }
waf: { alarm: { share: 1%, minimum: 5 } }
sites:
  - name: plain
    hosts: [127.0.0.1]
    regions: { home: { endpoints: [{ url: "http://127.0.0.1:${port}" }] } }
    routes:
      - { name: documents, class: control, match: { methods: [POST], path: /submit } }
      - { name: search, class: read, match: { methods: [GET], path: /search } }
  - name: formed
    hosts: ["localhost"]
    errors: { status: 200, contentType: application/json, body: '{"code":"9999","msg":"{detail}"}' }
    regions: { home: { endpoints: [{ url: "http://127.0.0.1:${port}" }] } }
    routes:
      - { name: documents, class: control, match: { methods: [POST], path: /submit } }
      - { name: search, class: read, match: { methods: [GET], path: /search } }
`;

/** Milliseconds within which lines must be written. */
const BOUND = 10_000;

async function open(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-waf-report-"));
  const state = join(folder, "state");
  const platform = createServer((asked, answer) => void asked.resume().on("end", () => answer.writeHead(200, { "content-type": "application/json" }).end('{"code":0}')));
  await new Promise<void>((resolve) => void platform.listen(0, "127.0.0.1", resolve));
  const text = yaml(state, (platform.address() as AddressInfo).port);
  let running: RunningTaxgate | null = null;
  t.after(async () => {
    await running?.stop();
    platform.closeAllConnections();
    platform.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const taxgate = (): RunningTaxgate => running ?? assert.fail("not running");
  return {
    state, taxgate,
    start: async (): Promise<void> => void (running = await startTaxgate(text)),
    async stop(): Promise<void> {
      const one = taxgate();
      running = null;
      await one.stop();
    },
    async admin(method: "GET" | "POST", path: string): Promise<string> {
      const answer = await fetch(`http://127.0.0.1:${taxgate().port("admin")}/api/v1/${path}`, { method, headers: { authorization: `Bearer ${readFileSync(join(state, "admin.token"), "utf8").trim()}` } });
      assert.equal(answer.status, 200);
      return answer.text();
    },
    send: ({ method, path, headers, body }: Placed, host: string): Promise<Response> => fetch(`http://${host}:${taxgate().port("plain")}${path}`, { method, headers, ...(body === undefined ? {} : { body }) }),
  };
}

interface Line {
  readonly msg: string;
  readonly id?: string;
  readonly [name: string]: unknown;
}

await test("what the firewall stops", async (t) => {
  const { state, taxgate, start, stop, admin, send } = await open(t);
  await start();
  const references = new Map<string, string>();
  const lines = (): Line[] => taxgate().output().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Line);
  const report = async (): Promise<WafReportView> => JSON.parse(await admin("GET", "waf/report")) as WafReportView;

  await t.test("is told to the caller by a reference alone, in our form and in the platform's", async () => {
    for (const shape of SHAPES) {
      for (const one of placed(`${CANARY}${shape}`)) {
        for (const [host, status] of [["127.0.0.1", 403], ["localhost", 200]] as const) {
          const answer = await send(one, host);
          const text = await answer.text();
          assert.equal(answer.headers.get("taxgate-error"), "content-refused", `${one.place}${shape}`);
          assert.equal(answer.status, status);
          const id = answer.headers.get("x-request-id") ?? "";
          assert.ok(id !== "");
          assert.ok(host === "localhost" || text.includes(id), text);
          const all = `${text} ${JSON.stringify([...answer.headers])}`;
          assert.doesNotMatch(all, /sql|markup|shell|score|threshold|items|note|Canary|Kowalski|XQ7731ZW/i, all);
          references.set(id, `${one.place}${shape}`);
        }
      }
    }
  });

  await t.test("is told in the log and in the access log: by which rules, in which fields, with which score", async () => {
    const has = (msg: string): ReadonlyMap<string, Line> => new Map(lines().filter((line) => line.msg === msg).map((line) => [line.id ?? "", line]));
    assert.ok(await until(() => references.keys().every((id) => has("access").has(id) && has("request stopped by the firewall").has(id)), BOUND));
    for (const [id, what] of references) {
      const logged = has("request stopped by the firewall").get(id) ?? assert.fail(what);
      const access = has("access").get(id) ?? assert.fail(what);
      assert.ok((logged["rules"] as readonly string[]).length > 0 && (logged["fields"] as readonly string[]).length > 0, what);
      assert.ok((logged["score"] as number) >= 5, what);
      assert.deepEqual([access["waf_score"], access["waf_rules"]], [logged["score"], (logged["rules"] as readonly string[]).join(" ")], what);
      for (const field of logged["fields"] as readonly string[]) assert.doesNotMatch(field, /\/\d+(\/|$)/, "copied from the log it fits all items");
      assert.equal(access["waf_fields"], (logged["fields"] as readonly string[]).slice(0, 4).join(" "), what);
    }
  });

  await t.test("is in the report, with references that callers were given", async () => {
    const { groups } = await report();
    for (const field of ["query:q", "query:**", "header:x-note", "cookie:note", "/items/*/note", "/items/*/*", "/*/note", "/document>/*", "/Invoice/Note", "/Invoice/Note/@schemeID", "form:note", "form:**", "file-name:**"]) {
      assert.ok(groups.some((group) => group.field === field && group.stopped > 0), `${field} is not among ${[...new Set(groups.map((group) => group.field))].join(" ")}`);
    }
    for (const group of groups.filter(({ stopped }) => stopped > 0)) for (const id of group.requests) assert.ok(references.has(id), id);
  });

  await t.test("is an unusual share, told once for a route", async () => {
    const told = lines().filter(({ msg }) => msg === "the firewall stops an unusual share");
    assert.deepEqual(told.map(({ site, route, level }) => [site, route, level].join(" ")).toSorted(), ["formed documents error", "formed search error", "plain documents error", "plain search error"]);
    assert.match(await taxgate().metrics(), /taxgate_waf_stopped_share\{site="plain",route="documents"\} 1\n/);
  });

  await t.test("passes with all the lines that the report prints for it, and with none of them left out", async () => {
    const two: Placed = { place: "", method: "POST", path: "/submit", headers: JSON_TYPE, body: JSON.stringify({ pairs: [{ note: "' or 1=1 union select name from users -- " }] }) };
    assert.equal((await send(two, "127.0.0.1")).status, 403);
    const { passing } = (await report()).groups.find(({ field }) => field === "/pairs/*/note") ?? assert.fail("no group");
    assert.deepEqual(passing.map(({ requests, elsewhere, exclude }) => [requests, elsewhere, exclude.length]), [[1, 0, 2]]);
    const [{ exclude, wider } = assert.fail("no lines")] = passing;
    const { file, firewall, bans } = JSON.parse(await admin("GET", "status")) as StatusView;
    assert.deepEqual([firewall, bans], [{ mode: "enforce", ruleset: "builtin@2026.11", trial: null }, null]);
    const text = readFileSync(file, "utf8");
    for (const [lines, status] of [[exclude.slice(0, 1), 403], [exclude.slice(1), 403], [exclude, 200], [[wider?.exclude ?? ""], 200], [[], 403]] as const) {
      writeFileSync(file, text.replace("waf: {", `waf: { exclude: [${lines.map((line) => line.slice(2)).join(", ")}],`));
      await admin("POST", "reload");
      assert.equal((await send(two, "127.0.0.1")).status, status, lines.join());
    }
    writeFileSync(file, text);
    await admin("POST", "reload");
  });

  await t.test("stays known over a reload and a restart", async () => {
    const before = (await report()).groups;
    const { file } = JSON.parse(await admin("GET", "status")) as StatusView;
    appendFileSync(file, "log: { level: debug }\n");
    assert.match(await admin("POST", "reload"), /"result": "applied"/);
    assert.deepEqual((await report()).groups, before);
    const said = taxgate().output() + (await taxgate().metrics()) + (await admin("GET", "waf/report"));
    await stop();
    const kept = readdirSync(state).filter((name) => name.startsWith("waf")).map((name) => readFileSync(join(state, name), "utf8")).join("");
    assert.ok(kept.includes("/items/*/note"));
    for (const [where, text] of [["what is said", said], ["what is kept", kept]] as const) {
      // The access line of a query names its path alone; nothing else of a request is anywhere.
      assert.doesNotMatch(text, /Canary|Kowalski|XQ7731ZW|1=1|alert\(1\)|etc\/passwd/i, where);
    }
    await start();
    assert.deepEqual((await report()).groups, before);
    await admin("POST", "waf/report/reset");
    assert.deepEqual((await report()).groups, []);
  });
});
