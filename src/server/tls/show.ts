import type { SecureContext, TlsOptions, TLSSocket } from "node:tls";
import type { Clock } from "../../base/clock.ts";
import { plainHost } from "../../base/host-names.ts";
import type { KeyPair } from "../../certs/key-pair.ts";
import { createContexts, type Contexts } from "./contexts.ts";
import { rememberCertificate } from "./handshake-peer.ts";
import type { ClientDemands, Interception, TlsMaterial } from "./material.ts";
import { nameTable, type NameTable } from "./name-table.ts";
import { refuseName } from "./refuse-name.ts";
import { secureSettings } from "./secure-settings.ts";
import { freshTicketKeys, ticketKeys } from "./ticket-keys.ts";

/** Protocols offered by ALPN, the better one first. */
const ALPN_BOTH: string[] = ["h2", "http/1.1"];

/** Chooses the context for the name that a client asks for. node calls it on the socket. */
export type ChooseContext = (this: TLSSocket, name: string, done: (error: Error | null, context?: SecureContext) => void) => void;

/** A TLS server of node's, as far as it can be given other material while it runs. */
export interface SwappableServer {
  setSecureContext(options: TlsOptions): void;
  /** Without a name in the types, but read by node at every connection. */
  requestCert?: boolean;
}

/** What TLS servers of one listener show and ask for. */
export interface TlsShow {
  /** Options for a TLS server; it has to be given to `attach` as well. */
  options(): TlsOptions & { readonly SNICallback: ChooseContext };
  /** Lets a server take part in every change; the function that is given back ends that. `own` is what it shows by itself, in place of the first certificate. */
  attach(server: SwappableServer, own?: () => KeyPair): () => void;
  /**
   * Makes ready what shows other material to connections to come. Throws where it is broken; what is given back does not,
   * and says whether something else is demanded of clients than before.
   */
  prepare(material: TlsMaterial): () => boolean;
  /** The context for a host, as a client would be served that asks for it; undefined: it would be refused. Never rejects. */
  contextFor(host: string): Promise<SecureContext | undefined>;
  material(): TlsMaterial;
  stop(): void;
}

/** What a show keeps to for as long as it lasts. */
export interface ShowOptions {
  readonly minVersion: "1.2" | "1.3";
  readonly http2: boolean;
}

/** A place in the table: a certificate's context, or a host whose certificate is made on demand. */
type Entry = { readonly kind: "shown"; readonly context: SecureContext | null } | { readonly kind: "minted" };

/** Everything that belongs together, replaced at once. */
interface Shown {
  readonly material: TlsMaterial;
  readonly contexts: Contexts;
  readonly table: NameTable<Entry>;
  readonly fallback: KeyPair | null;
}

/** The same for all contexts of a process: without it OpenSSL refuses to resume where clients show certificates. */
const SESSION_CONTEXT = "taxgate";

/** Makes a listener's show. Throws where the material is broken. */
export function createTlsShow(options: ShowOptions, material: TlsMaterial, clock: Clock): TlsShow {
  const servers = new Map<SwappableServer, (() => KeyPair) | undefined>();
  const keys = ticketKeys(clock, () => replace(built(shown.material, freshContexts(shown.material.clients, keys.current()))));
  const freshContexts = (clients: ClientDemands | null, ticketKeys: Buffer): Contexts =>
    createContexts({
      ...secureSettings(options.minVersion),
      sessionIdContext: SESSION_CONTEXT,
      ticketKeys,
      ...(clients === null ? {} : { ca: clients.ca }),
      ...(clients === null || clients.lists.length === 0 ? {} : { crl: [...clients.lists] }),
    });
  let shown = built(material, freshContexts(material.clients, keys.current()));

  function serverOptions(own: KeyPair | null = shown.fallback): TlsOptions {
    const { contexts, material } = shown;
    return { ...contexts.common, ...(own === null ? {} : { cert: own.cert, key: own.key }), requestCert: material.clients !== null, rejectUnauthorized: true };
  }

  function replace(next: Shown): void {
    shown = next;
    for (const [server, own] of servers) {
      server.setSecureContext(serverOptions(own?.()));
      server.requestCert = next.material.clients !== null;
    }
  }

  function contextOf(name: string): SecureContext | null | Promise<SecureContext | null> {
    const { table, contexts, fallback, material } = shown;
    const entry = table.find(name);
    if (entry?.kind === "minted") return mintedContext(name, contexts, material.interception);
    if (entry !== null) return entry.context;
    return fallback === null ? null : contexts.of(fallback);
  }

  const choose: ChooseContext = function choose(name, done) {
    if (shown.material.clients !== null) rememberCertificate(this);
    const context = contextOf(name);
    if (context instanceof Promise) void context.then((found) => handOver(this, found, done));
    else handOver(this, context, done);
  };
  return {
    options: () => ({ ...serverOptions(), SNICallback: choose, ALPNProtocols: options.http2 ? ALPN_BOTH : ["http/1.1"] }),
    attach(server, own) {
      servers.set(server, own);
      return () => void servers.delete(server);
    },
    prepare(next) {
      const demandsOther = !sameDemands(shown.material.clients, next.clients);
      // Whoever resumes a session is not verified again: what was given out under other demands must not open one.
      const sealing = demandsOther ? freshTicketKeys() : keys.current();
      const contexts = demandsOther ? freshContexts(next.clients, sealing) : shown.contexts.keeping(pairsOf(next));
      const ready = built(next, contexts);
      return () => {
        const isRotated = !demandsOther && keys.current() !== sealing;
        if (!isRotated) keys.replace(sealing);
        replace(isRotated ? built(next, freshContexts(next.clients, keys.current())) : ready);
        return demandsOther;
      };
    },
    contextFor: async (host) => (await contextOf(host)) ?? undefined,
    material: () => shown.material,
    stop: () => keys.stop(),
  };
}

function built(material: TlsMaterial, contexts: Contexts): Shown {
  const certificates = material.certificates.map(({ names, pair }) => [names, { kind: "shown", context: pair === null ? null : contexts.of(pair) }] as const);
  const minted = material.interception === null ? [] : [[material.interception.hosts, { kind: "minted" }] as const];
  return { material, contexts, table: nameTable<Entry>([...certificates, ...minted]), fallback: material.certificates[0]?.pair ?? null };
}

function handOver(socket: TLSSocket, context: SecureContext | null, done: Parameters<ChooseContext>[1]): void {
  if (context === null) done(refuseName(socket));
  else done(null, context);
}

/** A certificate that cannot be made costs this handshake, nothing else. */
async function mintedContext(name: string, contexts: Contexts, interception: Interception | null): Promise<SecureContext | null> {
  const host = plainHost(name);
  try {
    const pair = (await interception?.mint(host)) ?? null;
    return pair === null ? null : contexts.minted(host, pair);
  } catch {
    return null;
  }
}

function pairsOf({ certificates }: TlsMaterial): KeyPair[] {
  return certificates.flatMap(({ pair }) => (pair === null ? [] : [pair]));
}

function sameDemands(one: ClientDemands | null, other: ClientDemands | null): boolean {
  if (one === null || other === null) return one === other;
  return one.ca === other.ca && one.lists.length === other.lists.length && one.lists.every((list, index) => list === other.lists[index]);
}
