import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { test, type TestContext } from "node:test";
import { plainMaterial, type TlsMaterial } from "../../src/server/tls/material.ts";
import { sendRaw } from "../support/raw-client.ts";
import { keyPair, TEST_CA } from "../support/tls-material.ts";
import { started, text, type Started } from "./started.ts";

const TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA";
const PLACE = "/.well-known/acme-challenge/";
const asks: string[] = [];

/** A listener that knows one token; all else is answered by an application behind it. */
function listening(t: TestContext, tls: TlsMaterial | null = null): Promise<Started> {
  asks.length = 0;
  const challenge = (token: string): string | null => {
    asks.push(token);
    return token === TOKEN ? `${TOKEN}.thumb` : null;
  };
  return started(t, (x, send) => send(text(`application ${x.head.method} ${x.head.target}`)), {}, tls, { challenge });
}

/** Everything that comes back for these bytes. */
async function exchanged(one: Started, bytes: string): Promise<string> {
  return (await sendRaw(one.port, { pieces: [Buffer.from(bytes)], deadline: 5000 })).received.toString("latin1");
}

const request = (method: string, target: string, more = ""): string => `${method} ${target} HTTP/1.1\r\nHost: gate.example\r\nConnection: close\r\n${more}\r\n`;

test("a token of ours is answered before any route is looked for, to GET with its key authorization, to HEAD without", async (t) => {
  const one = await listening(t);
  const got = await exchanged(one, request("GET", PLACE + TOKEN));
  assert.match(got, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(got, /\r\nContent-Type: application\/octet-stream\r\n/);
  assert.ok(got.endsWith(`\r\n\r\n${TOKEN}.thumb`));
  const head = await exchanged(one, request("HEAD", PLACE + TOKEN));
  assert.match(head, /^HTTP\/1\.1 200 OK\r\n[^]*\r\nContent-Length: 49\r\n[^]*\r\n\r\n$/);
  assert.deepEqual(one.seen, []);
});

const OTHERS: readonly (readonly [string, string, string, number])[] = [
  ["a token of the application behind", "GET", `${PLACE}another-token-of-somebody`, 1],
  ["another method", "POST", PLACE + TOKEN, 0],
  ["a query", "GET", `${PLACE}${TOKEN}?x`, 0],
  ["a path below", "GET", `${PLACE}${TOKEN}/x`, 0],
  ["no token", "GET", PLACE, 0],
  ["an encoded token", "GET", `${PLACE}%65${TOKEN.slice(1)}`, 0],
  ["the place in capitals", "GET", `/.Well-Known/acme-challenge/${TOKEN}`, 0],
  ["dots", "GET", `${PLACE}..`, 0],
  ["another host's, through a proxy", "GET", `http://other.example${PLACE}${TOKEN}`, 0],
];
for (const [name, method, target, asked] of OTHERS) {
  test(`${name} goes the ordinary way`, async (t) => {
    const one = await listening(t);
    assert.match(await exchanged(one, request(method, target, method === "POST" ? "Content-Length: 0\r\n" : "")), new RegExp(`application ${method} `));
    assert.equal(one.seen.length, 1);
    assert.equal(asks.length, asked);
  });
}

test("a body beside it is the application's business", async (t) => {
  const one = await listening(t);
  assert.match(await exchanged(one, request("GET", PLACE + TOKEN, "Content-Length: 2\r\n") + "ab"), /application GET/);
});

test("among pipelined requests it is answered in its turn", async (t) => {
  const one = await listening(t);
  const keep = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: gate.example\r\n\r\n`;
  const got = await exchanged(one, keep("/1") + keep(PLACE + TOKEN) + request("GET", "/2"));
  assert.deepEqual(got.match(/application GET \/\d|thumb/g), ["application GET /1", "thumb", "application GET /2"]);
});

test("it does no harm on a listener with TLS, also by HTTP/2", async (t) => {
  const one = await listening(t, plainMaterial([{ names: ["localhost"], pair: keyPair("localhost") }]));
  const session = connectHttp2(`https://localhost:${one.port}`, { ca: TEST_CA });
  t.after(() => session.destroy());
  const ask = async (path: string): Promise<string> => (await session.request({ ":path": path }).setEncoding("utf8").toArray()).join("");
  assert.equal(await ask(PLACE + TOKEN), `${TOKEN}.thumb`);
  assert.equal(await ask("/x"), "application GET /x");
});
