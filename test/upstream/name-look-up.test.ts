import assert from "node:assert/strict";
import type { LookupAddress } from "node:dns";
import { createSocket } from "node:dgram";
import { test, type TestContext } from "node:test";
import { manualClock, systemClock } from "../../src/base/clock.ts";
import { createNameLookUp, fixedLookup, type AddressRecord, type NameLookUp } from "../../src/upstream/name-look-up.ts";
import { regionOptions, upstreamOptions } from "../../src/upstream/options.ts";

type Answers = Readonly<Record<number, readonly AddressRecord[] | string>>;

/** What a socket is told: addresses, or the code of a failure. */
function all({ lookup }: Pick<NameLookUp, "lookup">, host: string, family = 0): Promise<string> {
  return new Promise((resolve) => {
    lookup(host, { all: true, family }, (fault, found) => resolve(fault === null ? (found as LookupAddress[]).map((one) => `${one.address}/${one.family}`).join(" ") : String(fault.code)));
  });
}

/** A look-up whose name servers say what stands in `answers`; a text is the code of a failure. */
function scripted(first: Answers) {
  const clock = manualClock();
  const asked: string[] = [];
  const script = { answers: first };
  const names = createNameLookUp(["10.0.0.53"], clock, async (host, family) => {
    asked.push(`${host} ${family}`);
    const answer = script.answers[family] ?? "ENODATA";
    if (typeof answer === "string") throw Object.assign(new Error(answer), { code: answer });
    return answer;
  });
  return { clock, asked, script, names };
}

const A = (address: string, ttl = 60): AddressRecord => ({ address, ttl });

test("both families are given, and one of them where only that is there", async () => {
  const cases: readonly (readonly [Answers, string])[] = [
    [{ 4: [A("203.0.113.7"), A("203.0.113.8")], 6: [A("2001:db8::7")] }, "203.0.113.7/4 203.0.113.8/4 2001:db8::7/6"],
    [{ 4: [A("203.0.113.7")] }, "203.0.113.7/4"],
    [{ 6: [A("2001:db8::7")] }, "2001:db8::7/6"],
    [{ 4: "ESERVFAIL", 6: [A("2001:db8::7")] }, "2001:db8::7/6"],
    [{ 4: "ENOTFOUND", 6: "ENOTFOUND" }, "ENOTFOUND"],
    [{}, "ENOTFOUND"],
    [{ 4: [], 6: [] }, "ENOTFOUND"],
    // Nobody knows: it may be there.
    [{ 4: "ENOTFOUND", 6: "ESERVFAIL" }, "EAI_AGAIN"],
    [{ 4: "ETIMEOUT", 6: "ECONNREFUSED" }, "EAI_AGAIN"],
  ];
  for (const [answers, want] of cases) assert.equal(await all(scripted(answers).names, "tax.example"), want);
});

test("a socket that wants one family gets that, and one that wants one address the first", async () => {
  const { names } = scripted({ 4: [A("203.0.113.7")], 6: [A("2001:db8::7")] });
  assert.equal(await all(names, "tax.example", 6), "2001:db8::7/6");
  assert.equal(await all(scripted({ 4: [A("203.0.113.7")] }).names, "tax.example", 6), "ENOTFOUND");
  const single = await new Promise((resolve) => names.lookup("tax.example", {}, (_fault, address, family) => resolve([address, family])));
  assert.deepEqual(single, ["203.0.113.7", 4]);
});

test("a family that is not answered is waited for 50 ms, not longer", async () => {
  const clock = manualClock();
  const names = createNameLookUp([], clock, (_host, family) => (family === 4 ? Promise.resolve([A("203.0.113.7")]) : new Promise(() => undefined)));
  let told = "";
  void all(names, "tax.example").then((found) => (told = found));
  const turn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await turn();
  clock.advance(49);
  await turn();
  assert.equal(told, "");
  clock.advance(1);
  await turn();
  assert.equal(told, "203.0.113.7/4");
});

test("an answer is kept for the shortest of its times, within a second and an hour, and asked for once at a time", async () => {
  const { clock, asked, script, names } = scripted({ 4: [A("203.0.113.7", 60), A("203.0.113.8", 30)] });
  await Promise.all([all(names, "tax.example"), all(names, "tax.example")]);
  assert.equal(asked.length, 2);
  script.answers = { 4: [A("203.0.113.9", 0)] };
  clock.advance(29_999);
  assert.equal(await all(names, "tax.example"), "203.0.113.7/4 203.0.113.8/4");
  clock.advance(1);
  assert.equal(await all(names, "tax.example"), "203.0.113.9/4");
  clock.advance(999);
  await all(names, "tax.example");
  assert.equal(asked.length, 4);
  script.answers = { 4: [A("203.0.113.9", 1_000_000)] };
  clock.advance(1);
  await all(names, "tax.example");
  clock.advance(3_600_000);
  await all(names, "tax.example");
  assert.equal(asked.length, 8);
});

test("while the name servers are away the last answer serves for ten minutes more; that a name is gone counts at once", async () => {
  const { clock, script, names } = scripted({ 4: [A("203.0.113.7", 60)] });
  await all(names, "tax.example");
  script.answers = { 4: "ETIMEOUT", 6: "ETIMEOUT" };
  clock.advance(60_000);
  assert.equal(await all(names, "tax.example"), "203.0.113.7/4");
  clock.advance(599_999);
  assert.equal(await all(names, "tax.example"), "203.0.113.7/4");
  clock.advance(1);
  assert.equal(await all(names, "tax.example"), "EAI_AGAIN");
  const gone = scripted({ 4: [A("203.0.113.7", 60)] });
  await all(gone.names, "tax.example");
  gone.script.answers = { 4: "ENOTFOUND", 6: "ENOTFOUND" };
  gone.clock.advance(60_000);
  assert.equal(await all(gone.names, "tax.example"), "ENOTFOUND");
});

test("names are kept within a bound", async () => {
  const { asked, names } = scripted({ 4: [A("203.0.113.7")] });
  for (let index = 0; index < 257; index++) await all(names, `host-${index}.example`);
  asked.length = 0;
  await all(names, "host-256.example");
  assert.deepEqual(asked, []);
  await all(names, "host-0.example");
  assert.equal(asked.length, 2);
});

test("an address of its own leads every name there, in the family that it has", async () => {
  assert.equal(await all({ lookup: fixedLookup("203.0.113.7") }, "tax.example"), "203.0.113.7/4");
  assert.equal(await all({ lookup: fixedLookup("2001:db8::7") }, "tax.example"), "2001:db8::7/6");
});

/** A name server that knows one address for every name, and refuses to say anything of IPv6. */
async function nameServer(t: TestContext, address: readonly number[]): Promise<string> {
  const server = createSocket("udp4");
  server.on("message", (query, { port }) => {
    const question = query.subarray(12);
    const isA = query.readUInt16BE(query.length - (query.readUInt16BE(10) > 0 ? 15 : 4)) === 1;
    const head = Buffer.from([...query.subarray(0, 2), 0x81, isA ? 0x80 : 0x82, 0, 1, 0, isA ? 1 : 0, 0, 0, 0, 0]);
    const end = question.indexOf(0) + 5;
    const answer = isA ? Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address]) : Buffer.alloc(0);
    server.send(Buffer.concat([head, question.subarray(0, end), answer]), port, "127.0.0.1");
  });
  await new Promise<void>((resolve) => void server.bind(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `127.0.0.1:${server.address().port}`;
}

test("names are asked at the servers that are named, not at the system with its hosts file", async (t) => {
  const server = await nameServer(t, [203, 0, 113, 7]);
  // The system would say 127.0.0.1.
  assert.equal(await all(createNameLookUp([server], systemClock), "localhost"), "203.0.113.7/4");
});

test("name servers and addresses are written as IP addresses", () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ["10.0.0.53", true], ["10.0.0.53:5353", true], ["2001:db8::53", true], ["[2001:db8::53]", true], ["[2001:db8::53]:53", true],
    ["dns.example", false], ["10.0.0.53:0", false], ["10.0.0.53:65536", false], ["10.0.0", false], ["[10.0.0.53", false], ["", false], ["10.0.0.53:53:53", false],
  ];
  for (const [text, want] of cases) assert.equal(upstreamOptions.safeParse({ nameServers: [text] }).success, want, text);
  assert.equal(regionOptions.safeParse({ endpoints: [{ url: "https://tax.example", address: "tax.example" }] }).success, false);
});
