import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { launch } from "./children.ts";
import { nginxPreamble } from "./proxies/nginx.ts";
import { fetchText, freePort, untilServed } from "./port.ts";

/** Starts nginx on core 1, answering every request with 1.1 kB of JSON from memory. Gives its port. */
export async function startOrigin(folder: string): Promise<number> {
  const port = await freePort();
  const file = join(folder, "origin.conf");
  writeFileSync(file, configuration(folder, port, invoiceAnswer(1126)));
  const child = launch({ command: "nginx", args: ["-p", folder, "-c", file], core: 1 });
  await untilServed(port, child.exited);
  return port;
}

/** Requests that the origin has been sent since it was started, this look included. */
export async function requestsAt(origin: number): Promise<number> {
  return Number(/ \d+ \d+ (\d+)/.exec(await fetchText(origin, "/_requests"))?.[1]);
}

/** A JSON answer of exactly `size` bytes, as a platform's word that it issued an invoice of several lines looks. */
export function invoiceAnswer(size: number): string {
  const lines: unknown[] = [];
  const text = (note: string): string => JSON.stringify({ code: 0, message: "success", invoiceNo: "26571015000000000001", lines, note });
  while (text("").length < size - 80) {
    lines.push({ line: lines.length + 1, name: "consulting service", amount: "1024.00", rate: "0.06" });
  }
  return text("x".repeat(size - text("").length));
}

function configuration(folder: string, port: number, answer: string): string {
  return `${nginxPreamble(folder, "origin")}
  client_body_buffer_size 64k;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /_requests { stub_status; }
    location / { default_type application/json; return 200 '${answer}'; }
  }
}
`;
}
