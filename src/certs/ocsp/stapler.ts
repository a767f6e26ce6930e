import { createHash, X509Certificate } from "node:crypto";
import type { Clock, Timer } from "../../base/clock.ts";
import type { Stoppable } from "../../base/lifetime.ts";
import type { Random } from "../../base/random.ts";
import type { KeyPair } from "../key-pair.ts";
import { leafOf } from "../leaf.ts";
import { pemBlocks } from "../pem-blocks.ts";
import type { AskResponder } from "./ask-responder.ts";
import type { Asked, OcspReading } from "./ocsp-message.ts";

/** What became of asking about a certificate. */
export interface StapleEvent {
  readonly kind: "stapled" | "revoked" | "failed";
  /** Its first name, or its subject. */
  readonly certificate: string;
  /** For people: the responder, and what is wrong. */
  readonly detail: string;
}

/** Keeps what authorities say of our certificates, for clients that ask in the handshake. */
export interface Stapler extends Stoppable {
  /** From now on these are shown, and no others. Those that name no responder, or whose issuer is not in their chain, are left alone. */
  watch(pairs: readonly KeyPair[]): void;
  /** The answer to be shown with a certificate (DER; null: a handshake without one); null: there is none that holds. */
  staple(certificate: Uint8Array | null): Uint8Array | null;
  stop(): void;
}

/** What a stapler needs. */
export interface StaplerEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly ask: AskResponder;
  readonly told: (event: StapleEvent) => void;
}

const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 60 * 60 * 1000;
/** Not more often, however short the answers hold. */
const SHORTEST_MS = 60_000;
const LONGEST_MS = 7 * 24 * 60 * 60 * 1000;
/** Instances that started together must not ask together. */
const JITTER = 0.1;

/** One certificate's answer, asked for again and again. */
interface Watched extends Asked {
  readonly name: string;
  readonly responder: string;
  answer: Extract<OcspReading, { ok: true }> | null;
  failures: number;
  timer: Timer | null;
  isOver: boolean;
}

/** Makes a stapler that watches nothing yet. */
export function createStapler({ clock, random, ask, told }: StaplerEnv): Stapler {
  const known = new Map<string, Watched>();
  const jittered = (ms: number): number => ms * (1 + JITTER * (2 * random.next() - 1));

  async function refresh(one: Watched): Promise<void> {
    const reading = await readingOf(one, ask, clock);
    if (one.isOver) return;
    const detail = `${one.responder}${reading.ok ? "" : `: ${reading.why}`}`;
    one.timer = clock.after(reading.ok ? settled(one, reading) : failed(one), () => void refresh(one), true);
    told({ kind: !reading.ok ? "failed" : reading.status === "revoked" ? "revoked" : "stapled", certificate: one.name, detail });
  }

  /** At half of its life, or half of what is left of one that was signed long ago. */
  function settled(one: Watched, reading: Extract<OcspReading, { ok: true }>): number {
    one.answer = reading;
    one.failures = 0;
    const now = clock.wall();
    const half = (reading.thisUpdate + reading.nextUpdate) / 2;
    const wait = half > now ? half - now : (reading.nextUpdate - now) / 2;
    return Math.min(Math.max(jittered(wait), SHORTEST_MS), LONGEST_MS);
  }

  function failed(one: Watched): number {
    one.failures += 1;
    return jittered(Math.min(FIRST_WAIT_MS * 2 ** Math.min(one.failures - 1, 10), LONGEST_WAIT_MS));
  }

  const drop = (id: string, one: Watched): void => {
    one.isOver = true;
    one.timer?.cancel();
    known.delete(id);
  };
  return {
    watch(pairs) {
      const wanted = new Map(pairs.flatMap((pair) => watchedOf(pair) ?? []).map((one) => [idOf(one.leaf.raw), one]));
      for (const [id, one] of known) if (!wanted.has(id)) drop(id, one);
      for (const [id, one] of wanted) {
        if (known.has(id)) continue;
        known.set(id, one);
        void refresh(one);
      }
    },
    staple(certificate) {
      const answer = certificate === null || known.size === 0 ? null : (known.get(idOf(certificate))?.answer ?? null);
      return answer !== null && answer.status === "good" && answer.nextUpdate > clock.wall() ? answer.bytes : null;
    },
    stop() {
      for (const [id, one] of known) drop(id, one);
    },
  };
}

/** Never rejects: nobody would hear of it. */
async function readingOf(one: Watched, ask: AskResponder, clock: Clock): Promise<OcspReading> {
  try {
    // Loaded here alone: the library costs memory that most do not need.
    const { ocspRequest, readOcspResponse } = await import("./ocsp-message.ts");
    const answer = await ask(one.responder, ocspRequest(one));
    return answer.ok ? readOcspResponse(answer.bytes, one, clock.wall()) : answer;
  } catch (fault) {
    // OpenSSL takes certificates that the library does not.
    return { ok: false, why: `asking about it: ${String(fault)}` };
  }
}

function watchedOf({ cert }: KeyPair): Watched | null {
  const [leaf, issuer] = pemBlocks(cert, "CERTIFICATE").slice(0, 2).map((block) => new X509Certificate(block));
  if (leaf === undefined || issuer === undefined || !leaf.checkIssued(issuer)) return null;
  const { responder, names, subject } = leafOf(leaf);
  return responder === null ? null : { leaf, issuer, responder, name: names[0] ?? subject, answer: null, failures: 0, timer: null, isOver: false };
}

function idOf(certificate: Uint8Array): string {
  return createHash("sha256").update(certificate).digest("base64");
}
