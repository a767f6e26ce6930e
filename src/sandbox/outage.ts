import type { Socket } from "node:net";
import type { FaultState } from "./fault-state.ts";
import type { Listener } from "./listener.ts";
import type { Waits } from "./waits.ts";

/** Makes the listener and its connections agree with the spells in force: blackout and refused connections. */
export interface Outage {
  /** Acts on the set in force now, and again when a spell in it runs out; resolves when the listener is as it should be. */
  apply(): Promise<void>;
  /** A new connection: during a blackout it is reset unless it soon asks for the control API. */
  accepted(socket: Socket): void;
  /** Says what a connection is used for: the control API's connections survive a blackout. */
  usedFor(socket: Socket, use: "control" | "platform"): void;
}

const SILENCE_MS = 50;

/** Makes the outage of a listener; the first `apply` opens it. */
export function createOutage(faults: FaultState, listener: Listener, waits: Waits): Outage {
  const control = new WeakSet<Socket>();
  let turn: Promise<void> = Promise.resolve();

  function apply(): Promise<void> {
    watchSpells();
    return inTurn();
  }

  function inTurn(): Promise<void> {
    const next = turn.then(agree);
    // A failure belongs to whoever asked for this turn, and must not stop the turns after it.
    turn = next.catch(() => undefined);
    return next;
  }

  async function agree(): Promise<void> {
    if (faults.lasts("blackout")) for (const socket of listener.sockets()) cut(socket);
    if (!faults.lasts("refuseConnections")) await listener.open();
    else if (listener.isOpen()) listener.close();
  }

  function watchSpells(): void {
    const { blackout, refuseConnections } = faults.set();
    for (const ms of [blackout?.forMs, refuseConnections?.forMs]) {
      if (ms !== undefined) void waits.wait(ms).then(afterSpell);
    }
  }

  // Comes too when the set has been replaced since, and then finds nothing to do.
  async function afterSpell(ranOut: boolean): Promise<void> {
    if (!ranOut) return;
    // Nobody waits for this turn: a port that stays taken shows as `listening: false` in the control API.
    await inTurn().catch(() => undefined);
  }

  function cut(socket: Socket): void {
    if (!control.has(socket)) socket.resetAndDestroy();
  }

  function accepted(socket: Socket): void {
    if (faults.lasts("blackout")) void cutAfterSilence(socket);
  }

  async function cutAfterSilence(socket: Socket): Promise<void> {
    const passed = await waits.wait(SILENCE_MS);
    if (passed && faults.lasts("blackout")) cut(socket);
  }

  function usedFor(socket: Socket, use: "control" | "platform"): void {
    if (use === "control") control.add(socket);
    else control.delete(socket);
  }

  return { apply, accepted, usedFor };
}
