import { z } from "zod";
import { bytes, duration, share, whole } from "../base/fields.ts";
import { answerCondition } from "../document/answer-condition.ts";

const fieldName = z.string({ error: () => "a header name" }).regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: () => "a header name" });
const pointer = z.string({ error: () => "a JSON pointer such as /taxNo" }).regex(/^(\/([^~/]|~[01])*)+$/, { error: () => "a JSON pointer such as /taxNo" });
const wantKeyPart = "one of region, taxpayer, principal, body, { header: NAME }, { query: [NAME, …] }, { json: /pointer }";

/** What tells two answers apart beside site, route, path, query and home region, which always do. A request that lacks a part passes the cache by. */
const keyPart = z.union([
  z.enum(["region", "taxpayer", "principal", "body"]),
  z.strictObject({ header: fieldName }),
  /** Only these members of the query count, in this order; without this part the whole query does as it is written. */
  z.strictObject({ query: z.array(z.string().min(1)).max(50) }),
  /** A value in a JSON body: a read that is made by POST. */
  z.strictObject({ json: pointer }),
], { error: () => wantKeyPart });

/** See {@link keyPart}. */
export type KeyPart = z.output<typeof keyPart>;

/** A code in an answer of a route of the same site that voids all that this route has stored. */
const invalidatedBy = z.strictObject({ route: z.string().min(1), when: z.array(answerCondition()).min(1).max(20) });

/** What a route keeps, for how long, and for whom. `{}` is RFC 9111 and nothing more. */
export const routeCacheOptions = z.strictObject({
  /** Life of a 200 or 203 that says nothing about its own; without it such an answer is not kept. */
  ttl: duration("0ms", "10y").optional(),
  /**
   * `ttl`, `negative` and `immutableFor` stand also where the platform says otherwise, `no-store` included. What is
   * `private` is kept where the key has the principal, and never else.
   */
  override: z.boolean().prefault(false),
  /** See {@link keyPart}; `region` may be written, and is part of every key anyway. */
  key: z.array(keyPart).max(20).prefault(["region"]),
  /** `national`: every region says the same, so that another region's answer may be kept, and its entry used while the home region is down. */
  scope: z.enum(["home", "national"]).prefault("home"),
  /** Keeps answers to requests with Authorization; needs `principal` in the key, which then tells credentials apart too. */
  authorized: z.boolean().prefault(false),
  /** How long past its life an answer is served while a fresh one is fetched, where the platform says nothing about it (RFC 5861). */
  staleWhileRevalidate: duration("0ms", "10y").prefault("0s"),
  /** How long past its life an answer is served where the platform fails, and says nothing about it (RFC 5861). */
  staleIfError: duration("0ms", "10y").prefault("0s"),
  /** After a fetch that failed, how long a stale answer is served before the platform is asked again. */
  revalidateEvery: duration("100ms", "1h").prefault("5s"),
  /** Life of answers that say no, and nothing about their own. Not kept unless written. */
  negative: z.strictObject({ statuses: z.array(whole(400, 599)).min(1).max(50).prefault([404, 410]), ttl: duration("0ms", "10y") }).optional(),
  /** A life guessed as a share of the time since Last-Modified, where nothing else says one (RFC 9111 section 4.2.2). Off unless written. */
  heuristic: z.strictObject({ share: share().prefault("10%"), max: duration("0ms", "10y").prefault("1h") }).optional(),
  /** What makes an answer with status 200 one that never changes: any of these. */
  immutableWhen: z.array(answerCondition()).max(20).prefault([]),
  /** Life of those. */
  immutableFor: duration("1s", "10y").prefault("1y"),
  /** See {@link invalidatedBy}. */
  invalidateOn: z.array(invalidatedBy).max(50).prefault([]),
  /** Names to purge by; {region}, {taxpayer} and {route} stand for those of the request. */
  tags: z.array(z.string().min(1).max(200)).max(20).prefault([]),
  /** Whether Cache-Control and Pragma of callers are obeyed; with `ignore` a caller cannot make the platform work. max-stale is never obeyed. */
  requestDirectives: z.enum(["obey", "ignore"]).prefault("obey"),
  /** Larger bodies are not kept; `cache.memory.maxEntryBytes` holds beside it. */
  maxBytes: bytes().optional(),
  /** Encodings for callers that accept them, the first preferred; smaller bodies go out as they are, and with no codings all do. */
  compress: z.strictObject({ codings: z.array(z.enum(["br", "zstd", "gzip"])).prefault(["br", "zstd", "gzip"]), minBytes: bytes().prefault("1KiB") }).prefault({}),
  /** How many callers wait for a fetch that is under way, and how long; the others go by themselves. */
  collapse: z.strictObject({ waiters: whole(0, 1_000_000).prefault(10_000), wait: duration("0ms", "10min").prefault("10s") }).prefault({}),
  /** `false` keeps this route out of the tier that instances share. */
  shared: z.boolean().prefault(true),
  /** Encrypts what this route puts there; needs `cache.redis.encryption`. */
  encrypt: z.boolean().prefault(false),
});

/** See {@link routeCacheOptions}. */
export type RouteCacheOptions = z.output<typeof routeCacheOptions>;

const redisUrl = z.string({ error: () => "redis://… or rediss://…" }).regex(/^rediss?:\/\/\S+$/, { error: () => "redis://… or rediss://…" });

const wantSecret = "a secret of at least 16 characters";

/** A key by its id, which stands beside what it has encrypted. */
const encryptionKey = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, { error: () => "an id of letters, digits, '.', '-' and '_', at most 32 long" }),
  /** Secret text; the key is derived from it. A pattern, because editors let a reference through patterns alone. */
  key: z.string({ error: () => wantSecret }).regex(/^[\s\S]{16,}$/, { error: () => wantSecret }),
});

/** The tier that instances share; limits with `shared: true` count there too. Read once, when the process starts. */
export const redisOptions = z.strictObject({
  /** One server, or some nodes of a Redis Cluster. */
  url: z.union([redisUrl, z.array(redisUrl).min(1).max(100)], { error: () => "redis://… or a list of a cluster's nodes" }),
  /** Keys and channels begin with it; instances that share have the same. */
  prefix: z.string().regex(/^[A-Za-z0-9:_.-]{1,40}$/, { error: () => "letters, digits, ':', '_', '.' and '-', at most 40 long" }).prefault("taxgate"),
  /** To connect, and for writes, which no caller waits for. */
  connectTimeout: duration("50ms", "1min").prefault("2s"),
  /** A look-up that takes longer counts as not found, and a shared limit as one that did not answer; it is what a slow Redis adds to a request at most. */
  timeout: duration("1ms", "10s").prefault("15ms"),
  /** PEM file of the authorities of rediss:// servers, instead of the system's. */
  ca: z.string().min(1).optional(),
  /** Larger answers stay in memory alone. */
  maxEntryBytes: bytes("64MiB").prefault("1MiB"),
  /** Bytes on their way there at once, all answers together; what comes on top stays in memory alone. */
  maxPendingBytes: bytes("1GiB").prefault("16MiB"),
  /** No entry stays there longer, whatever its life. */
  maxAge: duration("1s", "1y").prefault("7d"),
  /** Answers from this size on are compressed. */
  compressFrom: bytes().prefault("1KiB"),
  /** For routes that say `encrypt`, and for the news of what was purged. The first key encrypts, all of them decrypt: a new one comes first. */
  encryption: z.strictObject({ cipher: z.enum(["aes-256-gcm", "sm4-gcm"]).prefault("aes-256-gcm"), keys: z.array(encryptionKey).min(1).max(10) }).optional(),
});

/** See {@link redisOptions}. */
export type RedisOptions = z.output<typeof redisOptions>;

const wantRoom = "a size with its unit from 1MiB to 64GiB, such as 256MiB";

/** What all routes share. Read once, when the process starts. */
export const cacheOptions = z.strictObject({
  memory: z
    .strictObject({
      /** Bound on all entries with their heads, keys and encodings; the ones that were not used for longest go first. */
      maxBytes: bytes().refine((size) => size >= 1024 * 1024, { error: () => wantRoom }).prefault("256MiB"),
      /** Larger bodies are not kept. */
      maxEntryBytes: bytes().prefault("8MiB"),
    })
    .prefault({}),
  /** See {@link redisOptions}; without it each instance remembers for itself. */
  redis: redisOptions.optional(),
});

/** See {@link cacheOptions}. */
export type CacheOptions = z.output<typeof cacheOptions>;
