import { connect } from "node:tls";
import { decodeFrames, encodeFrame, FLAG, FRAME, PREFACE, statusOf, type Frame } from "./http2-frames.ts";

/** What became of one stream. */
export interface Http2Result {
  /** Status of the answer; 0 where it is none of the static table, undefined where there was no answer. */
  readonly status: number | undefined;
  /** The answer came to its regular end. */
  readonly isComplete: boolean;
  /** The stream was reset, or the connection given up. */
  readonly isRejected: boolean;
}

/** Sends frames for stream 1 over a fresh TLS connection and waits for the end of that stream. Throws where the handshake fails. */
export function sendFrames(port: number, frames: readonly Frame[], deadline = 1000): Promise<Http2Result> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ALPNProtocols: ["h2"], rejectUnauthorized: false });
    let received = Buffer.alloc(0);
    const finish = (isClosed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(resultOf(decodeFrames(received), isClosed));
    };
    const timer = setTimeout(() => finish(false), deadline);
    socket.on("secureConnect", () => {
      if (socket.alpnProtocol !== "h2") reject(new Error(`connecting by HTTP/2: server chose ${JSON.stringify(socket.alpnProtocol)}`));
      socket.write(Buffer.concat([PREFACE, ...frames.map(encodeFrame)]));
    });
    socket.on("data", (data: Buffer) => {
      received = Buffer.concat([received, data]);
      if (decodeFrames(received).some(isLast)) finish(false);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => finish(true));
  });
}

function isLast({ type, flags, stream }: Frame): boolean {
  if (type === FRAME.goaway) return true;
  return stream === 1 && (type === FRAME.reset || ((type === FRAME.data || type === FRAME.headers) && (flags & FLAG.endStream) !== 0));
}

function resultOf(frames: readonly Frame[], isClosed: boolean): Http2Result {
  const own = frames.filter(({ stream }) => stream === 1);
  const heads = own.filter(({ type }) => type === FRAME.headers).map(({ payload }) => statusOf(payload));
  return {
    // An interim answer is none that the static table names.
    status: heads.find((status) => status !== 0) ?? heads[0],
    isComplete: own.some(({ type, flags }) => type !== FRAME.reset && (flags & FLAG.endStream) !== 0),
    isRejected: isClosed || frames.some(({ type }) => type === FRAME.goaway) || own.some(({ type }) => type === FRAME.reset),
  };
}
