import type { ByteBudget } from "../../base/byte-budget.ts";
import type { Clock } from "../../base/clock.ts";
import { headerValue } from "../../http/headers.ts";
import { encodeRecord } from "./codec.ts";
import type { StoredAnswer } from "../entry.ts";
import type { Envelope } from "./envelope.ts";
import type { RedisOptions } from "../options.ts";
import type { RedisClient } from "../../redis/client.ts";
import type { RedisKeys } from "./keys.ts";
import type { RedisLink } from "../../redis/link.ts";
import { replies } from "../../redis/replies.ts";
import type { Ticket, TierFault } from "../shared-tier.ts";

/** Stores an answer; `expired` where nobody could use it any more. Never rejects. */
export type Write = (answer: StoredAnswer, ticket: Ticket, encrypt: boolean) => Promise<"ok" | "expired" | TierFault>;

/** What storing needs. */
export interface WriterSetting {
  readonly keys: RedisKeys;
  readonly link: RedisLink;
  readonly envelope: Envelope;
  readonly clock: Clock;
  readonly options: Pick<RedisOptions, "maxAge" | "maxEntryBytes" | "compressFrom" | "connectTimeout">;
  /** Whether values can be encrypted. */
  readonly sealed: boolean;
  /** Bytes on their way. */
  readonly pending: ByteBudget;
}

/** Nobody waits for it: it may take as long as a connection, and no more bytes than the budget are on their way. */
export function createWriter({ keys, link, envelope, clock, options, sealed, pending }: WriterSetting): Write {
  const write = async (client: RedisClient, answer: StoredAnswer, value: Buffer, ttl: number): Promise<void> => {
    const { address, selecting } = answer;
    const base = keys.entry(address);
    const pipeline = client.pipeline();
    if (selecting.length === 0) pipeline.set(base, value, "PX", ttl);
    else {
      const names = encodeRecord({ kind: "vary", names: selecting.map(([name]) => name) });
      pipeline.set(base, await envelope.wrap(names, base, { compress: false, encrypt: false }), "PX", options.maxAge);
      pipeline.set(keys.variant(address, selecting), value, "PX", ttl);
    }
    // The marks must outlive what counts under them, or it is void before its time.
    await replies(pipeline.pexpire(keys.marks(address.site, address.path), options.maxAge));
  };
  const send = async (answer: StoredAnswer, ticket: Ticket, encrypt: boolean, ttl: number, done: () => void): Promise<"ok" | TierFault> => {
    const key = answer.selecting.length === 0 ? keys.entry(answer.address) : keys.variant(answer.address, answer.selecting);
    const record = encodeRecord({ kind: "answer", answer, marks: ticket.marks });
    const compress = answer.body.length >= options.compressFrom && headerValue(answer.headers, "content-encoding") === undefined;
    const value = await envelope.wrap(record, key, { compress, encrypt });
    let sent = false;
    const asked = await link.ask((client) => {
      sent = true;
      // What timed out is still on its way, and holds its bytes.
      return write(client, answer, value, ttl).finally(done);
    }, options.connectTimeout);
    if (!sent) done();
    return asked.ok ? "ok" : asked.fault;
  };
  return async (answer, ticket, encrypt) => {
    const ttl = Math.floor(Math.min(options.maxAge, answer.bornAt + answer.lifetime + Math.max(answer.staleWhileRevalidate, answer.staleIfError) - clock.wall()));
    const bytes = answer.body.length + answer.headers.reduce((sum, text) => sum + text.length, 0);
    if (link.state === "down") return "down";
    if (ttl <= 0) return "expired";
    if (encrypt && !sealed) return "error";
    if (bytes > options.maxEntryBytes) return "too-large";
    if (!pending.take(bytes)) return "overloaded";
    const done = once(() => pending.give(bytes));
    try {
      return await send(answer, ticket, encrypt, ttl, done);
    } catch {
      done(); // it could not be encoded
      return "error";
    }
  };
}

function once(run: () => void): () => void {
  let left = true;
  return () => {
    if (left) run();
    left = false;
  };
}
