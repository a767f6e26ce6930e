import type { ServerHttp2Session } from "node:http2";
import type { Clock, Timer } from "../base/clock.ts";
import type { ClientConnection } from "./client-connection.ts";
import { tighter } from "./crowd.ts";
import type { ListenerOptions } from "./options.ts";

/** The error code of a client that asks too much (RFC 9113 section 7). */
const ENHANCE_YOUR_CALM = 11;
/** Frames that carry nothing: so many at once, and one more for each so many ms. */
const CHATTER = 100;
const CHATTER_EVERY_MS = 100;

/** What node is told about a client's manners in HTTP/2; the rest of its bounds are safe as they are. */
export function http2Bounds({ maxStreams, maxHeadBytes, maxFields }: ListenerOptions) {
  return {
    settings: { maxConcurrentStreams: maxStreams, maxHeaderListSize: maxHeadBytes, enablePush: false },
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    maxSettings: 32,
    // A few more than are taken, so that one too many is answered; the pseudo-fields count as well.
    maxHeaderListPairs: maxFields + 16,
    // Streams that are opened and reset at once (CVE-2023-44487): what a client may do that gives up all it asked for, twice.
    streamResetBurst: 2 * maxStreams + 100,
    streamResetRate: 33,
  };
}

/**
 * Watches one session. It is closed once nothing was under way for the bound on idle ones, whatever frames came
 * meanwhile, and before its first request for the bound on heads; it is cut where it floods. `flooded` is told of that.
 */
export function watchManners(session: ServerHttp2Session, connection: ClientConnection, { timeouts }: ListenerOptions, { clock, part, flooded }: { readonly clock: Clock; readonly part: () => number; readonly flooded: () => void }): void {
  let room = CHATTER;
  let heardAt = clock.now();
  const heard = (): void => {
    const now = clock.now();
    room = Math.min(CHATTER, room + (now - heardAt) / CHATTER_EVERY_MS) - 1;
    heardAt = now;
    if (room >= 0 || session.destroyed) return;
    flooded();
    session.destroy(undefined, ENHANCE_YOUR_CALM);
  };
  session.on("ping", heard);
  session.on("remoteSettings", heard);
  const bound = (): number => tighter(connection.served === 0 ? Math.min(timeouts.head, timeouts.idle) : timeouts.idle, part());
  let timer: Timer;
  const look = (): void => {
    const rest = connection.open.size > 0 ? bound() : connection.idleSince + bound() - clock.now();
    if (rest > 0) timer = clock.after(rest, look, true);
    else {
      session.close();
      // One that does not go on being asked to.
      timer = clock.after(timeouts.head, () => session.destroy(), true);
    }
  };
  timer = clock.after(bound(), look, true);
  session.once("close", () => timer.cancel());
}

/** More under way than a client that heeds its bound can have: it resets what it asks for, and asks again. */
export function isRushing({ due }: ClientConnection, { maxStreams }: ListenerOptions): boolean {
  return due > 2 * maxStreams;
}

/** Ends the session of a client that rushes. */
export function calm(session: ServerHttp2Session | undefined): void {
  session?.destroy(undefined, ENHANCE_YOUR_CALM);
}
