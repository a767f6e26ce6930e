import { connect, type Socket } from "node:net";
import type { CounterReport } from "../../src/sandbox/counters.ts";

/** What a client sees of a connection: every byte, and how it ended. */
export interface Seen {
  readonly bytes: Buffer;
  readonly text: string;
  readonly ending: "open" | "end" | "reset" | "refused";
}

/** A connection that records what arrives. */
export interface RawClient {
  readonly socket: Socket;
  send(text: string | Uint8Array): void;
  seen(): Seen;
  /** Resolves when the connection has ended, or when what was seen so far satisfies `enough`. */
  until(enough?: (seen: Seen) => boolean): Promise<Seen>;
}

/** Connects to an origin; `allowHalfOpen` is off, so an end from the other side ends the connection. */
export function rawClient(origin: string): RawClient {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port) });
  const chunks: Buffer[] = [];
  let ending: Seen["ending"] = "open";
  let watch: (() => void) | undefined;
  const note = (): void => watch?.();
  socket.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    note();
  });
  socket.on("end", () => {
    ending = "end";
    note();
  });
  socket.on("error", (fault: NodeJS.ErrnoException) => {
    ending = fault.code === "ECONNREFUSED" ? "refused" : "reset";
    note();
  });
  const seen = (): Seen => {
    const bytes = Buffer.concat(chunks);
    return { bytes, text: bytes.toString("latin1"), ending };
  };
  return {
    socket, seen,
    send: (text) => void socket.write(text),
    until: (enough = () => false) => new Promise((resolve) => {
      watch = () => {
        if (ending !== "open" || enough(seen())) resolve(seen());
      };
      note();
    }),
  };
}

/** Sends one request on a connection of its own and returns what came back until the connection ended. */
export async function talk(origin: string, request: string): Promise<Seen> {
  const client = rawClient(origin);
  client.send(request);
  const seen = await client.until();
  client.socket.destroy();
  return seen;
}

/** A GET that asks for the connection to be closed. */
export function get(path: string, headers = ""): string {
  return `GET ${path} HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n${headers}\r\n`;
}

/** A submission of an order, closing the connection. */
export function submit(orderNo: string): string {
  const body = JSON.stringify({ orderNo, sellerTaxNo: "91110000600007156X", items: [{ name: "paper", qty: 1 }], amount: 12.5 });
  return `POST /api/invoices HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** Status, headers (lower-case) and body of a complete answer. */
export function parse(seen: Seen): { status: number; headers: Record<string, string>; body: string } {
  const cut = seen.text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = seen.text.slice(0, cut).split("\r\n");
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
  return { status: Number(first.split(" ")[1]), headers, body: seen.text.slice(cut + 4) };
}

/** Lets the event loop turn until a condition holds; fails after a bounded number of turns. */
export async function eventually(condition: () => boolean, what: string): Promise<void> {
  for (let turn = 0; turn < 100_000; turn += 1) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`waiting for "${what}": it never happened`);
}

/** What `GET /_sandbox/requests` shows. */
export interface Report extends CounterReport {
  readonly strikes: Readonly<Record<string, number>>;
  readonly now: { readonly listening: boolean; readonly queued: number; readonly working: number; readonly sockets: number; readonly waits: number };
}

/** Asks for the counters until a condition holds; fails after a bounded number of questions. */
export async function reported(origin: string, condition: (report: Report) => boolean): Promise<Report> {
  for (let question = 0; question < 2000; question += 1) {
    const report: Report = JSON.parse(parse(await talk(origin, get("/_sandbox/requests"))).body);
    if (condition(report)) return report;
  }
  throw new Error(`waiting for counters of "${origin}": they never came to what was awaited`);
}
