import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import type { InspectView } from "../../src/admin/cache-inspect.ts";
import type { CacheStatsView } from "../../src/admin/cache-views.ts";
import { realWorld } from "../../src/cli/world.ts";
import { startTaxgate } from "../support/taxgate.ts";
import { run, type Said } from "./console.ts";

/** What a platform was asked: path, and how it answered. */
type Heard = string[];

/** A platform whose answers have an ETag, and that answers 304 where the caller has them; `/api/me` sets a cookie. */
async function startPlatform(t: TestContext, heard: Heard): Promise<number> {
  const server = http.createServer((request, response) => {
    const etag = `"${request.url}"`;
    const known = request.headers["if-none-match"] === etag;
    heard.push(`${request.url} ${known ? 304 : 200}`);
    response.writeHead(known ? 304 : 200, { etag, "content-type": "application/json", ...(request.url === "/api/me" ? { "set-cookie": "sid=1" } : {}) });
    response.end(known ? undefined : '{"codes":[]}');
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const yaml = (state: string, beijing: number, guangdong: number): string => `version: 1
state: { dir: "${state}" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms }
upstream: { health: { connect: false } }
regions:
  beijing: { endpoints: [{ url: "http://127.0.0.1:${beijing}" }] }
  guangdong: { endpoints: [{ url: "http://127.0.0.1:${guangdong}" }] }
routes:
  - { name: codes, class: read, match: { methods: [GET], path: /api/codes }, cache: { ttl: 1h, tags: ["codes-{region}"] } }
  - { name: me, class: read, match: { methods: [GET], path: /api/me }, cache: { ttl: 1h } }
  - { name: rest, class: pass, match: { path: /** } }
`;

/** A running Taxgate before two platforms: reads through it, and the command line that talks to it. */
async function setUp(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "taxgate-cache-"));
  const heard: Record<"beijing" | "guangdong", Heard> = { beijing: [], guangdong: [] };
  const state = join(folder, "state");
  const taxgate = await startTaxgate(yaml(state, await startPlatform(t, heard.beijing), await startPlatform(t, heard.guangdong)));
  t.after(async () => {
    await taxgate.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const address = `--admin http://127.0.0.1:${taxgate.port("admin")}`;
  const token = `--token-file ${join(state, "admin.token")}`;
  return {
    heard,
    /** Cache-Status of the answer, without what changes with time. */
    async read(path: string, region = "beijing"): Promise<string> {
      const answer = await fetch(`http://127.0.0.1:${taxgate.port("plain")}${path}`, { headers: { "x-region": region } });
      assert.equal(answer.status, 200);
      if (path !== "/api/me") assert.equal(await answer.text(), '{"codes":[]}');
      return (answer.headers.get("cache-status") ?? "none").replace(/; ttl=\d+/, "");
    },
    cli: (line: string): Promise<Said> => run(`cache ${line} ${address} ${token}`, realWorld),
    /** The same with a token that nobody knows. */
    stranger: (line: string): Promise<Said> => run(`cache ${line} ${address}`, realWorld, { env: { TAXGATE_TOKEN: `tg_local_${"0".repeat(40)}` } }),
  };
}

const TAXGATE_BOUND = { timeout: 30_000 };

test("the command line inspects and purges what a running Taxgate keeps", TAXGATE_BOUND, async (t) => {
  const { heard, read, cli, stranger } = await setUp(t);
  const inspect = async (url: string): Promise<InspectView> => JSON.parse((await cli(`inspect ${url} --json`)).out) as InspectView;
  const stored = "taxgate; fwd=uri-miss; fwd-status=200; stored";

  await t.test("a URL that was read once is shown with its life", async () => {
    assert.deepEqual([await read("/api/codes?type=1"), await read("/api/codes?type=1")], [stored, "taxgate; hit"]);
    const { entries, total } = await inspect("/api/codes?type=1");
    assert.deepEqual([total, entries[0]?.home, entries[0]?.region, entries[0]?.hits, entries[0]?.state, entries[0]?.tags], [1, "beijing", "beijing", 1, "fresh", ["codes-beijing"]]);
    assert.match((await cli("inspect /api/codes?type=1")).out, /^\/api\/codes\?type=1 of site default \(route codes\): 1 entry in memory\n/);
  });

  await t.test("a soft purge makes it stale, and the platform confirms it", async () => {
    assert.deepEqual(await cli("purge --url /api/codes?type=1 --soft"), { code: 0, out: "/api/codes?type=1 of site default: 1 entry in memory made stale\n", err: "" });
    assert.equal((await inspect("/api/codes?type=1")).entries[0]?.state, "stale");
    assert.equal(await read("/api/codes?type=1"), "taxgate; fwd=stale; fwd-status=304");
    assert.deepEqual(heard.beijing, ["/api/codes?type=1 200", "/api/codes?type=1 304"]);
    assert.equal((await inspect("/api/codes?type=1")).entries[0]?.state, "fresh");
  });

  await t.test("a hard purge removes it, and the platform sends it anew", async () => {
    assert.match((await cli("purge --path /api/codes")).out, /: 1 entry in memory removed\n$/);
    assert.equal((await inspect("/api/codes?type=1")).total, 0);
    assert.equal(await read("/api/codes?type=1"), stored);
    assert.equal(heard.beijing.at(-1), "/api/codes?type=1 200");
  });

  await t.test("a purge by tag or region leaves the other region's alone", async () => {
    assert.equal(await read("/api/codes?type=1", "guangdong"), stored);
    assert.match((await cli("purge --tag codes-guangdong")).out, /^tag codes-guangdong: 1 entry in memory removed\n$/);
    assert.deepEqual([await read("/api/codes?type=1", "guangdong"), await read("/api/codes?type=1")], [stored, "taxgate; hit"]);
    assert.match((await cli("purge --region beijing")).out, /^region beijing of site default: 1 entry in memory removed\n$/);
    assert.deepEqual([await read("/api/codes?type=1", "guangdong"), await read("/api/codes?type=1")], ["taxgate; hit", stored]);
    assert.equal(heard.guangdong.length, 2);
  });

  await t.test("what is never stored is explained", async () => {
    for (let times = 0; times < 2; times += 1) await read("/api/me");
    const { out } = await cli("inspect /api/me");
    assert.match(out, /nothing in memory\nlast not stored:\n {2}\/api\/me: the answer sets a cookie \(set-cookie\), 2 times, the last at \d{4}-/);
    assert.match((await cli("inspect /other")).out, /route 'rest' keeps nothing: give it 'cache: \{\}'/);
  });

  await t.test("the figures add it all up", async () => {
    const stats = JSON.parse((await cli("stats --json")).out) as CacheStatsView;
    assert.deepEqual([stats.entries, stats.shared, stats.notStored["set-cookie"], stats.invalidatedEntries], [2, "none", 2, 4]);
    assert.deepEqual(stats.invalidations, { url: 2, tag: 1, region: 1, route: 0, all: 0 });
    assert.deepEqual([stats.requests["hit"], stats.requests["revalidated"], stats.requests["miss"]], [3, 1, 7]);
    assert.match((await cli("purge --all")).out, /^everything: 2 entries in memory removed\n$/);
  });

  await t.test("a name that is not known is told with those that are, and a wrong token ends with 4", async () => {
    assert.deepEqual(await cli("purge --route cods"), { code: 2, out: "", err: "route 'cods' is not known in site 'default'; there are: codes, me, rest\n" });
    const { code, err } = await stranger("purge --all");
    assert.equal(code, 4);
    assert.match(err, /: this token is not known\n$/);
  });
});
