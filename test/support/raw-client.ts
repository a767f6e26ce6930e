import { connect, type Socket } from "node:net";

/** What a raw client does with its connection, beyond sending bytes. */
export interface RawExchange {
  /** Bytes to send, each piece in a write of its own. */
  readonly pieces: readonly Uint8Array[];
  /** After the last piece: keep the connection open, half-close it, or reset it. Default: keep. */
  readonly afterwards?: "keep" | "half-close" | "reset";
  /** Asked after every received piece: true ends the exchange from the client's side. */
  readonly isDone?: (received: Buffer) => boolean;
  /** Milliseconds after which the client gives up. Default: 1000. */
  readonly deadline?: number;
}

/** How the proxy's side of a connection ended: `open` means that the client left first. */
export type Ending = "fin" | "reset" | "open" | "deadline";

/** All bytes a raw client received, and how its connection ended. */
export interface RawResult {
  readonly received: Buffer;
  readonly ending: Ending;
}

/** Sends bytes over a fresh TCP connection and collects what comes back. Never throws: a refused connection ends as `reset`. */
export function sendRaw(port: number, exchange: RawExchange): Promise<RawResult> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const parts: Buffer[] = [];
    let finished = false;
    const finish = (ending: Ending): void => {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      socket.destroy();
      resolve({ received: Buffer.concat(parts), ending });
    };
    const timer = setTimeout(() => finish("deadline"), exchange.deadline ?? 1000);
    socket.on("data", (data: Buffer) => {
      parts.push(data);
      if (exchange.isDone?.(Buffer.concat(parts)) === true) finish("open");
    });
    socket.on("end", () => finish("fin"));
    socket.on("error", () => finish("reset"));
    socket.on("close", () => finish("open"));
    socket.on("connect", () => sendPieces(socket, exchange));
  });
}

function sendPieces(socket: Socket, exchange: RawExchange): void {
  const [...pieces] = exchange.pieces;
  const next = (): void => {
    const piece = pieces.shift();
    if (socket.destroyed) return;
    if (piece !== undefined) socket.write(piece, () => setImmediate(next));
    else if (exchange.afterwards === "half-close") socket.end();
    else if (exchange.afterwards === "reset") socket.resetAndDestroy();
  };
  next();
}
