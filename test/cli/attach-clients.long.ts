import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttp } from "node:http";
import { createServer as createHttps, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createSecureContext, type SecureContext } from "node:tls";
import { systemClock } from "../../src/base/clock.ts";
import { openAuthority } from "../../src/certs/authority/authority.ts";
import { authorityDirectory } from "../../src/certs/authority/authority-file.ts";
import { mintLeaf } from "../../src/certs/authority/mint-leaf.ts";
import { openStored } from "../../src/certs/authority/open-files.ts";
import { authorityOf } from "../../src/certs/options.ts";
import { readSigner } from "../../src/certs/x509/signer.ts";
import { realWorld } from "../../src/cli/world.ts";
import { run } from "./console.ts";

/*
 * The printed lines, run as they are in a shell, before real clients that then call hosts through a proxy: one that the
 * authority permits, and a name and an address for which its key was made to sign although its certificate does not permit them.
 */

const ROOT = join(import.meta.dirname, "..", "..");
const PERMITTED = "api.tax.example";
const OUTSIDE = "login.bank.example";
const ADDRESS = "10.9.9.9";
const JAVA = `import java.net.*; import java.net.http.*;
public class Call {
  public static void main(String[] hosts) throws Exception {
    for (String host : hosts) {
      try {
        System.out.println(HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("https://" + host + "/")).build(), HttpResponse.BodyHandlers.ofString()).body());
      } catch (java.io.IOException refused) { System.out.println("refused " + refused.getMessage()); }
    }
  }
}
`;
const PYTHON = `import sys, ssl, urllib.request, urllib.error
def call(get, host):
    try: print(get("https://" + host + "/"))
    except Exception as refused: print("refused", refused)
for host in sys.argv[1:]: call(lambda url: urllib.request.urlopen(url).read().decode(), host)
try:
    import requests
    for host in sys.argv[1:]: call(lambda url: requests.get(url).text, host)
except ImportError: pass
`;
const NODE = `for (const host of process.argv.slice(2)) console.log(await fetch("https://" + host + "/").then((answer) => answer.text(), (fault) => "refused " + fault.cause?.message));
`;

const CALLS: Readonly<Record<string, { readonly needs: readonly string[]; readonly call: string }>> = {
  curl: { needs: ["curl"], call: `for host in ${PERMITTED} ${OUTSIDE} ${ADDRESS}; do curl --silent --show-error "https://$host/" 2>&1 || echo refused; done` },
  python: { needs: ["/usr/bin/python3"], call: `/usr/bin/python3 call.py ${PERMITTED} ${OUTSIDE} ${ADDRESS}` },
  node: { needs: [], call: `'${process.execPath}' call.mjs ${PERMITTED} ${OUTSIDE} ${ADDRESS}` },
  java: { needs: ["java", "keytool"], call: `java Call.java ${PERMITTED} ${OUTSIDE} ${ADDRESS}` },
};

const has = (program: string): boolean => {
  try {
    execFileSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

describe("lines of taxgate attach, run as they are", () => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-attach-clients-"));
  const file = join(folder, "taxgate.yaml");
  const sockets = new Set<Socket>();
  let web: Server;
  const proxy = createHttp((_, answer) => answer.writeHead(403).end());

  before(async () => {
    const options = authorityOf({ authority: true });
    if (options === null) throw new Error("making options: none");
    const place = { name: "local", options, directory: authorityDirectory(join(folder, "data"), "local") };
    const authority = await openAuthority({ ...place, hosts: [PERMITTED], clock: systemClock });
    const stored = openStored(place);
    if (stored === null) throw new Error("opening the authority: none");
    const now = Date.now();
    const [outside, address] = await Promise.all([OUTSIDE, ADDRESS].map((host) => mintLeaf({ host, issuing: stored.issuing, signer: readSigner(stored.issuing), signingKey: stored.key, notBefore: now - 60_000, notAfter: now + 3_600_000 })));
    const shown = async (host: string, done: (fault: Error | null, context: SecureContext) => void): Promise<void> => done(null, createSecureContext(host === OUTSIDE ? (outside ?? {}) : ((await authority.mint(host)) ?? {})));
    web = createHttps({ ...address, SNICallback: (host, done) => void shown(host, done) }, (request, answer) => answer.end(`answered by ${request.headers.host}\n`));
    proxy.on("connect", (request, socket: Socket) => {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      assert.match(request.url ?? "", /:443$/);
      web.emit("connection", socket);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    writeFileSync(file, `version: 1\nstate: { dir: ./data }\nlisteners:\n  - { name: outbound, bind: "127.0.0.1:${port}", mode: forward-proxy, intercept: { hosts: [${PERMITTED}], authority: local } }\ncertificates: { local: { authority: true } }\nsites: [{ name: one, hosts: ["*"], regions: { main: { endpoints: [{ url: "https://203.0.113.7" }] } } }]\n`);
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "taxgate"), `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, "src", "main.ts")}' "$@"\n`, { mode: 0o755 });
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    proxy.close();
    rmSync(folder, { recursive: true });
  });

  for (const [target, { needs, call }] of Object.entries(CALLS)) {
    const missing = needs.find((program) => !has(program));
    test(`${target} trusts what is permitted, and refuses what is not although the authority signed it`, { skip: missing === undefined ? false : `there is no ${missing}` }, async () => {
      const own = join(folder, target);
      mkdirSync(own);
      for (const [name, text] of [["Call.java", JAVA], ["call.py", PYTHON], ["call.mjs", NODE]] as const) writeFileSync(join(own, name), text);
      const printed = await run(["attach", file, "--print", target, "--lang", "en"], { wholeConfig: realWorld.wholeConfig });
      assert.equal(printed.code, 0);
      const said = await shell(`set -e\n${printed.out}${call}\n`, own, join(folder, "bin"));
      const lines = said.split("\n").filter((line) => /^(answered|refused)/.test(line));
      assert.ok(lines.length >= 3, said);
      for (const [index, line] of lines.entries()) assert.match(line, index % 3 === 0 ? new RegExp(`^answered by ${PERMITTED}`) : /^refused/, said);
      assert.match(said, /permitted|constraint/i, "the name constraints are why");
    });
  }
});

function shell(script: string, cwd: string, bin: string): Promise<string> {
  const { PATH, HOME } = process.env;
  return new Promise((resolve, reject) => {
    execFile("sh", ["-c", script], { cwd, env: { PATH: `${bin}:${PATH ?? ""}`, HOME }, timeout: 30_000 }, (fault, out, err) => (fault === null ? resolve(out + err) : reject(new Error(`${fault.message}\n${out}\n${err}`))));
  });
}
