import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { plainMaterial } from "../../src/server/tls/material.ts";
import { waitForExit } from "../support/child-process.ts";
import { HAS_OPENSSL, testAuthority, type TestAuthority } from "../support/openssl-authority.ts";
import { started, text } from "./started.ts";

/*
 * What testssl.sh finds on a listener. It is Debian's package of that name; where it is not installed nothing is tested.
 * Its checks run in two processes side by side: most of their time is spent waiting.
 */

const HAS_TESTSSL = HAS_OPENSSL && spawnSync("testssl", ["--help"]).status === 0;
const skip = HAS_TESTSSL ? false : "testssl is not here";
const authority = (HAS_TESTSSL ? testAuthority() : null) as TestAuthority;
after(() => authority?.remove());

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

/** Protocols, suites, key exchange and order in one; certificate, headers and known attacks in the other. */
const PARTS: readonly (readonly string[])[] = [["-p", "-s", "-f", "-P"], ["-S", "-h", "-U"]];
const LONGEST_MS = 240_000;
/** The test's certificate names no responder; headers are the platform's, and HSTS is asked for by the route. */
const EXPECTED: ReadonlySet<string> = new Set(["cert_revocation", "security_headers"]);
/** What it could not look at: engines of this machine's OpenSSL, and tickets, for its client leaves before those of TLS 1.3 have come. Other tests resume sessions. */
const UNSEEN: ReadonlySet<string> = new Set(["engine_problem", "sessionresumption_ticket"]);
const HARMLESS: ReadonlySet<string> = new Set(["OK", "INFO", "LOW", "DEBUG"]);

async function findings(port: number, part: readonly string[], index: number): Promise<Finding[]> {
  const report = join(authority.directory, `report-${index}.json`);
  const options = ["--quiet", "--color", "0", "--warnings", "off", "--nodns", "none", "--ip", "127.0.0.1", "--add-ca", join(authority.directory, "ca.pem")];
  const child = spawn("testssl", [...options, ...part, "--jsonfile", report, `localhost:${port}`], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const { killed } = await waitForExit(child, LONGEST_MS);
  assert.equal(killed, false, `testssl ${part.join(" ")} did not end: ${said.slice(-500)}`);
  return JSON.parse(readFileSync(report, "utf8")) as Finding[];
}

test("testssl.sh has nothing above LOW to say about a listener", { skip, timeout: LONGEST_MS + 10_000 }, async (t) => {
  // As certificates are today: an unpredictable serial number, three months, and what they are for.
  const { cert, key } = authority.issue("localhost", 0, { names: ["localhost"], days: 89, serial: "0x5b1e7a90c3d24f6881aa03be9f4c7712", extensions: ["extendedKeyUsage=serverAuth"] });
  const { port } = await started(t, (_x, send) => send(text("ok", 200, ["Content-Type", "text/plain"])), {}, plainMaterial([{ names: ["localhost"], pair: { cert: `${cert}${authority.cert}`, key } }]));
  const all = (await Promise.all(PARTS.map((part, index) => findings(port, part, index)))).flat();
  const bad = all.filter(({ id, severity }) => !HARMLESS.has(severity) && !EXPECTED.has(id) && !(severity === "WARN" && UNSEEN.has(id)));
  assert.deepEqual(bad, []);
  // It has looked, and found what is to be there.
  const found = (id: string): string => all.find((one) => one.id === id)?.finding ?? "";
  for (const [id, want] of [["TLS1_3", /offered/], ["TLS1_2", /offered/], ["TLS1_1", /not offered/], ["SSLv3", /not offered/], ["cert_trust", /Ok|localhost/i], ["secure_client_renego", /not vulnerable/i], ["heartbleed", /not vulnerable/], ["TLS_session_ticket", /valid for/]] as const) {
    assert.match(found(id), want, id);
  }
});
