import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { manualClock } from "../../src/base/clock.ts";
import { createCache } from "../../src/cache/cache.ts";
import { NO_BODY, type Answer, type Body, type BodySource, type Headers } from "../../src/http/message.ts";
import type { Passing } from "../../src/journal/verdicts/learn.ts";
import { createExchange, type Exchange } from "../../src/pipeline/exchange.ts";
import type { Surroundings } from "../../src/pipeline/generation.ts";
import { heardAlong } from "../../src/pipeline/learn.ts";
import { routeOptions } from "../../src/pipeline/options.ts";
import { compileRoute, type Site } from "../../src/pipeline/site.ts";

const MIB = 1024 * 1024;
const JSON_TYPE = ["Content-Type", "application/json"];

interface Listener {
  readonly x: Exchange;
  readonly around: Surroundings;
  readonly heard: Passing[];
  readonly unheard: string[];
  readonly logged: string[];
}

function listener({ method = "GET", headers = [], target = "/status/T%201?page=2", body = NO_BODY }: { readonly method?: string; readonly headers?: Headers; readonly target?: string; readonly body?: Body } = {}): Listener {
  const heard: Passing[] = [];
  const unheard: string[] = [];
  const logged: string[] = [];
  const clock = manualClock();
  const [path = "", query] = target.split("?");
  const caller = { listener: "plain", address: "127.0.0.1", secure: false, certificate: null };
  const x = createExchange({ id: "1", caller, head: { method, target, authority: "tax.example", version: "1.1", headers }, body, startedAt: 7 });
  const journal = { overhear: (_rules: unknown, passing: Passing) => void heard.push(passing) };
  const route = compileRoute(routeOptions.parse({ name: "status", class: "poll", match: { path: "/status/{ref}" } }), { learns: { rules: { read: () => [] }, journal: journal as never, told: new Set() } });
  const identity = { changing: new Set(["authorization"]), entitled: (principal: string | null, taxpayer: string | null) => `${principal}` === `authorization:${taxpayer}` };
  Object.assign(x, { route, site: { name: "china", identity } as unknown as Site, path, query: query === undefined ? "" : `?${query}`, principal: "authorization:91", taxpayer: "91", region: "beijing" });
  const cache = createCache({ clock, maxBytes: MIB, maxEntryBytes: MIB, shared: null, events: {} } as never);
  const around = { clock, cache, metrics: { answerUnheard: (...told: string[]) => void unheard.push(told.join(" ")) }, log: { warn: (event: string) => void logged.push(event) } };
  return { x, around: around as unknown as Surroundings, heard, unheard, logged };
}

/** A body in pieces; what was read of it is in `log`, beside what was heard by then. */
function source(pieces: readonly Uint8Array[], length: number | null, log: string[], heard: readonly unknown[] = []): BodySource {
  const left = [...pieces];
  return {
    length,
    read() {
      const piece = left.shift() ?? null;
      log.push(`${piece?.byteLength ?? "end"}/${heard.length}`);
      return Promise.resolve(piece);
    },
    cancel: () => void log.push("cancelled"),
    trailers: () => ["x-trailer", "1"],
  };
}

async function whole({ body }: Answer, seen: (heardSoFar: number) => void = () => undefined, heard: readonly unknown[] = []): Promise<Buffer> {
  if (body.kind !== "source") return Buffer.from(body.kind === "bytes" ? body.bytes : "");
  const pieces: Uint8Array[] = [];
  for (let piece = await body.source.read(); piece !== null; piece = await body.source.read()) {
    pieces.push(piece);
    seen(heard.length);
  }
  seen(heard.length);
  return Buffer.concat(pieces);
}

const text = ({ overheard }: Passing): string => Buffer.from(overheard.body).toString();
const bytes = (body: Uint8Array | string): Body => ({ kind: "bytes", bytes: Buffer.from(body) });

describe("an answer that is heard on its way", () => {
  test("tells of what was asked, by whom, for whom and where", async () => {
    const { x, around, heard } = listener({ headers: ["Authorization", "Bearer t", "Connection", "close"] });
    await heardAlong(x, { status: 200, headers: JSON_TYPE, body: bytes("{}") }, "guangdong", around);
    const [passing] = heard;
    assert.ok(passing !== undefined);
    const { site, region, by, askedAt, asker, overheard } = passing;
    assert.deepEqual({ site, region, by, askedAt, principal: asker.principal, taxpayer: asker.taxpayer, entitled: [asker.entitled?.("91"), asker.entitled?.("92")] }, { site: "china", region: "guangdong", by: "passing", askedAt: 7, principal: "authorization:91", taxpayer: "91", entitled: [true, false] });
    assert.deepEqual([overheard.status, overheard.contentType, overheard.request.pathVariables, overheard.request.query, text(passing)], [200, "application/json", { ref: "T 1" }, "?page=2", "{}"]);
    assert.deepEqual(passing.headers().slice(0, 2), ["Authorization", "Bearer t"]);
    assert.ok(!passing.headers().includes("close"));
  });

  for (const [name, length] of [["its length", 6], ["none", null]] as const) {
    test(`with ${name} stated reaches the caller as it is, piece by piece, and is heard before the caller has all of it`, async () => {
      const { x, around, heard } = listener();
      const log: string[] = [];
      const answer = await heardAlong(x, { status: 200, headers: JSON_TYPE, body: { kind: "source", source: source([Buffer.from("[1"), Buffer.from(",2,"), Buffer.from("]")], length, log, heard) } }, "beijing", around);
      assert.deepEqual(log, [], "nothing is read before the caller asks for it");
      const heardAt: number[] = [];
      assert.equal((await whole(answer, (so) => heardAt.push(so), heard)).toString(), "[1,2,]");
      assert.deepEqual(heardAt, length === null ? [0, 0, 0, 1] : [0, 0, 1, 1]);
      assert.deepEqual(heard.map(text), ["[1,2,]"]);
      assert.deepEqual(answer.body.kind === "source" ? [answer.body.source.length, answer.body.source.trailers()] : [], [length, ["x-trailer", "1"]]);
    });
  }

  test("is heard without its content coding, and passed on with it", async () => {
    const { x, around, heard } = listener();
    const packed = gzipSync('{"state":"ok"}');
    for (const body of [bytes(packed), { kind: "source", source: source([packed.subarray(0, 9), packed.subarray(9)], packed.byteLength, []) } as const]) {
      const answer = await heardAlong(x, { status: 200, headers: [...JSON_TYPE, "Content-Encoding", "x-gzip"], body }, "beijing", around);
      assert.ok((await whole(answer)).equals(packed));
    }
    assert.deepEqual(heard.map(text), ['{"state":"ok"}', '{"state":"ok"}']);
  });

  test("without a body tells its status", async () => {
    const { x, around, heard } = listener();
    await heardAlong(x, { status: 404, headers: [], body: NO_BODY }, "beijing", around);
    assert.deepEqual(heard.map((one) => [one.overheard.status, text(one)]), [[404, ""]]);
  });

  test("up to 1 MiB is heard; a larger one passes as it is, and is told of once in the log", async () => {
    const { x, around, heard, unheard, logged } = listener();
    for (const [size, length] of [[MIB, MIB], [MIB, null], [MIB + 1, MIB + 1], [MIB + 1, null]] as const) {
      const body = Buffer.alloc(size, " ");
      const answer = await heardAlong(x, { status: 200, headers: JSON_TYPE, body: { kind: "source", source: source([body.subarray(0, 70_000), body.subarray(70_000)], length, []) } }, "beijing", around);
      assert.equal((await whole(answer)).byteLength, size);
    }
    assert.deepEqual([heard.map(({ overheard }) => overheard.body.byteLength), unheard, logged.length], [[MIB, MIB], ["china status too-large", "china status too-large"], 1]);
  });
});

describe("nothing is learnt", () => {
  test("from an answer that is cut off, and the caller sees it cut off", async () => {
    const { x, around, heard } = listener();
    const broken: BodySource = { ...source([Buffer.from('{"state":')], null, []), read: (() => { const pieces = [Buffer.from("{}")]; return () => { const piece = pieces.shift(); return piece === undefined ? Promise.reject(new Error("cut off")) : Promise.resolve(piece); }; })() };
    const answer = await heardAlong(x, { status: 200, headers: JSON_TYPE, body: { kind: "source", source: broken } }, "beijing", around);
    await assert.rejects(whole(answer), /cut off/);
    assert.equal(heard.length, 0);
  });

  test("from one whose caller goes, which the platform hears of", async () => {
    const { x, around, heard } = listener();
    const log: string[] = [];
    const answer = await heardAlong(x, { status: 200, headers: JSON_TYPE, body: { kind: "source", source: source([Buffer.from("{}"), Buffer.from("{}")], null, log) } }, "beijing", around);
    if (answer.body.kind === "source") {
      await answer.body.source.read();
      answer.body.source.cancel();
    }
    assert.deepEqual([log.at(-1), heard.length], ["cancelled", 0]);
  });

  test("from one that cannot be decoded, which is counted", async () => {
    const { x, around, heard, unheard } = listener();
    const answer = await heardAlong(x, { status: 200, headers: [...JSON_TYPE, "content-encoding", "gzip"], body: bytes("no gzip") }, "beijing", around);
    assert.equal((await whole(answer)).toString(), "no gzip");
    assert.deepEqual([heard.length, unheard], [0, ["china status undecodable"]]);
  });

  for (const header of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]) {
    test(`where ${header} makes another question of it`, async () => {
      const { x, around, heard } = listener({ headers: [header, "DELETE"] });
      await heardAlong(x, { status: 404, headers: [], body: NO_BODY }, "beijing", around);
      assert.equal(heard.length, 0);
    });
  }

  test("from the head alone", async () => {
    const { x, around, heard } = listener({ method: "HEAD" });
    await heardAlong(x, { status: 404, headers: [], body: NO_BODY }, "beijing", around);
    assert.equal(heard.length, 0);
  });

  test("of a request's body that is coded: what the platform reads in it may be something else", async () => {
    const { x, around, heard } = listener({ method: "POST", headers: ["Content-Encoding", "gzip"], body: bytes('{"ref":"T1"}') });
    await heardAlong(x, { status: 200, headers: JSON_TYPE, body: bytes("{}") }, "beijing", around);
    assert.equal(heard[0]?.overheard.request.body, null);
  });
});
