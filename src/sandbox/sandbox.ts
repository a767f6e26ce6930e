import type { Socket } from "node:net";
import type { Clock } from "../base/clock.ts";
import { type Random, seededRandom } from "../base/random.ts";
import { createCapacity } from "./capacity.ts";
import type { Desk } from "./control.ts";
import { createCounters } from "./counters.ts";
import { checkFaults } from "./fault-check.ts";
import { createFaultState } from "./fault-state.ts";
import type { Faults } from "./faults.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import type { PlatformKind } from "./kind.ts";
import { DEFAULT_KIND, kindNamed } from "./kinds/kinds.ts";
import type { LimitReport } from "./limits.ts";
import { createListener, type Listener } from "./listener.ts";
import { createOutage, type Outage } from "./outage.ts";
import { operationNames, termsOf } from "./routes.ts";
import { refuseBytes, serveControl, servePlatform } from "./serve.ts";
import { createSimulation, type Simulation } from "./simulation.ts";
import { createWaits } from "./waits.ts";
import type { World } from "./world.ts";

/** How a simulated platform is started. */
export interface SandboxOptions {
  /** The region's name, as in `sandbox:NAME`. */
  readonly name: string;
  /** The kind of platform, by its name such as `pl-ksef`, or one that tests bring along; default `generic-json`. */
  readonly kind?: string | PlatformKind;
  /** Settles every chance: the same seed and the same requests in the same order meet the same faults. */
  readonly seed: number;
  readonly clock: Clock;
  /** Takes the place of the random numbers that the seed gives. */
  readonly random?: Random;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** Port to listen on; default 0, which lets the system choose. */
  readonly port?: number;
  /** Invoices that the ledger remembers; default 1,000,000. */
  readonly ledgerBound?: number;
}

/** A running simulated platform. */
export interface Sandbox {
  readonly name: string;
  /** `http://127.0.0.1:PORT`: the platform, and its control API under `/_sandbox/`. */
  readonly origin: string;
  /** The control API alone, on a port of its own that stays open while the platform refuses connections. */
  readonly controlOrigin: string;
  readonly ledger: Ledger;
  readonly faults: Faults;
  /** What became of the platform's limits. */
  limits(): readonly LimitReport[];
  /** Cuts every connection, ends every wait, frees the ports. */
  stop(): Promise<void>;
}

const LEDGER_BOUND = 1_000_000;
const HOST = "127.0.0.1";

/** Starts a platform in this process. Rejects with the system's error when a port cannot be opened, and for a kind that does not exist. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { name, host = HOST } = options;
  const { kind: asked = DEFAULT_KIND } = options;
  const kind = typeof asked === "string" ? kindNamed(asked) : asked;
  const world = createWorld(options, kind);
  const simulation = createSimulation(kind, world);
  const { platform, desks, outage, faults } = wire(options, simulation);
  const stop = async (): Promise<void> => {
    world.waits.stop();
    world.capacity.stop();
    await Promise.all([platform.stop(), desks.stop()]);
  };
  try {
    await desks.open();
    await outage.apply();
  } catch (fault) {
    await stop();
    throw fault;
  }
  return {
    name, faults, ledger: world.ledger, limits: () => simulation.limits.report(),
    origin: originOf(host, platform), controlOrigin: originOf(host, desks), stop,
  };
}

interface Wiring {
  readonly platform: Listener;
  readonly desks: Listener;
  readonly outage: Outage;
  readonly faults: Faults;
}

// Listener, outage and control API know each other; what is used before it is made is reached through a function.
function wire(options: SandboxOptions, simulation: Simulation): Wiring {
  const { world } = simulation;
  const { host = HOST, port = 0 } = options;
  const shared = { host, waits: world.waits, malformed: (socket: Socket) => refuseBytes(world, socket) };
  const platform = createListener({
    ...shared, port,
    serve: (request, response) => servePlatform(desk, outage)(request, response),
    accepted: (socket) => outage.accepted(socket),
  });
  const outage = createOutage(world.faults, platform, world.waits);
  const faults = createFaults(simulation, outage);
  const desk: Desk = {
    simulation, faults, listening: () => platform.isOpen(),
    sockets: () => platform.sockets().size,
    controlOrigin: () => originOf(host, desks),
  };
  const desks = createListener({ ...shared, port: 0, serve: serveControl(desk), accepted: () => undefined });
  return { platform, desks, outage, faults };
}

function createWorld({ name, seed, clock, random, ledgerBound }: SandboxOptions, kind: PlatformKind): World {
  const faults = createFaultState(clock);
  return {
    name, clock, faults,
    random: random ?? seededRandom(seed),
    waits: createWaits(clock),
    capacity: createCapacity(() => faults.set().capacity),
    ledger: createLedger(name, ledgerBound ?? LEDGER_BOUND),
    counters: createCounters(operationNames(kind)),
  };
}

function createFaults(simulation: Simulation, outage: Outage): Faults {
  const { world } = simulation;
  async function set(value: unknown): Promise<void> {
    const checked = checkFaults(value, termsOf(simulation.kind));
    if (!checked.ok) throw new Error(checked.errors.join("\n"));
    world.faults.replace(checked.faults);
    world.capacity.refresh();
    await outage.apply();
  }
  return { get: () => world.faults.set(), set, clear: () => set({}) };
}

function originOf(host: string, listener: Listener): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${listener.port()}`;
}
