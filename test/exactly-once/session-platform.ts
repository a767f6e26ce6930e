import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An invoice as the platform has it. */
export interface SessionInvoice {
  readonly session: string;
  readonly invoiceHash: string;
  readonly referenceNumber: string;
}

/** A platform that takes invoices in sessions: what it says of one means something in its session only. */
export interface SessionPlatform {
  readonly origin: string;
  readonly taken: readonly SessionInvoice[];
  /** Pages that were asked for: session and continuation token. */
  readonly pages: readonly string[];
  /** So many answers to invoices are lost from now on. */
  loseAnswers(count: number): void;
  /** So many invoices are lost before they are taken in, from now on. */
  loseInvoices(count: number): void;
  /** From now on answers to invoices wait until the function that comes back is called. */
  holdAnswers(): () => void;
  stop(): Promise<void>;
}

const PATH = /^\/sessions\/([^/]+)\/invoices/;
const PAGE = 2;

/** Starts one on a free port of loopback; its list of a session's invoices goes on, two a page, by a token in a header. */
export async function startSessionPlatform(): Promise<SessionPlatform> {
  const taken: SessionInvoice[] = [];
  const pages: string[] = [];
  let answersLost = 0;
  let invoicesLost = 0;
  let held: (() => void)[] | null = null;

  function take(session: string, body: string, request: IncomingMessage, response: ServerResponse): void {
    if (invoicesLost-- > 0) return void request.socket.destroy();
    const { invoiceHash } = JSON.parse(body) as { readonly invoiceHash: string };
    const invoice = { session, invoiceHash, referenceNumber: `${session}-${taken.length + 1}` };
    taken.push(invoice);
    if (answersLost-- > 0) return void request.socket.destroy();
    const answer = (): void => void response.writeHead(202, { "content-type": "application/json" }).end(JSON.stringify({ referenceNumber: invoice.referenceNumber }));
    if (held === null) answer();
    else held.push(answer);
  }

  function list(session: string, token: string, response: ServerResponse): void {
    pages.push(`${session} ${token}`);
    const all = taken.filter((one) => one.session === session);
    const from = Number(token === "" ? "0" : token);
    const next = from + PAGE < all.length ? String(from + PAGE) : null;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ continuationToken: next, invoices: all.slice(from, from + PAGE) }));
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.once("end", () => {
      const session = PATH.exec(request.url ?? "")?.[1] ?? "";
      if (request.method === "POST") take(session, Buffer.concat(parts).toString(), request, response);
      else list(session, request.headers["x-continuation-token"]?.toString() ?? "", response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken, pages,
    loseAnswers(count) {
      answersLost = count;
    },
    loseInvoices(count) {
      invoicesLost = count;
    },
    holdAnswers() {
      const waiting: (() => void)[] = [];
      held = waiting;
      return () => {
        held = null;
        for (const answer of waiting) answer();
      };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
