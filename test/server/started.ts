import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import type { ErrorCode } from "../../src/base/errors.ts";
import { NO_BODY, type Answer, type Body, type BodySource } from "../../src/http/message.ts";
import { answer } from "../../src/pipeline/answer.ts";
import type { Exchange } from "../../src/pipeline/exchange.ts";
import type { AlpnAnswers } from "../../src/server/tls/alpn-taker.ts";
import type { Front } from "../../src/server/arrival.ts";
import type { ChallengeLookup } from "../../src/server/challenge.ts";
import { listen, type Listener } from "../../src/server/listener.ts";
import { listenerOptions, type ListenerOptions } from "../../src/server/options.ts";
import type { HandshakeFailure } from "../../src/server/tls/handshake-failure.ts";
import type { HandshakeWatch } from "../../src/server/tls/secure-door.ts";
import type { TlsMaterial } from "../../src/server/tls/material.ts";
import type { UpgradeLane } from "../../src/server/upgrade.ts";
import { until } from "../support/until.ts";

/** What becomes of an exchange in a test: `send` puts the answer on the wire. */
export type Script = (x: Exchange, send: (answer: Answer) => void | Promise<void>) => void | Promise<void>;

/** A listener in this process whose exchanges run a script. */
export interface Started {
  readonly listener: Listener;
  readonly port: number;
  /** Every exchange so far, in order of arrival. */
  readonly seen: Exchange[];
  /** Exchanges that were answered in front of the pipeline. */
  readonly turned: Exchange[];
  /** Codes of what was refused before it became an exchange. */
  readonly refused: ErrorCode[];
  /** Exchanges whose script has ended. */
  ended(): number;
  startDraining(): void;
}

/** What authorities are answered that validate names. */
export interface Acme {
  readonly challenge?: ChallengeLookup;
  readonly alpn?: AlpnAnswers;
  readonly handshakes?: HandshakeWatch;
  /** Told of each early refusal, with what is known of a handshake. */
  readonly refusedFor?: (why: HandshakeFailure | undefined, address: string) => void;
}

const NO_UPGRADES: UpgradeLane = { wanted: () => false, serve: () => undefined, cut: () => undefined };

/** Starts a listener on a free port; it stops with the test, and no socket may be left then. */
export async function started(t: TestContext, script: Script, written: Partial<Record<keyof ListenerOptions, unknown>> = {}, tls: TlsMaterial | null = null, acme: Acme = {}): Promise<Started> {
  const options = listenerOptions.parse({ name: "test", bind: "127.0.0.1:0", ...(tls === null ? {} : { tls: { certificates: ["test"] } }), ...written });
  const seen: Exchange[] = [];
  const turned: Exchange[] = [];
  const refused: ErrorCode[] = [];
  const faults: unknown[] = [];
  let draining = false;
  let ended = 0;
  const front: Front = {
    clock: systemClock,
    nextId: () => `id-${seen.length}`,
    draining: () => draining,
    ...(acme.challenge === undefined ? {} : { challenge: acme.challenge }),
    refused: (_listener, code) => void refused.push(code),
    async turnAway(x, verdict, send) {
      x.verdict = verdict;
      await send(answer(x));
      turned.push(x);
    },
    async run(x, send) {
      seen.push(x);
      try {
        await script(x, send);
      } finally {
        ended++;
      }
    },
  };
  const listener = await listen(options, tls, {
    front, upgrades: NO_UPGRADES, ...(acme.alpn === undefined ? {} : { alpn: acme.alpn }), ...(acme.handshakes === undefined ? {} : { handshakes: acme.handshakes }), refused: (_listener, code, address, why) => {
      refused.push(code);
      acme.refusedFor?.(why, address);
    },
    failed: (_listener, fault) => void faults.push(fault),
  });
  t.after(async () => {
    await listener.stop();
    assert.deepEqual(faults, []);
  });
  return { listener, port: listener.address.port, seen, turned, refused, ended: () => ended, startDraining: () => void (draining = true) };
}

/** A plain answer. */
export function text(body: string, status = 200, headers: readonly string[] = []): Answer {
  return { status, headers, body: body === "" ? NO_BODY : { kind: "bytes", bytes: Buffer.from(body) } };
}

/** A body that gives what `next` gives, and remembers whether it was cancelled. */
export function sourceOf(next: () => Uint8Array | null | Promise<Uint8Array | null>, length: number | null = null, trailers: readonly string[] = []) {
  const source: BodySource & { cancelled: boolean } = {
    length,
    cancelled: false,
    read: next,
    cancel: () => void (source.cancelled = true),
    trailers: () => trailers,
  };
  return source;
}

/** A streamed answer of these pieces. */
export function pieces(parts: readonly string[], length: number | null = null, trailers: readonly string[] = []) {
  const left = parts.map((part) => Buffer.from(part));
  return sourceOf(() => left.shift() ?? null, length, trailers);
}

/** An answer with a streamed body. */
export function streamedAnswer(source: BodySource, status = 200, headers: readonly string[] = []): Answer {
  return { status, headers, body: { kind: "source", source } };
}

/** Reads a request's body to its end. Rejects with the BodyFault of a broken one. */
export async function wholeBody(body: Body): Promise<Buffer> {
  if (body.kind === "none") return Buffer.alloc(0);
  if (body.kind === "bytes") return Buffer.from(body.bytes);
  const parts: Uint8Array[] = [];
  for (let part = await body.source.read(); part !== null; part = await body.source.read()) parts.push(part);
  return Buffer.concat(parts);
}

/** True once no socket is open on the listener; false after `bound` ms. */
export function socketsGone(one: Started, bound = 2000): Promise<boolean> {
  return until(() => one.listener.sockets() === 0, bound);
}
