import { connect, type SecureContext, type TLSSocket } from "node:tls";

/** A new TLS connection, made by a client that knows the authority and the time. */
export interface Visit {
  /** Ms from the begin of the load, when the handshake was over. */
  readonly at: number;
  readonly host: string;
  /** Why there was no handshake, such as ECONNRESET; null: there was one. */
  readonly fault: string | null;
  /** Why the client would not have gone on: authority, chain, name or time; null: nothing was wrong. */
  readonly distrust: string | null;
  /** Of the certificate that was shown, SHA-256. */
  readonly fingerprint: string | null;
  /** Life that the certificate had left at that moment in ms; not above 0: it had expired. */
  readonly left: number | null;
}

/** Visits that go on. */
export interface Visits {
  readonly done: readonly Visit[];
  /** Makes no further one; resolves once the last one is over. */
  stop(): Promise<readonly Visit[]>;
}

/** Who is visited, and how often. */
export interface VisitsPlan {
  readonly port: number;
  /** In turn. */
  readonly hosts: readonly string[];
  readonly perSecond: number;
  /** The authorities to be trusted, as they are known then. */
  readonly trust: () => SecureContext;
}

/** A handshake that takes longer has failed, in ms. */
const BOUND_MS = 5000;

/** Visits at an even pace, whatever becomes of them: full handshakes, nothing is resumed. */
export function startVisits(plan: VisitsPlan): Visits {
  const startedAt = performance.now();
  const done: Visit[] = [];
  const underWay = new Set<Promise<void>>();
  let count = 0;
  let timer: NodeJS.Timeout | undefined;

  function next(): void {
    const host = plan.hosts[count % plan.hosts.length] ?? "";
    const one: Promise<void> = visit(plan, host, startedAt).then((seen) => void done.push(seen)).finally(() => underWay.delete(one));
    underWay.add(one);
    count += 1;
    timer = setTimeout(next, Math.max(0, startedAt + (count * 1000) / plan.perSecond - performance.now()));
  }

  next();
  return {
    done,
    async stop() {
      clearTimeout(timer);
      await Promise.all(underWay);
      return done;
    },
  };
}

/** One connection; never rejects. The client judges as any does, but looks before it leaves. */
export function visit({ port, trust }: Pick<VisitsPlan, "port" | "trust">, host: string, startedAt: number): Promise<Visit> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, servername: host, secureContext: trust(), rejectUnauthorized: false, ALPNProtocols: ["h2", "http/1.1"] });
    const over = (fault: string | null): void => {
      clearTimeout(late);
      resolve({ at: performance.now() - startedAt, host, fault, ...(fault === null ? shown(socket) : { distrust: null, fingerprint: null, left: null }) });
      socket.destroy();
    };
    const late = setTimeout(() => over(`no handshake within ${BOUND_MS} ms`), BOUND_MS);
    socket.once("secureConnect", () => over(null));
    socket.on("error", (fault: NodeJS.ErrnoException) => over(fault.code ?? String(fault)));
    socket.once("close", () => over("closed"));
  });
}

function shown(socket: TLSSocket): Pick<Visit, "distrust" | "fingerprint" | "left"> {
  const leaf = socket.getPeerX509Certificate();
  // node gives a code where its types speak of an Error.
  const distrust: unknown = socket.authorizationError;
  return {
    distrust: socket.authorized ? null : String(distrust),
    fingerprint: leaf?.fingerprint256 ?? null,
    left: leaf === undefined ? null : leaf.validToDate.getTime() - Date.now(),
  };
}
