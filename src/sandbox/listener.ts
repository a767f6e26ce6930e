import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Waits } from "./waits.ts";

/** What a listener does with the requests it reads; a fault must be dealt with inside. */
export type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP/1.1 listener that can go away and come back on the same port, and whose sockets are at hand. */
export interface Listener {
  /** Starts to accept, on the port of the last time if there was one; tries again for 5 s when the port is taken. */
  open(): Promise<void>;
  /** Stops accepting: the system refuses connections from now on. Idle connections end, requests in flight go on. */
  close(): void;
  isOpen(): boolean;
  port(): number;
  sockets(): ReadonlySet<Socket>;
  /** Closes and cuts every connection. */
  stop(): Promise<void>;
}

/** How a listener is made. */
export interface ListenerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly waits: Waits;
  readonly serve: Serve;
  /** Told of each new connection. */
  readonly accepted: (socket: Socket) => void;
  /** Told of bytes that are not a request; must end the socket. */
  readonly malformed: (socket: Socket) => void;
}

const RETRY_MS = 50;
const RETRIES = 100;

/** Makes a listener that is not open yet. */
export function createListener(options: ListenerOptions): Listener {
  const { host, waits } = options;
  const sockets = new Set<Socket>();
  const server = makeServer(options, sockets);
  let port = options.port;
  let stopped = false;

  async function open(): Promise<void> {
    const settled = (): boolean => stopped || server.listening;
    for (let left = port === 0 ? 0 : RETRIES; !settled(); left -= 1) {
      const fault = await listen(server, host, port);
      if (fault && (left <= 0 || fault.code !== "EADDRINUSE" || !(await waits.wait(RETRY_MS)))) throw fault;
    }
    // server.address() is a string only for pipes.
    if (server.listening) port = (server.address() as AddressInfo).port;
  }

  async function stop(): Promise<void> {
    stopped = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  return { open, stop, close: () => void server.close(), isOpen: () => server.listening, port: () => port, sockets: () => sockets };
}

function makeServer({ serve, accepted, malformed }: ListenerOptions, sockets: Set<Socket>): Server {
  // A half-open connection must stay so for as long as a drill lasts: node would answer 408 after 300 s.
  const server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 65_000, noDelay: true });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    accepted(socket);
  });
  // The body is asked for when it is read, so that a connection that plays dead sends no 100 either.
  server.on("request", serve).on("checkContinue", serve);
  server.on("clientError", (_fault, socket) => malformed(socket as Socket));
  return server;
}

function listen(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const failed = (fault: NodeJS.ErrnoException): void => settle(fault);
    const succeeded = (): void => settle(undefined);
    const settle = (fault: NodeJS.ErrnoException | undefined): void => {
      server.off("error", failed).off("listening", succeeded);
      resolve(fault);
    };
    server.once("error", failed).once("listening", succeeded).listen({ host, port });
  });
}
