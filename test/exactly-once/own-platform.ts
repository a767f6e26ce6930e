import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** A submission as it reached the platform. */
export interface Arrival {
  readonly body: Buffer;
  readonly headers: IncomingMessage["headers"];
  /** The connection it came on, counted from 1. */
  readonly connection: number;
  /** How many requests that connection had carried before. */
  readonly before: number;
}

/** What becomes of a submission. It is in the ledger already. */
export type Serve = (arrival: Arrival, response: ServerResponse, socket: Socket) => void;

/** A platform for what the sandbox cannot be: it issues whatever bytes arrive, and answers as it is told. */
export interface OwnPlatform {
  readonly origin: string;
  /** Its ledger: every submission, in order of arrival. */
  readonly issued: readonly Arrival[];
  /** Questions, by target. */
  readonly asked: readonly string[];
  /** From now on, submissions are answered by this; without it as {@link issuedAs} has it. */
  serve(serve: Serve | null): void;
  /** From now on, questions are answered by this; without it by the ledger. */
  answerQuestions(answer: ((response: ServerResponse) => void) | null): void;
  /** The invoices whose body holds this text, in whatever charset Latin letters and digits look alike. */
  of(text: string): readonly Arrival[];
  stop(): Promise<void>;
}

/** The answer to the n-th invoice. */
export function issuedAs(invoiceNo: number): string {
  return JSON.stringify({ code: 0, invoiceNo: String(invoiceNo) });
}

/** Starts one on a free port of loopback. Questions are `GET …?orderNo=`, found where an invoice's body holds the number as JSON text. */
export async function startOwnPlatform(): Promise<OwnPlatform> {
  const issued: Arrival[] = [];
  const asked: string[] = [];
  const carried = new Map<Socket, { readonly connection: number; requests: number }>();
  let serving: Serve | null = null;
  let answering: ((response: ServerResponse) => void) | null = null;

  const of = (text: string): readonly Arrival[] => issued.filter(({ body }) => body.includes(text));

  function answer(arrival: Arrival, response: ServerResponse, socket: Socket): void {
    issued.push(arrival);
    if (serving !== null) return serving(arrival, response, socket);
    response.writeHead(200, { "content-type": "application/json" }).end(issuedAs(issued.length));
  }

  function tell(url: string, response: ServerResponse): void {
    asked.push(url);
    if (answering !== null) return answering(response);
    const orderNo = new URLSearchParams(url.slice(url.indexOf("?"))).get("orderNo") ?? "";
    const index = issued.findIndex(({ body }) => body.includes(JSON.stringify(orderNo)));
    response.writeHead(index < 0 ? 404 : 200, { "content-type": "application/json" }).end(index < 0 ? '{"code":4040}' : issuedAs(index + 1));
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const { socket } = request;
    const known = carried.get(socket) ?? { connection: carried.size + 1, requests: 0 };
    carried.set(socket, known);
    const before = known.requests++;
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.once("end", () => {
      if (request.method !== "POST") return tell(request.url ?? "", response);
      return answer({ body: Buffer.concat(parts), headers: request.headers, connection: known.connection, before }, response, socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    issued, asked, of,
    serve: (serve) => void (serving = serve),
    answerQuestions: (answer) => void (answering = answer),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
