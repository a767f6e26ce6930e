import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { SecureContext } from "node:tls";
import type { Clock } from "../../base/clock.ts";
import { plainHost } from "../../base/host-names.ts";
import type { KeyPair } from "../../certs/key-pair.ts";
import { refuse, type Verdict } from "../../pipeline/verdict.ts";
import { authorityGate, type Gate, type Runner } from "../gate.ts";
import type { ServerRole } from "../http-servers.ts";
import { awaitHello } from "../tls/first-bytes.ts";
import type { SecureDoor } from "../tls/secure-door.ts";
import type { SwappableServer, TlsShow } from "../tls/show.ts";
import type { ConnectTarget } from "./connect-target.ts";

/** Serves what clients say inside tunnels to hosts that Taxgate answers for. */
export interface Interception {
  /** A place in which a tunnel to this target is served; `uncertified`: no certificate can be had for it, `full`: all places are taken. Never rejects. */
  placeFor(target: ConnectTarget): Promise<Place | "uncertified" | "full">;
  stop(): void;
}

/** Where the tunnels to one target are served. */
export interface Place {
  /** Takes a tunnel over, and tells once how it began; the socket is its own from then on. */
  take(socket: Socket, began: (how: Began) => void): void;
}

/** A handshake for the tunnel's host, for another one, or no TLS at all. `late`: nothing came in time. */
export type Began = "handshake" | "other-name" | "not-tls" | "late";

/** What interception needs. */
export interface InterceptionEnv {
  readonly door: SecureDoor;
  readonly clock: Clock;
  /** Bound in ms on the client's first words, and on the handshake. */
  readonly within: number;
  readonly make: (role: ServerRole) => Server;
  /** Is a host still listed? A tunnel may outlast the list that it was opened under. */
  readonly isIntercepted: (host: string) => boolean;
  readonly turnAway: (verdict: Verdict) => Runner;
}

interface Inner extends Place {
  readonly server: SwappableServer & Server;
  /** What it shows. */
  pair: KeyPair;
  /** Tunnels that are served there. */
  open: number;
  /** Ends its part in what the listener shows. */
  detach: () => void;
}

/** Targets at a time: a pattern covers any number of names, and each has a server. */
const MOST_PLACES = 500;

/** Makes an interception; each target has a server of its own, so that nothing said in a tunnel to one host can reach another. */
export function createInterception(env: InterceptionEnv): Interception {
  const places = new Map<string, Inner>();
  const { show } = env.door;
  const makeRoom = (): boolean => {
    if (places.size < MOST_PLACES) return true;
    for (const [key, place] of places) {
      if (place.open > 0) continue;
      places.delete(key);
      place.detach();
      place.server.close();
      return true;
    }
    return false;
  };
  return {
    async placeFor(target) {
      const pair = await minted(show, target.host);
      if (pair === null) return "uncertified";
      const key = `${target.host} ${target.port}`;
      const known = places.get(key);
      if (known !== undefined) return renewed(known, pair, show);
      if (!makeRoom()) return "full";
      const place = createPlace(target, pair, env);
      places.set(key, place);
      return place;
    },
    stop() {
      for (const { server, detach } of places.values()) {
        detach();
        server.close();
      }
      places.clear();
    },
  };
}

/** A fault while making one costs this tunnel, nothing else. */
async function minted(show: TlsShow, host: string): Promise<KeyPair | null> {
  try {
    return (await show.material().interception?.mint(host)) ?? null;
  } catch {
    return null;
  }
}

function renewed(place: Inner, pair: KeyPair, show: TlsShow): Inner {
  if (place.pair === pair) return place;
  place.pair = pair;
  place.server.setSecureContext({ ...show.options(), ...pair });
  return place;
}

function createPlace(target: ConnectTarget, pair: KeyPair, env: InterceptionEnv): Inner {
  const { show } = env.door;
  const isName = (name: string): boolean => plainHost(name) === target.host;
  // Only one name gets as far as here. Without any the server's own context counts, which has the same certificate.
  const choose = (_name: string, done: ContextDone): void => void chosen(show, target.host, done);
  const server = env.make({ tls: { options: { ...show.options(), ...pair, SNICallback: choose }, door: env.door }, gate: hostGate(target, env), onConnect: null }) as Inner["server"];
  // It listens nowhere, and node looks for slow heads only once it does.
  server.emit("listening");
  const place: Inner = {
    server,
    pair,
    open: 0,
    detach: show.attach(server, () => place.pair),
    take(socket, began) {
      place.open += 1;
      socket.once("close", () => (place.open -= 1));
      awaitHello(socket, {
        within: env.within,
        clock: env.clock,
        late: () => began("late"),
        greeted(hello) {
          if (hello === null) return began("not-tls");
          if (hello.serverName !== "" && !isName(hello.serverName)) return began("other-name");
          began("handshake");
          // As node's own TLS server has it: whoever says good-bye is answered with it.
          socket.allowHalfOpen = false;
          server.emit("connection", socket);
        },
      });
    },
  };
  return place;
}

type ContextDone = (error: Error | null, context?: SecureContext) => void;

async function chosen(show: TlsShow, host: string, done: ContextDone): Promise<void> {
  done(null, await show.contextFor(host));
}

function hostGate(target: ConnectTarget, { turnAway, isIntercepted }: InterceptionEnv): Gate {
  const refusal = turnAway(refuse("misdirected", `this tunnel leads to ${target.host}:${target.port}`));
  return authorityGate(({ host, port }) => isIntercepted(target.host) && host === target.host && (port === null || port === target.port), refusal);
}
