import { request, type IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { launch, stop } from "./children.ts";
import { sendRequests } from "./footprint.ts";
import { loadCore } from "./load.ts";
import { freePort, untilServed } from "./port.ts";
import { peakMegabytes, residentMegabytes, resetPeak } from "./proc.ts";
import type { Proxy } from "./proxies/proxy.ts";

/** How much the resident size rose at its peak while one large body went through, in megabytes. */
export interface Growth {
  readonly upload: number;
  readonly download: number;
}

const size = 100_000_000;

/** Sends 100 MB up and 100 MB down through a fresh instance that has served a thousand requests before. */
export async function transferGrowth(proxy: Proxy, folder: string): Promise<Growth> {
  const origin = await startOrigin();
  const { port, pids } = await proxy.start({ folder, origin: origin.port });
  await sendRequests(port, 1000);
  const download = await growthDuring(pids, () => downloadAll(port));
  const upload = await growthDuring(pids, () => uploadAll(port));
  await Promise.all([...pids, origin.pid].map(stop));
  return { upload, download };
}

async function startOrigin(): Promise<{ port: number; pid: number }> {
  const port = await freePort();
  const script = fileURLToPath(new URL("./transfer-origin.ts", import.meta.url));
  const env = { PORT: String(port), SIZE: String(size) };
  const child = launch({ command: process.execPath, args: [script], core: loadCore, env });
  await untilServed(port, child.exited);
  return { port, pid: child.pid };
}

async function growthDuring(pids: readonly number[], work: () => Promise<number>): Promise<number> {
  const before = residentMegabytes(pids);
  resetPeak(pids);
  const moved = await work();
  if (moved !== size) throw new Error(`move ${size} bytes through the proxy: ${moved} arrived`);
  return Math.max(0, peakMegabytes(pids) - before);
}

async function downloadAll(port: number): Promise<number> {
  const answer = await ask(port, "GET");
  let received = 0;
  for await (const piece of answer) received += (piece as Buffer).length;
  return received;
}

async function uploadAll(port: number): Promise<number> {
  const answer = await ask(port, "POST", Readable.from(pieces(), { objectMode: false }));
  let text = "";
  for await (const piece of answer) text += String(piece);
  return Number(text);
}

function ask(port: number, method: string, body?: Readable): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-length": size };
    const sent = request({ host: "127.0.0.1", port, method, path: "/pass/large", headers, agent: false }, resolve);
    sent.once("error", reject);
    if (body === undefined) sent.end();
    else body.pipe(sent);
  });
}

function* pieces(): Generator<Buffer> {
  const piece = Buffer.alloc(100_000, 0x62);
  for (let left = size; left > 0; left -= piece.length) yield piece;
}
