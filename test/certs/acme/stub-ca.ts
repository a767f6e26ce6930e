import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { keyPair, TEST_CA } from "../../support/tls-material.ts";
import { makeStubAuthority, type StubAuthority } from "./stub-authority.ts";
import { createStubBook, type StubBook } from "./stub-book.ts";
import { readStubJws } from "./stub-jws.ts";
import { problem, type StubAnswer, type StubKind, type StubRequest, type StubSettings } from "./stub-settings.ts";

/** An ACME authority that does as it is told, on loopback. It verifies signatures, nonces, addresses and requests for certificates. */
export interface StubCa {
  /** Address of its directory; trust {@link StubCa.ca} for it. */
  readonly directory: string;
  /** PEM of the authority of its own HTTPS certificate. */
  readonly ca: string;
  readonly settings: StubSettings;
  /** All that was asked. */
  readonly requests: readonly StubRequest[];
  forgetRequests(): void;
  /** How often something was asked. */
  count(kind: StubKind): number;
  /** PEM of its root. Chains: leaf, intermediate; the alternate one ends with "Stub Other Root". */
  readonly root: string;
  /** PEM chains that it gave out, newest last. */
  readonly issued: readonly string[];
  /** Sockets that are open to it. */
  connections(): Promise<number>;
  /** Forgets accounts, orders and nonces, as one that was set up anew. */
  forget(): void;
  /** Nothing listens any more; open connections break. */
  leave(): Promise<void>;
  /** Listens again on the same port. */
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

/** Settings of an authority that is kind. */
function kindSettings(): StubSettings {
  return {
    lifetime: 90 * 24 * 3_600_000,
    wall: () => Date.now(),
    renewalInfo: null,
    profiles: null,
    eab: null,
    challenges: ["http-01", "tls-alpn-01", "dns-01"],
    finds: "valid",
    pendingLooks: 0,
    processingLooks: 0,
    alreadyValid: false,
    rejectNonces: 0,
    script: () => null,
    lose: () => false,
  };
}

/** Starts one. Settings that are not given are kind. */
export async function startStubCa(settings: Partial<StubSettings> = {}): Promise<StubCa> {
  const authority = await makeStubAuthority();
  const live: StubSettings = { ...kindSettings(), ...settings };
  const requests: StubRequest[] = [];
  const book = createStubBook(live, authority);
  const server = createServer({ ...keyPair("localhost") }, (incoming, outgoing) => void serve(incoming, outgoing, { book, settings: live, requests }));
  await listen(server, 0);
  const { port } = server.address() as AddressInfo;
  book.open(`https://localhost:${port}`);
  return { ...surface(server, port), ...kept(authority, book), settings: live, requests, forgetRequests: () => void requests.splice(0), count: (kind) => requests.filter((request) => request.kind === kind).length, ca: TEST_CA, directory: `https://localhost:${port}/directory` };
}

function kept(authority: StubAuthority, book: StubBook): Pick<StubCa, "root" | "issued" | "forget"> {
  return { root: authority.root, issued: book.issued, forget: book.forget };
}

function surface(server: Server, port: number): Pick<StubCa, "connections" | "leave" | "comeBack" | "close"> {
  const leave = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    connections: () => new Promise((resolve, reject) => server.getConnections((fault, count) => (fault === null ? resolve(count) : reject(fault)))),
    leave,
    comeBack: () => listen(server, port),
    close: leave,
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

interface Desk {
  readonly book: StubBook;
  readonly settings: StubSettings;
  readonly requests: StubRequest[];
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, { book, settings, requests }: Desk): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const path = incoming.url ?? "/";
  const kind = book.kindOf(path);
  const nth = requests.filter((request) => request.kind === kind).length + 1;
  const signed = incoming.method === "POST" ? readStubJws(Buffer.concat(parts).toString("utf8"), book.urlOf(path), book.keyOf) : null;
  const request: StubRequest = { kind, nth, method: incoming.method ?? "", path, header: signed?.header ?? null, payload: signed?.payload ?? null };
  requests.push(request);
  const turn = settings.script(request);
  if (turn === "hang") return;
  if (turn === "reset") return void incoming.socket.destroy();
  if (turn !== null) return send(outgoing, turn, book.nonce());
  const answer = await book.answer(request, signed).catch((fault: unknown) => problem(500, "serverInternal", String(fault)));
  if (settings.lose(request)) return void incoming.socket.destroy();
  send(outgoing, answer, book.nonce());
}

function send(outgoing: ServerResponse, { status, headers = {}, body }: StubAnswer, nonce: string): void {
  outgoing.writeHead(status, { "content-type": "application/json", "replay-nonce": nonce, ...headers } as Record<string, string>);
  outgoing.end(body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body));
}
