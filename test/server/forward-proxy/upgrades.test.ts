import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { makeToken } from "../../../src/base/token.ts";
import type { UpgradeLane } from "../../../src/server/upgrade.ts";
import { keyPair } from "../../support/tls-material.ts";
import { intercepting, opened, startedProxy } from "./started-proxy.ts";

for (const [token, want] of [["right", /^HTTP\/1\.1 101 /], ["wrong", /^HTTP\/1\.1 407 [^]*proxy-authenticate: /i]] as const) {
  test(`the first upgrade of a proxy's user, whose password takes a while to check, with a ${token} one gives ${want.source.slice(11, 14)}`, async (t) => {
    const upgrades: UpgradeLane = { wanted: () => true, serve: (_request, socket) => void socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n"), cut: () => undefined };
    const { token: right, hash } = await makeToken("erp");
    const one = await startedProxy(t, { upgrades, material: intercepting(["tax.example"], async () => keyPair("localhost")), written: { intercept: { hosts: ["tax.example"], authority: "local" }, proxy: { users: [{ name: "erp", hash }] } } });
    const socket = await opened(t, one.port);
    let answer = "";
    socket.on("data", (part: Buffer) => (answer += part.toString("latin1")));
    socket.write(`GET http://tax.example/ HTTP/1.1\r\nHost: tax.example\r\nConnection: upgrade\r\nUpgrade: websocket\r\nProxy-Authorization: Basic ${btoa(`erp:${token === "right" ? right : token}`)}\r\n\r\n`);
    await once(socket, "end");
    assert.match(answer, want);
    assert.equal(one.seen.length, 0);
    socket.end();
  });
}
