import { destination } from "pino";
import type { Clock, Timer } from "../base/clock.ts";

/** Where lines go. */
export interface Sink {
  /** Takes one line with its line feed; it is written within a second. */
  write(line: string): void;
  /** Starts writing what has been taken. */
  flush(): void;
  /** Lines lost because the reader was too slow or the file could not be written. */
  dropped(): number;
  /** Writes everything; waits at most a second for a reader that has stopped reading. */
  stop(): Promise<void>;
}

/** Lines are handed over in batches of so many characters. */
const BATCH = 65_536;
/** So many bytes may wait for a slow reader before lines are dropped. */
const MOST_WAITING = 8 * 1024 * 1024;
const LATEST = 1000;

/** What the sink writes batches to: the part of pino's destination that is used. */
export interface BatchWriter {
  write(text: string): unknown;
  flush(done: (fault?: Error | null) => void): void;
  flushSync(): void;
}

/**
 * Gathers lines into batches. SonicBoom, pino's writer, measures its whole buffer at each write, which costs more than
 * making the line; a batch is measured once. The timer runs only while something waits.
 */
export function createSink(clock: Clock, writer: BatchWriter, dropped: () => number): Sink & { flushSync(): void } {
  let batch = "";
  let timer: Timer | null = null;
  const flush = (): void => {
    timer?.cancel();
    timer = null;
    if (batch === "") return;
    const full = batch;
    batch = "";
    writer.write(full);
  };
  return {
    write(line) {
      batch += line;
      if (batch.length >= BATCH) flush();
      else timer ??= clock.after(LATEST, flush, true);
    },
    flush,
    dropped,
    flushSync() {
      flush();
      writer.flushSync();
    },
    stop() {
      flush();
      return new Promise((resolve) => {
        const late = clock.after(LATEST, resolve);
        writer.flush(() => {
          late.cancel();
          resolve();
        });
      });
    },
  };
}

/** Writes to standard output without ever blocking the event loop; what is left is written when the process exits. */
export function stdoutSink(clock: Clock): Sink {
  let lost = 0;
  const writer = destination({ dest: 1, sync: false, maxLength: MOST_WAITING });
  writer.on("drop", (text: string) => {
    lost += text.split("\n").length - 1;
  });
  writer.on("error", () => {
    lost += 1;
  });
  const sink = createSink(clock, writer, () => lost);
  const atExit = (): void => sink.flushSync();
  process.on("exit", atExit);
  return {
    ...sink,
    async stop() {
      await sink.stop();
      process.off("exit", atExit);
    },
  };
}
