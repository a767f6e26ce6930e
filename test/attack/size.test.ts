import { equal, ok } from "node:assert/strict";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { startTaxgate, type RunningTaxgate } from "../support/taxgate.ts";
import { attackYaml } from "./attack-yaml.ts";

const SIZE = 100 * 1024 * 1024;
const MOST_GROWTH = 20 * 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, "x");
const skip = process.platform === "linux" ? false : "resident memory is read from /proc";

let platform: Server;
let taxgate: RunningTaxgate | undefined;

function* pieces(size: number): Generator<Buffer> {
  for (let sent = 0; sent < size; sent += PIECE.length) yield PIECE;
}

async function count(stream: AsyncIterable<Buffer>): Promise<number> {
  let total = 0;
  for await (const piece of stream) total += piece.length;
  return total;
}

before(async () => {
  platform = createServer((incoming, outgoing) => {
    if (incoming.method === "GET") return void pipeline(Readable.from(pieces(Number(incoming.headers["x-size"]))), outgoing).catch(() => undefined);
    return void count(incoming).then((total) => outgoing.end(String(total)));
  });
  await new Promise<void>((resolve) => platform.listen(0, "127.0.0.1", resolve));
});

after(() => {
  platform.close();
  platform.closeAllConnections();
});

// A fresh one for each test: what one transfer has grown would hide the growth of the next.
beforeEach(async () => { taxgate = await startTaxgate(attackYaml({ upstreamPort: (platform.address() as AddressInfo).port })); });
afterEach(async () => { await taxgate?.stop(); });

function running(): RunningTaxgate {
  if (taxgate === undefined) throw new Error("running a case: taxgate did not start");
  return taxgate;
}

function download(size: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "x-size": size };
    request({ port: running().port("plain"), host: "127.0.0.1", path: "/down", agent: false, headers }, (answer) => {
      count(answer).then(resolve, reject);
    }).on("error", reject).end();
  });
}

function upload(size: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ port: running().port("plain"), host: "127.0.0.1", path: "/up", method: "POST", agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => { text += part; }).on("end", () => resolve(Number(text))).on("error", reject);
    });
    pipeline(Readable.from(pieces(size)), outgoing).catch(reject);
  });
}

/** Growth over the highest sample while a transfer runs. The first transfer of each kind is a warm-up: code and buffers have their size then. */
async function growthDuring(transfer: (size: number) => Promise<number>): Promise<{ moved: number; growth: number }> {
  await transfer(SIZE / 5);
  const before = await running().residentBytes();
  let most = before;
  const look = async (): Promise<void> => { most = Math.max(most, await running().residentBytes()); };
  const timer = setInterval(() => void look(), 20);
  const moved = await transfer(SIZE);
  clearInterval(timer);
  return { moved, growth: most - before };
}

for (const [name, transfer] of [["up", upload], ["down", download]] as const) {
  test(`a hundred megabytes go ${name} in bounded memory`, { skip }, async (context) => {
    const { moved, growth } = await growthDuring(transfer);
    context.diagnostic(`resident growth ${(growth / 1024 / 1024).toFixed(1)} MiB`);
    equal(moved, SIZE);
    ok(growth < MOST_GROWTH, `grew by ${(growth / 1024 / 1024).toFixed(1)} MiB`);
  });
}

test("a client that does not read does not fill the memory", { skip }, async () => {
  const before = await running().residentBytes();
  await new Promise<void>((resolve, reject) => {
    request({ port: running().port("plain"), host: "127.0.0.1", path: "/slow", agent: false, headers: { "x-size": SIZE } }, (answer) => {
      answer.pause();
      setTimeout(() => { answer.destroy(); resolve(); }, 1000);
    }).on("error", reject).end();
  });
  ok(await running().residentBytes() - before < MOST_GROWTH);
});
