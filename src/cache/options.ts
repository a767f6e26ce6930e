import { z } from "zod";
import { bytes, duration, share, whole } from "../base/fields.ts";
import { answerCondition } from "../document/answer-condition.ts";

const fieldName = z.string({ error: () => "a header name" }).regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: () => "a header name" });
const pointer = z.string({ error: () => "a JSON pointer such as /taxNo" }).regex(/^(\/([^~/]|~[01])*)+$/, { error: () => "a JSON pointer such as /taxNo" });
const wantKeyPart = "one of region, taxpayer, principal, body, { header: NAME }, { query: [NAME, …] }, { json: /pointer }";

/** What tells two answers apart beside host, path and query. The home region always does. */
const keyPart = z.union([
  z.enum(["region", "taxpayer", "principal", "body"]),
  z.strictObject({ header: fieldName }),
  /** Only these members of the query count; without this part the whole query does. */
  z.strictObject({ query: z.array(z.string().min(1)).max(50) }),
  z.strictObject({ json: pointer }),
], { error: () => wantKeyPart });

/** See {@link keyPart}. */
export type KeyPart = z.output<typeof keyPart>;

/** A code in an answer of another route that voids what this route has stored. */
const invalidatedBy = z.strictObject({ route: z.string().min(1), when: z.array(answerCondition()).min(1).max(20) });

/** What a route keeps, for how long, and for whom. `{}` is RFC 9111 and nothing more. */
export const routeCacheOptions = z.strictObject({
  /** Life of a 200 that says nothing about its own. */
  ttl: duration("0ms", "10y").optional(),
  /** `ttl` also where the platform says otherwise; what is `private` is kept only where the key has the principal. */
  override: z.boolean().prefault(false),
  key: z.array(keyPart).max(20).prefault(["region"]),
  /** `national`: where the home region is down, an entry of another region will do. */
  scope: z.enum(["home", "national"]).prefault("home"),
  /** Keeps answers to requests with Authorization; takes `principal` in the key. */
  authorized: z.boolean().prefault(false),
  /** A stale answer is served for so long while a fresh one is fetched, where the platform says nothing about it (RFC 5861). */
  staleWhileRevalidate: duration("0ms", "10y").prefault("0s"),
  /** A stale answer is served for so long where the platform fails (RFC 5861). */
  staleIfError: duration("0ms", "10y").prefault("0s"),
  /** After a fetch that failed, a stale entry is served for so long before the next one. */
  revalidateEvery: duration("100ms", "1h").prefault("5s"),
  /** Answers that say no, and nothing about their life. */
  negative: z.strictObject({ statuses: z.array(whole(400, 599)).min(1).max(50).prefault([404, 410]), ttl: duration("0ms", "10y") }).optional(),
  /** Life guessed from Last-Modified, where the answer says nothing (RFC 9111 section 4.2.2). Off unless written. */
  heuristic: z.strictObject({ share: share().prefault("10%"), max: duration("0ms", "10y").prefault("1h") }).optional(),
  /** Answers that never change: any of these, with status 200. */
  immutableWhen: z.array(answerCondition()).max(20).prefault([]),
  /** Life of those. */
  immutableFor: duration("1s", "10y").prefault("1y"),
  invalidateOn: z.array(invalidatedBy).max(50).prefault([]),
  /** Names to purge by; {region}, {taxpayer} and {route} stand for those of the request. */
  tags: z.array(z.string().min(1).max(200)).max(20).prefault([]),
  /** Whether Cache-Control and Pragma of callers are obeyed. max-stale never is. */
  requestDirectives: z.enum(["obey", "ignore"]).prefault("obey"),
  /** Larger answers are not kept; no more than the tier's own bound. */
  maxBytes: bytes().optional(),
  /** Encodes for callers that accept it; smaller bodies go out as they are. */
  compress: z.strictObject({ codings: z.array(z.enum(["br", "zstd", "gzip"])).prefault(["br", "zstd", "gzip"]), minBytes: bytes().prefault("1KiB") }).prefault({}),
  /** How many callers wait for a fetch that is under way, and how long; the others go by themselves. */
  collapse: z.strictObject({ waiters: whole(0, 1_000_000).prefault(10_000), wait: duration("0ms", "10min").prefault("10s") }).prefault({}),
  /** `false` keeps this route out of the tier that instances share. */
  shared: z.boolean().prefault(true),
  /** Encrypts what this route puts there, with `cache.redis.encryption`. */
  encrypt: z.boolean().prefault(false),
});

/** See {@link routeCacheOptions}. */
export type RouteCacheOptions = z.output<typeof routeCacheOptions>;

const redisUrl = z.string({ error: () => "redis://… or rediss://…" }).regex(/^rediss?:\/\/\S+$/, { error: () => "redis://… or rediss://…" });

/** A key for what is encrypted, by its id; the first one encrypts, all of them decrypt. */
const encryptionKey = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, { error: () => "an id of letters, digits, '.', '-' and '_', at most 32 long" }),
  /** Secret text of at least 16 characters; the key is derived from it. */
  key: z.string({ error: () => "a secret of at least 16 characters" }).min(16, { error: () => "a secret of at least 16 characters" }),
});

/** The tier that instances share. */
export const redisOptions = z.strictObject({
  /** One server, or some nodes of a Redis Cluster. */
  url: z.union([redisUrl, z.array(redisUrl).min(1).max(100)], { error: () => "redis://… or a list of a cluster's nodes" }),
  /** Keys begin with it; instances that share have the same. */
  prefix: z.string().regex(/^[A-Za-z0-9:_.-]{1,40}$/, { error: () => "letters, digits, ':', '_', '.' and '-', at most 40 long" }).prefault("taxgate"),
  connectTimeout: duration("50ms", "1min").prefault("2s"),
  /** A look-up that takes longer counts as not found. */
  timeout: duration("1ms", "10s").prefault("15ms"),
  /** PEM file of the authorities of rediss:// servers, instead of the system's. */
  ca: z.string().min(1).optional(),
  /** Larger entries stay in memory alone. */
  maxEntryBytes: bytes("64MiB").prefault("1MiB"),
  /** Bytes on their way there at once; what comes on top is left out. */
  maxPendingBytes: bytes("1GiB").prefault("16MiB"),
  /** No entry stays longer, whatever its life. */
  maxAge: duration("1s", "1y").prefault("7d"),
  /** Bodies from this size on are compressed. */
  compressFrom: bytes().prefault("1KiB"),
  encryption: z.strictObject({ cipher: z.enum(["aes-256-gcm", "sm4-gcm"]).prefault("aes-256-gcm"), keys: z.array(encryptionKey).min(1).max(10) }).optional(),
});

/** See {@link redisOptions}. */
export type RedisOptions = z.output<typeof redisOptions>;

/** What all routes share. */
export const cacheOptions = z.strictObject({
  memory: z
    .strictObject({
      /** Bound on all entries with their overhead. */
      maxBytes: bytes().prefault("256MiB"),
      maxEntryBytes: bytes().prefault("8MiB"),
    })
    .prefault({}),
  redis: redisOptions.optional(),
});

/** See {@link cacheOptions}. */
export type CacheOptions = z.output<typeof cacheOptions>;
