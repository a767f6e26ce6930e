import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { INVOICE, invoicePath, invoiceText } from "./invoice.ts";

// Run as a process of its own by latency.ts: `open-loop-client.ts item|invoice RATE SECONDS PORT...`. An invoice has an
// order number that was never used.
// A request goes out at its appointed time whatever became of those before it, and its latency counts from that time,
// so that a stall is charged to every request that it delays. The ports take turns, half a period apart, and meet the
// same noise. Prints one JSON array of latencies in milliseconds for each port.

interface Idle {
  readonly socket: Socket;
  answered: (() => void) | undefined;
  received: string;
}

const [kind, ...numbers] = process.argv.slice(2);
const [rate = 0, seconds = 0, ...ports] = numbers.map(Number);
const invoice = invoiceText(INVOICE, 24);
const spinMs = 1.5;
const warmUps = Math.min(50, rate);
const targets = ports.map((port) => ({ port, idle: [] as Idle[], latencies: [] as number[] }));

const start = performance.now() + 50;
const total = rate * seconds + warmUps;
const pending: Promise<void>[] = [];
for (let turn = 0; turn < total * targets.length; turn += 1) {
  const due = start + (turn * 1000) / (rate * targets.length);
  await until(due);
  pending.push(send(turn % targets.length, due, turn >= warmUps * targets.length));
}
await Promise.all(pending);
console.log(JSON.stringify(targets.map(({ latencies }) => latencies)));
process.exit(0);

/** Timers are a millisecond coarse, so the last stretch is waited for in the event loop. */
async function until(due: number): Promise<void> {
  const left = due - performance.now();
  if (left > spinMs) await new Promise((resolve) => setTimeout(resolve, left - spinMs));
  while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
}

async function send(at: number, due: number, counted: boolean): Promise<void> {
  const target = targets[at];
  if (target === undefined) return;
  const connection = target.idle.pop() ?? open(target.port);
  await new Promise<void>((resolve) => {
    connection.answered = resolve;
    connection.socket.write(kind === "invoice" ? post(target.port) : `GET /pass/item HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\n\r\n`);
  });
  if (counted) target.latencies.push(performance.now() - due);
  target.idle.push(connection);
}

function post(port: number): string {
  const body = `${invoice.before}${randomBytes(12).toString("hex")}${invoice.after}`;
  return `POST ${invoicePath} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

function open(port: number): Idle {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const connection: Idle = { socket, answered: undefined, received: "" };
  socket.setEncoding("latin1");
  socket.on("data", (piece: string) => {
    connection.received += piece;
    if (!isWhole(connection.received)) return;
    connection.received = "";
    connection.answered?.();
  });
  socket.once("error", (error) => fail(`port ${port}: ${error.message}`));
  socket.once("close", () => fail(`port ${port}: closed by the other side`));
  return connection;
}

function isWhole(answer: string): boolean {
  const headEnd = answer.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  if (!answer.startsWith("HTTP/1.1 200")) fail(`unexpected answer: "${answer.slice(0, 60)}"`);
  const length = /\r\ncontent-length: *(\d+)/i.exec(answer.slice(0, headEnd))?.[1];
  if (length !== undefined) return answer.length >= headEnd + 4 + Number(length);
  return answer.endsWith("\r\n0\r\n\r\n");
}

function fail(reason: string): never {
  console.log(JSON.stringify({ error: reason }));
  process.exit(1);
}
