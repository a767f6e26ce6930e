import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { operatorOf } from "../drill/operator.ts";
import { startTaxgate } from "../drill/taxgate-process.ts";
import { isShown, shownFor } from "../support/shown-certificate.ts";

const REST = `regions: { main: { endpoints: [{ url: "sandbox:a" }] } }
routes: [{ name: rest, match: { path: /** }, class: pass }]
drain: { grace: 0ms, max: 1s }
`;

/** What the head of an answer to CONNECT begins with; the socket stays open. */
async function tunnelled(port: number, target: string): Promise<{ socket: Socket; status: number }> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  const [head] = (await once(socket, "data")) as [Buffer];
  return { socket, status: Number(head.toString("latin1").split(" ")[1]) };
}

test("the list of hosts changes under way: one that is added is answered for, one that is removed is not, on new tunnels and in open ones", async (t) => {
  const yaml = (hosts: string): string => `version: 1
state: { dir: "{folder}/state" }
listeners:
  - { name: proxy, bind: 127.0.0.1:0, mode: forward-proxy, intercept: { hosts: [${hosts}], authority: local } }
  - { name: override, bind: 127.0.0.1:0, tls: {}, intercept: { hosts: [${hosts}], authority: local } }
admin: { bind: 127.0.0.1:0 }
certificates: { local: { authority: { domains: [tax.example] } } }
${REST}`;
  const taxgate = await startTaxgate(yaml("old.tax.example"), {}, ["proxy", "override", "admin"]);
  t.after(() => taxgate.stop());
  const [proxy, override, operator] = [taxgate.port("proxy"), taxgate.port("override"), operatorOf(taxgate)];
  const open = await tunnelled(proxy, "old.tax.example:443");
  assert.equal(open.status, 200);
  const inside = connectTls({ socket: open.socket, servername: "old.tax.example", rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] });
  await once(inside, "secureConnect");
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  t.after(() => agent.destroy());
  const named = (host: string): Promise<number> =>
    new Promise((resolve) => {
      const asked = request({ agent, host: "127.0.0.1", port: override, servername: "old.tax.example", headers: { host } }, (answer) => {
        answer.resume().once("end", () => resolve(answer.statusCode ?? 0));
      });
      asked.once("error", () => resolve(0)).end();
    });
  const inTunnel = async (): Promise<number> => {
    inside.write("GET / HTTP/1.1\r\nHost: old.tax.example\r\n\r\n");
    const [answer] = (await once(inside, "data")) as [Buffer];
    return Number(answer.toString("latin1").split(" ")[1]);
  };
  const beforehand = [await inTunnel(), await named("old.tax.example")];
  writeFileSync(taxgate.file, yaml("new.tax.example").replaceAll("{folder}", taxgate.folder));
  assert.equal((await operator.reload()).result, "applied", taxgate.lines().join("\n"));
  const [added, removed] = [await tunnelled(proxy, "new.tax.example:443"), await tunnelled(proxy, "old.tax.example:443")];
  assert.deepEqual([added.status, removed.status], [200, 403], taxgate.lines().join("\n"));
  const fresh = connectTls({ socket: added.socket, servername: "new.tax.example", rejectUnauthorized: false });
  await once(fresh, "secureConnect");
  assert.ok(isShown(await shownFor(override, "new.tax.example")));
  assert.ok(!isShown(await shownFor(override, "old.tax.example")));
  const afterwards = [await inTunnel(), await named("old.tax.example")];
  // The sandbox knows no such path; what is not answered for any more is misdirected.
  assert.deepEqual({ beforehand, afterwards }, { beforehand: [404, 404], afterwards: [421, 421] });
  for (const socket of [open.socket, added.socket, removed.socket, inside, fresh]) socket.destroy();
});
