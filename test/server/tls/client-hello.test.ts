import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { connect } from "node:tls";
import fc from "fast-check";
import { readClientHello, type ClientHello } from "../../../src/server/tls/client-hello.ts";
import { prefixed as vector, asRecords, messageOf } from "./hello-bytes.ts";

/** The first bytes that a client sends to a loopback port, as far as they are wanted. */
async function greetingOf(client: (port: number) => void): Promise<Uint8Array> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  client((server.address() as AddressInfo).port);
  const [socket] = await once(server, "connection");
  const parts: Buffer[] = [];
  for await (const part of socket as AsyncIterable<Buffer>) {
    parts.push(part);
    const hello = readClientHello(Buffer.concat(parts));
    if (hello === null || !("need" in hello)) break;
  }
  server.close();
  return Buffer.concat(parts);
}

/** A program that is run against the port, its end not waited for: it fails when the connection closes. */
const program = (command: string, args: (port: number) => readonly string[]) => (port: number): void => void execFile(command, args(port), { timeout: 20_000 }, () => undefined).stdin?.end();
const byNode = (options: object) => (port: number): void => void connect({ port, host: "127.0.0.1", ...options }).on("error", () => undefined);

const CLIENTS: readonly (readonly [string, string | null, (port: number) => void, ClientHello])[] = [
  ["node with a name and two protocols", null, byNode({ servername: "Gate.Example", ALPNProtocols: ["h2", "http/1.1"] }), { serverName: "gate.example", protocols: ["h2", "http/1.1"] }],
  ["node with neither", null, byNode({}), { serverName: "", protocols: [] }],
  ["node with TLS 1.2", null, byNode({ servername: "a.example", maxVersion: "TLSv1.2" }), { serverName: "a.example", protocols: [] }],
  ["openssl as an authority does it", "openssl version", program("openssl", (port) => ["s_client", "-connect", `127.0.0.1:${port}`, "-alpn", "acme-tls/1", "-servername", "gate.example"]), { serverName: "gate.example", protocols: ["acme-tls/1"] }],
  ["openssl with records of 512 bytes", "openssl version", program("openssl", (port) => ["s_client", "-connect", `127.0.0.1:${port}`, "-max_send_frag", "512", "-servername", "a.example"]), { serverName: "a.example", protocols: [] }],
  ["curl", "curl --version", program("curl", (port) => ["-sk", "--connect-to", `::127.0.0.1:${port}`, "https://gate.example/"]), { serverName: "gate.example", protocols: ["h2", "http/1.1"] }],
  // Java names no host without a dot.
  ["java", "keytool -help", program("keytool", (port) => ["-printcert", "-sslserver", `localhost:${port}`]), { serverName: "", protocols: [] }],
];

for (const [name, needed, client, want] of CLIENTS) {
  const isThere = needed === null || spawnSync(needed.split(" ")[0] as string, needed.split(" ").slice(1)).status === 0;
  test(`the greeting of ${name} is read, whole and in any two pieces`, { skip: isThere ? false : `'${needed}' is not here` }, async () => {
    const bytes = await greetingOf(client);
    assert.deepEqual(readClientHello(bytes), want);
    for (let length = 0; length < bytes.length; length++) {
      const part = readClientHello(bytes.subarray(0, length));
      assert.ok(part !== null && "need" in part && part.need > length && part.need <= bytes.length, `${length} of ${bytes.length} bytes`);
    }
    // What follows in the same read belongs to somebody else.
    assert.deepEqual(readClientHello(Buffer.concat([bytes, Buffer.from([22, 3, 3, 0])])), want);
  });
}

const NAME = (name: string): Buffer => vector(2, Buffer.concat([Buffer.of(0), vector(2, Buffer.from(name, "latin1"))]));
const ALPN = (...names: readonly string[]): Buffer => vector(2, Buffer.concat(names.map((one) => vector(1, Buffer.from(one, "latin1")))));
const ext = (type: number, content: Uint8Array): Buffer => Buffer.concat([Buffer.of(type >> 8, type & 255), vector(2, content)]);
const hello = (...extensions: readonly Uint8Array[]): Buffer => messageOf(vector(2, Buffer.concat(extensions)));

test("a greeting split over records is put together", () => {
  const message = hello(ext(0, NAME("gate.example")), ext(16, ALPN("acme-tls/1")));
  for (const size of [message.length, 100, 40, 13]) {
    assert.deepEqual(readClientHello(asRecords(message, size)), { serverName: "gate.example", protocols: ["acme-tls/1"] }, `${size}`);
  }
});

const ODD: readonly (readonly [string, Uint8Array])[] = [
  ["a request of HTTP", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
  ["another record type", Buffer.from([21, 3, 3, 0, 2, 1, 0])],
  ["SSL 2", Buffer.from([0x80, 0x2e, 1, 3, 1])],
  ["another version of records", Buffer.from([22, 2, 0, 0, 5])],
  ["an empty record", Buffer.from([22, 3, 1, 0, 0])],
  ["a record larger than the bound", Buffer.from([22, 3, 1, 0xff, 0xff])],
  ["a message that is no greeting", asRecords(Buffer.from([2, 0, 0, 1, 0]))],
  ["a message larger than the bound", asRecords(Buffer.from([1, 1, 0, 0, 0]))],
  ["records of one byte", asRecords(hello(), 1)],
  ["a name twice", asRecords(hello(ext(0, NAME("a.example")), ext(0, NAME("b.example"))))],
  ["protocols twice", asRecords(hello(ext(16, ALPN("h2")), ext(16, ALPN("acme-tls/1"))))],
  ["two names in one list", asRecords(hello(ext(0, vector(2, Buffer.concat([NAME("a").subarray(2), NAME("b").subarray(2)])))))],
  ["a name of another type", asRecords(hello(ext(0, vector(2, Buffer.concat([Buffer.of(1), vector(2, Buffer.from("a"))])))))],
  ["an empty name", asRecords(hello(ext(0, NAME(""))))],
  ["a name with a NUL", asRecords(hello(ext(0, NAME("a.example\0b"))))],
  ["a name with a space", asRecords(hello(ext(0, NAME("a b"))))],
  ["a name of 256 characters", asRecords(hello(ext(0, NAME("a".repeat(256)))))],
  ["an empty list of protocols", asRecords(hello(ext(16, vector(2, Buffer.alloc(0)))))],
  ["an empty protocol", asRecords(hello(ext(16, ALPN("h2", ""))))],
  ["bytes behind the list of protocols", asRecords(hello(ext(16, Buffer.concat([ALPN("h2"), Buffer.of(0)]))))],
  ["bytes behind the extensions", asRecords(messageOf(Buffer.concat([vector(2, Buffer.alloc(0)), Buffer.of(0)])))],
  ["an extension longer than all of them", asRecords(messageOf(vector(2, Buffer.from([0, 0, 0, 9, 1]))))],
];

for (const [name, bytes] of ODD) test(`${name} is no greeting that is answered here`, () => assert.equal(readClientHello(bytes), null));

test("a greeting without extensions asks for nothing", () => {
  assert.deepEqual(readClientHello(asRecords(messageOf(Buffer.alloc(0)))), { serverName: "", protocols: [] });
});

/** Looks at growing beginnings as a connection does; how often, and what came out. */
function grown(bytes: Uint8Array): { looks: number; result: ReturnType<typeof readClientHello> } {
  let need = 1;
  for (let looks = 1; ; looks++) {
    if (need > bytes.length) return { looks, result: { need } };
    const result = readClientHello(bytes.subarray(0, need));
    if (result === null || !("need" in result)) return { looks, result };
    assert.ok(result.need > need, "no progress");
    need = result.need;
  }
}

test("whatever the bytes are, reading them throws nothing, takes few looks, and comes to the same in pieces", () => {
  const valid = asRecords(hello(ext(10, Buffer.alloc(40)), ext(0, NAME("gate.example")), ext(16, ALPN("acme-tls/1", "h2"))), 60);
  const changed = fc.tuple(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }), fc.nat(valid.length)).map(([changes, cut]) => {
    const bytes = Buffer.from(valid);
    for (const [at, value] of changes) bytes[at] = value;
    return bytes.subarray(0, Math.max(1, bytes.length - (cut % 7 === 0 ? cut : 0)));
  });
  const any = fc.uint8Array({ minLength: 1, maxLength: 400 });
  const afterHead = any.map((tail) => Buffer.concat([Buffer.from([22, 3, 1]), tail]));
  let read = 0;
  fc.assert(
    fc.property(fc.oneof(changed, any, afterHead), (bytes) => {
      const whole = readClientHello(bytes);
      const { looks, result } = grown(bytes);
      assert.ok(looks <= 17, `${looks} looks`);
      if (whole !== null && !("need" in whole)) read++;
      // A beginning may be called odd as soon as it is, where a connection would wait for the rest.
      if (result === null || !("need" in result)) assert.deepEqual(result, whole);
      else assert.ok(whole === null || "need" in whole);
    }),
    { numRuns: 3000 },
  );
  assert.ok(read > 100, "nothing was ever read");
});
