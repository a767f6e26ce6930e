import type { CommandOutcome, CommandRunner } from "../../../src/base/run-command.ts";
import { createSolver, type SolverEnv } from "../../../src/certs/challenges/create-solver.ts";
import type { DnsLook } from "../../../src/certs/challenges/dns-look.ts";
import type { Challenge } from "../../../src/certs/challenges/solver.ts";
import { certificateOptions, type DnsOptions } from "../../../src/certs/options.ts";
import type { WebhookCaller } from "../../../src/certs/webhook.ts";
import { manualClock } from "../../../src/base/clock.ts";

/** Options of dns-01 as the configuration gives them. */
export function dnsOptions(written: object): DnsOptions {
  const { acme } = certificateOptions.parse({ acme: { directory: "letsencrypt", domains: ["gate.example"], challenge: "dns-01", dns: written } });
  if (acme?.dns === undefined) throw new Error("no dns in the options");
  return acme.dns;
}

/** A challenge whose token is not like that of another. */
export function challengeOf(type: Challenge["type"], value: string, token = `token-of-${value}`): Challenge {
  return { type, identifier: { type: "dns", value }, token, keyAuthorization: `${token}.thumb` };
}

/** Lets everything run that waits for nothing but promises. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

/** A solver whose hooks, name servers, store and clock are made of memory. */
export function solverWorld(dns: object | null = null) {
  const clock = manualClock();
  const told: string[] = [];
  const stored = new Map<string, string>();
  const world = {
    clock,
    /** What hooks were asked to do, in order. */
    told,
    stored,
    events: [] as string[],
    /** What becomes of a hook's run; TXT records change only where it goes well. */
    hook: (_action: string): Promise<CommandOutcome> => Promise.resolve({ kind: "ended", code: 0, output: "" }),
    /** Records by name, as the zone's own server has them. */
    zone: new Map<string, Set<string>>(),
    /** What name servers say; unless changed, the zone. */
    look: ((_server, name) => Promise.resolve({ values: [...(world.zone.get(name) ?? [])] })) as DnsLook,
    disk: "" as string,
  };

  async function change(action: string, name: string, value: string): Promise<CommandOutcome> {
    told.push(`${action} ${name} ${value}`);
    const outcome = await world.hook(action);
    if (outcome.kind !== "ended" || outcome.code !== 0) return outcome;
    const values = world.zone.get(name) ?? new Set();
    if (action === "present") values.add(value);
    else values.delete(value);
    world.zone.set(name, values);
    return outcome;
  }

  const run: CommandRunner = ({ argv }) => change(...(argv.slice(-3) as [string, string, string]));
  const call: WebhookCaller = async ({ body }) => {
    const { action, name, value } = body as Record<string, string>;
    const outcome = await change(action ?? "", name ?? "", value ?? "");
    return outcome.kind === "ended" && outcome.code === 0 ? { ok: true } : { ok: false, why: "calling the webhook" };
  };
  const store: SolverEnv["store"] = {
    challenge: (token) => stored.get(token) ?? null,
    putChallenge(token, keyAuthorization) {
      if (world.disk !== "") return { ok: false, reason: world.disk };
      stored.set(token, keyAuthorization);
      return { ok: true };
    },
    dropChallenge: (token) => void stored.delete(token),
  };
  const solver = createSolver({
    store, clock, run, call,
    dns: dns === null ? null : dnsOptions(dns),
    look: (server, name, signal) => world.look(server, name, signal),
    events: { left: (type, name, why) => void world.events.push(`left ${type} ${name}: ${why}`), alone: (name, why) => void world.events.push(`alone ${name}: ${why}`) },
  });
  return Object.assign(world, { solver });
}
