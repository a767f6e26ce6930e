import { createServer, type AddressInfo, type Socket } from "node:net";
import { endOfRequest, targetOf } from "./lenient-framing.ts";

/** The bytes that answer one request, and what happens to the connection afterwards. */
export interface ScriptedAnswer {
  readonly pieces: readonly Uint8Array[];
  readonly afterwards: "keep" | "fin" | "reset";
  /** The last piece answers nothing that was asked: whoever reads it has to give the connection up. */
  readonly unasked?: boolean;
}

/** What one upstream connection carried since it was last asked. */
export interface RecordedConnection {
  readonly bytes: Buffer;
  readonly isOpen: boolean;
}

/** A raw TCP server that records every byte it receives and answers by script. */
export interface RecordingUpstream {
  readonly port: number;
  /** Answers requests whose target starts with `/answer` with these bytes; undefined restores the default answer. */
  script(answer: ScriptedAnswer | undefined): void;
  /**
   * Everything received since the last call, by connection; connections that carried nothing are left out. Connections that hold
   * half a request are closed, so that cases stay apart. Bytes that come late are part of the next call: none is lost.
   */
  take(): readonly RecordedConnection[];
  /** Connections open now. */
  openConnections(): number;
  /** Open connections that hold the beginning of a request and not its end. */
  halfRequests(): number;
  /** Connections that a script ends by `fin`, `reset` or an answer nobody asked for, and that are still open. */
  endingConnections(): number;
  close(): Promise<void>;
}

interface Recording {
  readonly socket: Socket;
  bytes: Buffer[];
  pending: Buffer;
  isOpen: boolean;
  isEnding: boolean;
}

/** The default answer: 200, keep-alive, JSON, and the target it answers in `X-Seen`. */
export function defaultAnswer(target: string): Buffer {
  const body = '{"ok":true}';
  return Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Seen: ${target}\r\nContent-Length: ${body.length}\r\n\r\n${body}`, "latin1");
}

/** Starts a recording upstream on a free loopback port. */
export async function startRecordingUpstream(): Promise<RecordingUpstream> {
  const recordings = new Set<Recording>();
  let scripted: ScriptedAnswer | undefined;
  const server = createServer({ noDelay: true }, (socket) => {
    const recording: Recording = { socket, bytes: [], pending: Buffer.alloc(0), isOpen: true, isEnding: false };
    recordings.add(recording);
    socket.on("error", () => undefined);
    socket.on("close", () => { recording.isOpen = false; });
    socket.on("data", (data: Buffer) => {
      recording.bytes.push(data);
      recording.pending = Buffer.concat([recording.pending, data]);
      answerComplete(recording, scripted);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const open = (): Recording[] => [...recordings].filter((one) => one.isOpen);
  return {
    port: (server.address() as AddressInfo).port,
    script: (answer) => { scripted = answer; },
    take: () => takeAll(recordings),
    openConnections: () => open().length,
    halfRequests: () => open().filter((one) => one.pending.length > 0).length,
    endingConnections: () => open().filter((one) => one.isEnding).length,
    close: () => new Promise((resolve) => {
      for (const one of recordings) one.socket.destroy();
      server.close(() => resolve());
    }),
  };
}

function takeAll(recordings: Set<Recording>): RecordedConnection[] {
  const taken: RecordedConnection[] = [];
  for (const one of recordings) {
    if (one.bytes.length > 0) taken.push({ bytes: Buffer.concat(one.bytes), isOpen: one.isOpen });
    one.bytes = [];
    if (one.pending.length > 0) one.socket.destroy();
    if (one.pending.length > 0 || !one.isOpen) recordings.delete(one);
  }
  return taken;
}

function answerComplete(recording: Recording, scripted: ScriptedAnswer | undefined): void {
  for (;;) {
    const end = endOfRequest(recording.pending);
    if (end === undefined) return;
    const request = recording.pending.subarray(0, end);
    recording.pending = recording.pending.subarray(end);
    const target = targetOf(request);
    if (scripted !== undefined && target.startsWith("/answer")) playAnswer(recording, scripted);
    else recording.socket.write(defaultAnswer(target));
  }
}

function playAnswer(recording: Recording, answer: ScriptedAnswer): void {
  const { socket } = recording;
  recording.isEnding = answer.afterwards !== "keep" || answer.unasked === true;
  const [...pieces] = answer.pieces;
  const next = (): void => {
    const piece = pieces.shift();
    if (socket.destroyed) return;
    if (piece !== undefined) socket.write(piece, () => setTimeout(next, 2));
    else if (answer.afterwards === "fin") socket.end();
    // A reset makes the peer drop what it has not read yet, so it is held back until the bytes have surely been read.
    else if (answer.afterwards === "reset") setTimeout(() => socket.resetAndDestroy(), 15);
  };
  next();
}
