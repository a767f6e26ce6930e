import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { TARGETS } from "../../src/cli/attach/guide.ts";
import { realWorld } from "../../src/cli/world.ts";
import { madeLeaf } from "../certs/made-pair.ts";
import { run, type Said } from "./console.ts";

const PLAIN = `  - { name: plain, bind: 0.0.0.0:8080 }\n`;
const NAMES = `  - { name: names, bind: 127.0.0.5:443, tls: {}, intercept: { hosts: [api.tax.example, "*.gov.example", 203.0.113.9], authority: local } }\n`;
const PROXY = `  - { name: outbound, bind: 127.0.0.1:3128, mode: forward-proxy, intercept: { hosts: [api.tax.example], authority: local } }\n`;

const configuration = (listeners: string, endpoint = '{ url: "https://api.tax.example" }'): string => `version: 1
state: { dir: ./data }
listeners:
${listeners}certificates:
  local: { authority: true }
sites: [{ name: one, hosts: ["*"], regions: { main: { endpoints: [${endpoint}] } } }]
`;

function attach(t: TestContext, config: string, ...words: string[]): Promise<Said> {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-attach-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "taxgate.yaml");
  writeFileSync(file, config);
  return run(["attach", file, ...words], { wholeConfig: realWorld.wholeConfig, readText: realWorld.readText });
}

describe("taxgate attach", () => {
  for (const target of Object.keys(TARGETS)) {
    test(`prints complete lines for ${target} in both languages, the same but for the remarks`, async (t) => {
      const said = await Promise.all(["en", "zh"].map((language) => attach(t, configuration(PLAIN + NAMES + PROXY), "--print", target, "--lang", language)));
      const lines = said.map(({ code, out }) => {
        assert.equal(code, 0);
        assert.doesNotMatch(out, /undefined|\[object|\$\{(?!JAVA_HOME:-)/);
        return out.split("\n").map((line) => (line.startsWith("# ") ? "#" : line.replaceAll(/taxgate-attach-\w+/g, "")));
      });
      assert.deepEqual(lines[0], lines[1]);
      assert.match(said[0]?.out ?? "", /http:\/\/127\.0\.0\.1:8080\n/);
      assert.match(said[0]?.out ?? "", /api\.tax\.example/);
      assert.match(said[0]?.out ?? "", /127\.0\.0\.1:3128|proxyHost=127\.0\.0\.1 -Dhttps\.proxyPort=3128/);
      assert.match(said[1]?.out ?? "", /^# 接入 Taxgate/);
    });
  }

  test("shows only the ways that there are", async (t) => {
    const plain = (await attach(t, configuration(PLAIN), "--print", "node")).out;
    assert.match(plain, /^# By its own address/m);
    assert.doesNotMatch(plain, /^# By the platform's name|^# By a proxy|^# Trusting/m);
    const names = (await attach(t, configuration(PLAIN + NAMES + PROXY), "--print", "node", "--listener", "names")).out;
    assert.match(names, /^# Trusting the authority 'local'/m);
    assert.doesNotMatch(names, /^# By its own address|^# By a proxy/m);
  });

  test("leads listed names to the listener, wildcards to DNS, and addresses nowhere", async (t) => {
    const { out } = await attach(t, configuration(NAMES), "--print", "curl");
    assert.match(out, /^echo "127\.0\.0\.5 api\.tax\.example" \| sudo tee -a \/etc\/hosts$/m);
    assert.match(out, /^# in DNS, because a hosts file knows no wildcards: \*\.gov\.example to 127\.0\.0\.5$/m);
    assert.doesNotMatch(out, /203\.0\.113\.9|iptables/);
    assert.match((await attach(t, configuration(NAMES.replace(":443", ":8443")), "--print", "curl")).out, /^sudo iptables -t nat -A OUTPUT -p tcp -d 127\.0\.0\.5 --dport 443 -j REDIRECT --to-ports 8443$/m);
  });

  for (const [name, endpoint, warned] of [
    ["an endpoint with an intercepted name", '{ url: "https://api.tax.example" }', true],
    ["an endpoint below an intercepted wildcard", '{ url: "https://a.gov.example:9443" }', true],
    ["an endpoint with its address", '{ url: "https://api.tax.example", address: 203.0.113.7 }', false],
    ["an endpoint of another name", '{ url: "https://real.tax.example" }', false],
  ] as const) {
    test(`${name} ${warned ? "needs" : "needs no"} address`, async (t) => {
      const { out } = await attach(t, configuration(NAMES, endpoint), "--print", "python");
      assert.equal(/^# Taxgate must not find itself/m.test(out), warned);
    });
  }

  test("says where users and their tokens go, and what Java needs for them", async (t) => {
    const users = PROXY.replace("mode:", "proxy: { users: [{ name: erp, hash: \"scrypt:16384:8:1:AAAAAAAAAAAAAAAAAAAAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\" }] }, mode:");
    assert.match((await attach(t, configuration(users), "--print", "python")).out, /HTTPS_PROXY=http:\/\/NAME:TOKEN@127\.0\.0\.1:3128 /);
    assert.match((await attach(t, configuration(users), "--print", "java")).out, /-Djdk\.http\.auth\.tunneling\.disabledSchemes="$/m);
    assert.doesNotMatch((await attach(t, configuration(PROXY), "--print", "java")).out, /disabledSchemes/);
  });

  test("takes the address under which the application finds Taxgate", async (t) => {
    const { out } = await attach(t, configuration(PLAIN + PROXY), "--print", "node", "--address", "taxgate.lan");
    assert.match(out, /^http:\/\/taxgate\.lan:8080$/m);
    assert.match(out, /HTTPS_PROXY=http:\/\/taxgate\.lan:3128 /);
  });

  for (const [address, line, remark] of [
    ["gate.corp", "IP-ADDRESS api.tax.example", true],
    ["10.0.0.5", "10.0.0.5 api.tax.example", false],
  ] as const) {
    test(`a hosts file gets addresses alone: ${address}`, async (t) => {
      for (const target of ["node", "windows-service", "kubernetes"]) {
        const { out } = await attach(t, configuration(NAMES), "--print", target, "--address", address);
        assert.match(out, new RegExp(target === "kubernetes" ? `ip: "${line.split(" ")[0] ?? ""}"` : `"${line}"`));
        assert.equal(/^# put the IP address of gate\.corp in the place of IP-ADDRESS/m.test(out), remark);
      }
      assert.doesNotMatch((await attach(t, configuration(NAMES), "--print", "docker", "--address", address)).out, /IP-ADDRESS/);
    });
  }

  for (const [words, said] of [
    [["--address", "gate.corp"], ["names", "outbound"]],
    [["--address", "10.0.0.5", "--listener", "outbound"], ["outbound"]],
    [["--address", "127.0.0.1"], []],
    [[], []],
  ] as const) {
    test(`with ${words.join(" ") || "no address"} the listeners that only this machine reaches are ${said.join(" and ") || "not spoken of"}`, async (t) => {
      const { out } = await attach(t, configuration(PLAIN + NAMES + PROXY), "--print", "java", ...words);
      assert.deepEqual([...out.matchAll(/^# listener (\w+) is bound to 127\.0\.0\.[15], where applications on this machine alone/gm)].map(([, name]) => name), said);
    });
  }

  for (const [hosts, words, said] of [
    ['["*"]', [], null],
    ["[api.tax.example]", [], "127.0.0.1"],
    ["[api.tax.example, 127.0.0.1]", [], null],
    ["[api.tax.example]", ["--address", "taxgate.lan"], "taxgate.lan"],
    ['["*.lan"]', ["--address", "taxgate.lan"], null],
  ] as const) {
    test(`with hosts: ${hosts} and ${words.join(" ") || "no address"} says ${said === null ? "nothing" : `that no site answers to ${said}`}`, async (t) => {
      const { out } = await attach(t, configuration(PLAIN).replace('hosts: ["*"]', `hosts: ${hosts}`), "--print", "curl", ...words);
      assert.equal(/^# no site answers to ([^:]+): add it to the site's 'hosts'/m.exec(out)?.[1] ?? null, said);
    });
  }

  test("calls a TLS listener by a name of its certificate", async (t) => {
    const made = await madeLeaf("*.corp.example", { names: ["*.corp.example", "gate.corp.example"] });
    const folder = mkdtempSync(join(tmpdir(), "taxgate-attach-pair-"));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, "a.crt"), made.pem);
    writeFileSync(join(folder, "a.key"), made.keyPem);
    const listener = "  - { name: tls, bind: 127.0.0.1:8443, tls: { certificates: [own] } }\n";
    const { out } = await attach(t, configuration(listener).replace("certificates:\n", `certificates:\n  own: { files: { cert: ${join(folder, "a.crt")}, key: ${join(folder, "a.key")} } }\n`), "--print", "curl");
    assert.match(out, /^https:\/\/gate\.corp\.example:8443$/m);
  });

  test("an unknown listener or target is wrong usage", async (t) => {
    assert.match((await attach(t, configuration(PLAIN), "--print", "java", "--listener", "tls")).err, /got 'tls', want one of plain/);
    assert.match((await attach(t, configuration(PLAIN), "--print", "cobol")).err, /Allowed choices are java, dotnet/);
  });
});
