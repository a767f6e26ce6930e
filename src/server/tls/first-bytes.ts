import type { Socket } from "node:net";
import type { Clock } from "../../base/clock.ts";
import { readClientHello, type ClientHello } from "./client-hello.ts";

/** What to do once a connection's greeting is known. */
export interface Greeted {
  /** Bound in time on the greeting, ms. */
  readonly within: number;
  readonly clock: Clock;
  /** Null: it is no greeting of TLS that could be read. The bytes are in the socket again, as if nobody had looked. */
  readonly greeted: (hello: ClientHello | null) => void;
  /** The time was up; the socket is still there. */
  readonly late: () => void;
}

/** Looks at the greeting of a connection that nobody reads yet. Calls nothing where the connection ends before. */
export function awaitHello(socket: Socket, { within, clock, greeted, late }: Greeted): void {
  const parts: Buffer[] = [];
  let held = 0;
  let need = 1;

  const look = (): void => {
    for (let bytes = socket.read() as Buffer | null; bytes !== null; bytes = socket.read() as Buffer | null) {
      parts.push(bytes);
      held += bytes.length;
    }
    if (held < need) return;
    const hello = readClientHello(Buffer.concat(parts));
    if (hello !== null && "need" in hello) need = hello.need;
    else over(hello);
  };
  const over = (hello: ClientHello | null): void => {
    letGo();
    socket.unshift(Buffer.concat(parts));
    greeted(hello);
  };
  // Nobody else listens yet, and an error without a listener ends the process.
  const gone = (): void => void socket.destroy();
  const letGo = (): void => {
    timer.cancel();
    socket.off("readable", look).off("error", gone).off("close", letGo);
  };
  const timer = clock.after(
    within,
    () => {
      letGo();
      late();
    },
    true,
  );
  socket.on("readable", look).on("error", gone).on("close", letGo);
}
