import { every, type Clock } from "../base/clock.ts";
import { instantText } from "../base/instant.ts";
import type { Stoppable } from "../base/lifetime.ts";
import type { Certificates } from "../certs/certs.ts";
import { credentialThing, datedCredentials, type DatedCredential } from "../certs/expiry/credentials.ts";
import { watchedOf } from "../certs/expiry/held.ts";
import { leftText } from "../certs/expiry/left-text.ts";
import { createSightings, type Sightings } from "../certs/expiry/sightings.ts";
import { isAlarm, type Stage } from "../certs/expiry/stage.ts";
import { trustedThings } from "../certs/expiry/trusted.ts";
import { endpointName, platformEndpoints } from "../certs/expiry/uses.ts";
import { createExpiryWatch } from "../certs/expiry/watch.ts";
import type { Standing, Watched } from "../certs/expiry/watched.ts";
import type { Config } from "../config/config.ts";
import type { Log } from "../observe/log.ts";
import type { PeerSeen } from "../upstream/peer-watch.ts";

/*
 * Everything that can run out: certificates shown to callers, operators and platforms, what platforms show us, authorities
 * and lists that we trust, and what persons renew at platforms. It is told to the log as it comes nearer, and shown to
 * metrics, readyz and operators.
 */

/** What can run out, and how it stands. */
export interface Expiry extends Stoppable {
  /** Takes a configuration that is in use from now on. The first one is told to the log in numbers. */
  configure(config: Config, certificates: Pick<Certificates, "status" | "shown">): void;
  /** Certificates of the configuration may be others now. */
  refresh(): void;
  /** What an endpoint showed at a handshake. */
  readonly seen: PeerSeen;
  readonly sightings: Pick<Sightings, "leaf">;
  /** What ends first stands first. */
  status(): Standing[];
  /** What persons renew, as far as the day is known. */
  credentials(): DatedCredential[];
}

interface InUse {
  readonly config: Config;
  readonly certificates: Pick<Certificates, "status" | "shown">;
}

const HOUR_MS = 3_600_000;

/** Watches nothing before it is configured. */
export function createExpiry({ clock, log }: { readonly clock: Clock; readonly log: Log }): Expiry {
  let inUse: InUse | null = null;
  const watch = createExpiryWatch({
    clock,
    events: {
      moved: (thing, from, to) => tell(log, thing, from, to, clock.wall()),
      full: (left) => log.warn("too many things can run out to watch them all", { left }),
    },
  });
  const sightings = createSightings(clock, () => showPlatforms());
  const hourly = every(clock, HOUR_MS, () => refresh());

  function showPlatforms(): void {
    if (inUse === null) return;
    const users = platformEndpoints(inUse.config);
    sightings.keep(new Set(users.keys()));
    watch.put("platforms", sightings.things((endpoint) => users.get(endpoint) ?? []));
  }

  function credentials(): DatedCredential[] {
    if (inUse === null) return [];
    const leaves = new Map(inUse.certificates.status().map(({ name, leaf }) => [name, leaf]));
    return inUse.config.sites.flatMap((site) => datedCredentials(site, (certificate) => leaves.get(certificate) ?? null));
  }

  function refresh(): void {
    if (inUse === null) return;
    const { config, certificates } = inUse;
    for (const status of certificates.status()) {
      const things = watchedOf(status, certificates.shown(status.name), config);
      // One that has run out without another is not held any more, and is what matters most.
      if (things.length > 0 || status.kind !== "acme") watch.put(sourceOf(status.name), things);
    }
    watch.put("credentials", credentials().map(credentialThing));
  }

  return {
    configure(config, certificates) {
      const before = inUse;
      inUse = { config, certificates };
      for (const [name, { acme }] of Object.entries(before?.config.certificates ?? {})) {
        const now = config.certificates[name];
        if (now === undefined || (acme === undefined && now.acme !== undefined)) watch.put(sourceOf(name), []);
      }
      refresh();
      watch.put("trusted", trustedThings(config));
      showPlatforms();
      if (before === null) tellStart(log, watch.status());
    },
    refresh,
    seen: (url, chain) => sightings.seen(endpointName(url), chain),
    sightings,
    status: watch.status,
    credentials,
    stop() {
      hourly.cancel();
      watch.stop();
    },
  };
}

function sourceOf(certificate: string): string {
  return `certificate ${certificate}`;
}

function tellStart(log: Log, things: readonly Standing[]): void {
  const [first] = things;
  log.info("watching what can run out", first === undefined ? { things: 0 } : { things: things.length, first: `${first.kind} ${first.name}`, notAfter: instantText(first.notAfter) });
}

function tell(log: Log, thing: Watched, from: Stage | null, to: Stage, now: number): void {
  const { kind, name, where, detail, notAfter } = thing;
  const facts = { kind, name, where, ...(detail === "" ? {} : { detail }), notAfter: instantText(notAfter), see: `taxgate cert show ${name}` };
  const left = leftText(notAfter - now);
  if (to === "fine") log.info("does not run out soon any more", { kind, name, notAfter: facts.notAfter });
  else if (to === "expired") log.error("has run out", { ...facts, since: left });
  else if (to === "not-yet") log.error("does not hold yet: check this machine's clock", facts);
  else log[isAlarm(to) ? "error" : "warn"](isAlarm(to) ? "runs out within hours" : "runs out soon", { ...facts, stage: to, left, ...(from === to ? { again: true } : {}) });
}
