import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { pebbleMissing, startPebble, type Pebble } from "../support/pebble.ts";
import { until } from "../support/until.ts";
import { certificatesConfig, HOSTS, WAYS, type CertificatesPlan } from "./certificates-plan.ts";
import type { AuthorityTrouble, CertificatesRecord } from "./certificates-record.ts";
import { startKeptCaller } from "./kept-caller.ts";
import { startTaxgate, type TaxgateProcess } from "./taxgate-process.ts";
import { startVisits, visit } from "./tls-visits.ts";

const LOOK_MS = 200;
/** Shorter than any order takes. */
const ORDER_LOOK_MS = 20;
const MOST_SAID = 200;

/** The authorities of every life that the server has had. */
interface Trust {
  /** PEM of the first one. */
  readonly first: string;
  context(): SecureContext;
  add(root: string): void;
}

/** Lets short-lived certificates be renewed under load, while the authority is slow, away and forgetful; or says why it cannot. */
export async function runCertificatesDrill(plan: CertificatesPlan, tell: (text: string) => void): Promise<CertificatesRecord | string> {
  if (pebbleMissing !== false) return pebbleMissing;
  const origin = await startOrigin();
  const pebble = await startPebble({ nonceRejects: plan.nonceRejects, validationSleep: plan.validationSleep, validitySeconds: plan.life });
  try {
    const taxgate = await startTaxgate(certificatesConfig(pebble, `http://127.0.0.1:${(origin.address() as AddressInfo).port}`), {}, ["plain", "tls", "admin"]);
    try {
      return await underLoad(plan, pebble, taxgate, tell);
    } finally {
      await taxgate.stop();
    }
  } finally {
    await pebble.stop();
    origin.closeAllConnections();
    origin.close();
  }
}

async function underLoad(plan: CertificatesPlan, pebble: Pebble, taxgate: TaxgateProcess, tell: (text: string) => void): Promise<CertificatesRecord> {
  const trust = trusting((await pebble.roots())[0] ?? "");
  const client = { port: pebble.tlsPort, trust: trust.context };
  const first = await firstCertificates(client, plan.first);
  tell(first === null ? `no certificates within ${plan.first} ms` : `certificates for all names after ${Math.round(first)} ms; load for ${plan.length} ms`);
  if (first === null) return { plan, first, visits: [], kept: [], connections: 0, trouble: { away: null, forgot: null }, said: sayings(taxgate) };
  const visits = startVisits({ ...client, hosts: WAYS.map((way) => HOSTS[way].visited), perSecond: plan.visits });
  const kept = startKeptCaller({ port: pebble.tlsPort, host: HOSTS["http-01"].visited, every: plan.keptEvery, ca: trust.first });
  try {
    const trouble = await makeTrouble(plan, pebble, trust, tell);
    return { plan, first, visits: await visits.stop(), kept: kept.requests, connections: kept.connections(), trouble, said: sayings(taxgate) };
  } finally {
    await Promise.all([visits.stop(), kept.stop()]);
  }
}

async function firstCertificates(client: Parameters<typeof visit>[0], bound: number): Promise<number | null> {
  const from = performance.now();
  const isThere = async (): Promise<boolean> => {
    await pause(LOOK_MS);
    const seen = await Promise.all(WAYS.map((way) => visit(client, HOSTS[way].visited, from)));
    return seen.every(({ fault, distrust }) => fault === null && distrust === null);
  };
  return (await until(isThere, bound)) ? performance.now() - from : null;
}

/** Puts the authority through what the plan says, and waits for the end of the load. */
async function makeTrouble(plan: CertificatesPlan, pebble: Pebble, trust: Trust, tell: (text: string) => void): Promise<AuthorityTrouble> {
  const startedAt = performance.now();
  const now = (): number => performance.now() - startedAt;
  /** A timer may fire a part of a millisecond early, and what is done at `at` is judged by it. */
  const restUntil = async (at: number): Promise<void> => {
    while (now() < at) await pause(at - now());
  };
  /** When the first order after this moment came; null where none did. */
  const nextOrder = async (moment: number): Promise<number | null> => {
    await restUntil(moment);
    return (await orderBegins(pebble, plan.life * 1000)) ? now() : null;
  };
  const from = await nextOrder(plan.away.from);
  if (from !== null) {
    await pebble.pause();
    tell(`${Math.round(from)} ms: the authority is away, with an order under way`);
    await restUntil(from + plan.away.for);
    await pebble.resume();
    tell(`${Math.round(now())} ms: it is back`);
  }
  const away = from === null ? null : { from, to: now() };
  const forgot = await nextOrder(plan.forgets);
  if (forgot !== null) {
    await pebble.restart();
    trust.add((await pebble.roots())[0] ?? "");
    tell(`${Math.round(forgot)} ms: it has forgotten everything, with an order under way`);
  }
  await restUntil(plan.length);
  return { away, forgot };
}

/** Waits until the authority has taken one more order. */
async function orderBegins(pebble: Pebble, bound: number): Promise<boolean> {
  const orders = (): number => pebble.log().split("Added order ").length;
  const before = orders();
  for (const giveUp = performance.now() + bound; orders() === before; await pause(ORDER_LOOK_MS)) {
    if (performance.now() > giveUp) return false;
  }
  return true;
}

function trusting(first: string): Trust {
  const roots = [first];
  let context = createSecureContext({ ca: roots });
  return {
    first,
    context: () => context,
    add(root) {
      roots.push(root);
      context = createSecureContext({ ca: roots });
    },
  };
}

function sayings(taxgate: TaxgateProcess): string[] {
  return taxgate.lines().filter((line) => !line.includes('"access"')).slice(-MOST_SAID);
}

/** A platform that has nothing to say. */
async function startOrigin(): Promise<Server> {
  const server = createServer((_request, response) => response.setHeader("content-type", "application/json").end("{}"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function pause(length: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, length));
}
