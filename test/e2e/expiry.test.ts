import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { runCli } from "../../src/cli/cli.ts";
import { HAS_OPENSSL, testAuthority } from "../support/openssl-authority.ts";
import { startTaxgate } from "../support/taxgate.ts";
import { until } from "../support/until.ts";

const DAY = 86_400_000;
const NEEDS = { skip: HAS_OPENSSL ? false : "openssl is not here" };

/** As OpenSSL takes times. */
const stamp = (at: number): string => new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, "");

/** A server certificate for 127.0.0.1 between two days from now, signed in the authority's directory. */
function issued(directory: string, name: string, from: number, to: number): { readonly cert: string; readonly key: string } {
  const openssl = (args: readonly string[]): void => void execFileSync("openssl", args, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
  writeFileSync(join(directory, `${name}.cnf`), "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\ndefault_md=sha256\nnew_certs_dir=.\nrand_serial=yes\npolicy=any\n[any]\ncommonName=supplied\n[san]\nsubjectAltName=IP:127.0.0.1\n");
  writeFileSync(join(directory, "index.txt"), "");
  openssl(["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", "/CN=platform"]);
  openssl(["ca", "-batch", "-notext", "-config", `${name}.cnf`, "-cert", "ca.pem", "-keyfile", "ca.key", "-in", `${name}.csr`, "-out", `${name}.pem`, "-startdate", stamp(Date.now() + from * DAY), "-enddate", stamp(Date.now() + to * DAY), "-extensions", "san"]);
  return { cert: readFileSync(join(directory, `${name}.pem`), "utf8"), key: readFileSync(join(directory, `${name}.key`), "utf8") };
}

async function command(line: readonly string[]): Promise<string> {
  let out = "";
  await runCli(line, { out: (text) => void (out += text), err: (text) => void (out += text), env: {}, tty: false });
  return out;
}

test("a platform whose certificate ends in three days is in metrics, cert list and readyz before anybody has called it", NEEDS, async (t) => {
  const authority = testAuthority();
  t.after(() => authority.remove());
  const platform = createServer(issued(authority.directory, "platform", -300, 3), (_request, response) => response.end("ok"));
  await new Promise<void>((resolve) => void platform.listen(0, "127.0.0.1", resolve));
  t.after(() => platform.close());
  const endpoint = `127.0.0.1:${(platform.address() as AddressInfo).port}`;
  const edge = issued(authority.directory, "edge", -1, 1000);
  for (const [name, text] of Object.entries({ "edge.pem": edge.cert, "edge.key": edge.key })) writeFileSync(join(authority.directory, name), text, { mode: 0o600 });
  const taxgate = await startTaxgate(`version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }, { name: tls, bind: "127.0.0.1:0", tls: { certificates: [edge] } }, { name: bare, bind: "127.0.0.1:0", tls: { certificates: [ordered] } }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms }
certificates:
  edge: { files: { cert: ${authority.directory}/edge.pem, key: ${authority.directory}/edge.key } }
  ordered: { acme: { directory: "https://127.0.0.1:1/directory", domains: [gate.example], challenge: dns-01, dns: { command: ["/bin/true"] } } }
regions: { main: { endpoints: [{ url: "https://${endpoint}" }] } }
upstream: { tls: { ca: ${authority.directory}/ca.pem }, health: { every: 50ms } }
`, { listeners: ["plain", "tls", "bare", "admin"] });
  t.after(() => taxgate.kill());
  const admin = `http://127.0.0.1:${taxgate.port("admin")}`;
  const gauge = `taxgate_certificate_stage{kind="platform",name="${endpoint}"} 3`;
  assert.ok(await until(async () => (await taxgate.metrics()).includes(gauge), 5000), await taxgate.metrics());
  const end = Number(new RegExp(`taxgate_certificate_not_after_timestamp_seconds\\{kind="platform",name="${endpoint}"\\} (\\S+)`).exec(await taxgate.metrics())?.[1]) * 1000;
  assert.ok(Math.abs(end - Date.now() - 3 * DAY) < 60_000, String(end));
  assert.match(await taxgate.metrics(), /taxgate_certificate_stage\{kind="own",name="edge"\} 0/);

  const list = await command(["cert", "list", "--admin", admin]);
  assert.match(list, new RegExp(`^71 h +\\S+ +platform +${endpoint} +site default, region main`, "m"));
  assert.match(await command(["cert", "show", endpoint, "--admin", admin]), /ends in 71 h,[^]*CN=platform[^]*it is the platform's own/);
  const lines = taxgate.output().split("\n").filter((line) => line.includes("runs out soon"));
  assert.deepEqual(lines.map((line) => (JSON.parse(line) as { kind: string; name: string; stage: string })).map(({ kind, name, stage }) => [kind, name, stage]), [["platform", endpoint, "7d"]]);

  // The listener whose certificate could not be ordered serves nobody; everything else is a note.
  const ready = await fetch(`${admin}/readyz?verbose`);
  const said = await ready.text();
  assert.equal(ready.status, 503);
  assert.match(said, /^- listener bare has no certificate to show: ordered is not there yet/m);
  assert.match(said, new RegExp(`^- note: the certificate of platform ${endpoint} ends in 71 h$`, "m"));
  assert.match(await command(["cert", "show", "ordered", "--admin", admin]), /^ordered: nothing to show[^]*unreachable: [^]*-> nothing could be had from https:\/\/127\.0\.0\.1:1\/directory/);
});
