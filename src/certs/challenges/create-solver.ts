import type { Clock } from "../../base/clock.ts";
import type { CommandRunner } from "../../base/run-command.ts";
import type { KeyPair } from "../key-pair.ts";
import type { ChallengeType, DnsOptions } from "../options.ts";
import type { CertificateStore } from "../store/store.ts";
import type { WebhookCaller } from "../webhook.ts";
import { createDns01 } from "./dns-01.ts";
import { lookTxt, type DnsLook } from "./dns-look.ts";
import { createHttp01 } from "./http-01.ts";
import type { Challenge, Solver } from "./solver.ts";
import { createTlsAlpn01 } from "./tls-alpn-01.ts";

/** What listeners answer authorities with. */
export interface ChallengeAnswers {
  /** The key authorization of a token; null: none of ours. */
  http01(token: string): string | null;
  /** Is there a certificate to be shown to an authority? Costs nothing. */
  alpnPending(): boolean;
  /** The one for this name of a TLS handshake; null: none. */
  alpnPair(host: string): KeyPair | null;
}

/** Told of what nobody waits for. */
export interface SolverEvents {
  /** Something stays behind that should have been taken away: a person may have to. */
  left(type: ChallengeType, name: string, why: string): void;
  /** Other processes with this store cannot answer: the authority may ask one of them. */
  alone(name: string, why: string): void;
}

/** What a solver needs. */
export interface SolverEnv {
  readonly store: Pick<CertificateStore, "challenge" | "putChallenge" | "dropChallenge">;
  /** Null: dns-01 is not used. */
  readonly dns: DnsOptions | null;
  readonly clock: Clock;
  readonly run: CommandRunner;
  readonly call: WebhookCaller;
  readonly events: SolverEvents;
  /** Asks name servers; by the network unless given. */
  readonly look?: DnsLook;
}

const STOPPED = { ok: false, why: "it was stopped" } as const;

/** Makes one: http-01 and tls-alpn-01 are shown by whoever holds its answers, dns-01 by a hook. */
export function createSolver({ store, dns, clock, run, call, events, look = lookTxt }: SolverEnv): Solver & ChallengeAnswers {
  const http = createHttp01(store);
  const alpn = createTlsAlpn01(clock);
  const left = (name: string, why: string): void => events.left("dns-01", name, why);
  const zone = dns === null ? null : createDns01(dns, { clock, run, call, look, left: (record, why) => left(record.name, why) });

  async function show(challenge: Challenge, signal: AbortSignal): ReturnType<Solver["present"]> {
    if (signal.aborted) return STOPPED;
    if (challenge.type === "dns-01") return zone?.present(challenge, signal) ?? { ok: false, why: "dns-01 needs 'dns'" };
    const why = challenge.type === "tls-alpn-01" ? await alpn.present(challenge) : showHttp(challenge);
    if (signal.aborted) {
      // Nobody waits for it any more: it may have been cleared before it was there.
      alpn.clear(challenge);
      return STOPPED;
    }
    return why === null ? { ok: true } : { ok: false, why };
  }

  function showHttp(challenge: Challenge): null {
    const why = http.present(challenge);
    if (why !== null) events.alone(challenge.identifier.value, why);
    return null;
  }

  async function hide(challenge: Challenge): Promise<void> {
    http.clear(challenge);
    alpn.clear(challenge);
    const cleared = await zone?.clear(challenge);
    if (cleared?.ok === false) left(challenge.identifier.value, cleared.why);
  }

  return {
    // What fails here without being expected, a broken disk or a lack of memory, is the order's failure and nothing more.
    present: (challenge, signal) => show(challenge, signal).catch((fault: unknown) => ({ ok: false, why: `showing ${challenge.type}: ${String(fault)}` })),
    clear: (challenge) => hide(challenge).catch((fault: unknown) => events.left(challenge.type, challenge.identifier.value, String(fault))),
    http01: http.answer,
    alpnPending: alpn.pending,
    alpnPair: alpn.pair,
  };
}

/** Several solvers, as one for listeners to ask; `all` is asked each time, for a reload may change them. */
export function joinAnswers(all: () => readonly ChallengeAnswers[]): ChallengeAnswers {
  return {
    http01: (token) => first(all(), (one) => one.http01(token)),
    alpnPending: () => all().some((one) => one.alpnPending()),
    alpnPair: (host) => first(all(), (one) => one.alpnPair(host)),
  };
}

function first<T>(all: readonly ChallengeAnswers[], ask: (one: ChallengeAnswers) => T | null): T | null {
  for (const one of all) {
    const answer = ask(one);
    if (answer !== null) return answer;
  }
  return null;
}
