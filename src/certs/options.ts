import { z } from "zod";
import { duration, nameServer } from "../base/fields.ts";

/*
 * Certificates by name: files that somebody else renews, certificates that are ordered and renewed here (ACME, RFC 8555),
 * and private authorities that make certificates for hosts that Taxgate answers for.
 */

/** Directories of well-known authorities, by the names that the configuration uses. */
export const ACME_DIRECTORIES: Readonly<Record<string, string>> = {
  letsencrypt: "https://acme-v02.api.letsencrypt.org/directory",
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
  zerossl: "https://acme.zerossl.com/v2/DV90",
  google: "https://dv.acme-v02.api.pki.goog/directory",
  "google-staging": "https://dv.acme-v02.test-api.pki.goog/directory",
};

/** How the authority is shown that a name is ours. */
export const CHALLENGES = ["http-01", "tls-alpn-01", "dns-01"] as const;

/** See {@link CHALLENGES}. */
export type ChallengeType = (typeof CHALLENGES)[number];

/** Kinds of keys. */
export const KEY_KINDS = ["ecdsa-p256", "ecdsa-p384", "rsa-2048", "rsa-3072", "rsa-4096"] as const;

/** See {@link KEY_KINDS}. */
export type KeyKind = (typeof KEY_KINDS)[number];

const DIRECTORY_WANTED = `an https: address, or one of ${Object.keys(ACME_DIRECTORIES).join(", ")}`;
const IDENTIFIER_WANTED = "a host name such as gate.example.com, *.example.com or an IP address";
const COMMAND_WANTED = "a list of a program and its arguments, such as [/usr/local/bin/hook, --dns]";

const directory = () =>
  z.string({ error: () => DIRECTORY_WANTED }).refine((text) => Object.hasOwn(ACME_DIRECTORIES, text) || (URL.canParse(text) && new URL(text).protocol === "https:"), { error: () => DIRECTORY_WANTED });

/** Which programs are run is decided by whoever may write the configuration; no shell reads the line. */
const command = () => z.array(z.string({ error: () => COMMAND_WANTED }).min(1).max(1000)).min(1, { error: () => COMMAND_WANTED }).max(50);

/** External account binding (RFC 8555 section 7.3.4). */
const eab = z.strictObject({
  kid: z.string().min(1).max(1000),
  /** The key as the authority gives it out, base64url; a secret. */
  hmacKey: z.string().regex(/^[A-Za-z0-9_-]{16,1000}={0,2}$/, { error: () => "a key in base64url" }),
});

/** One authority. */
const authorityAccess = {
  /** Its directory. */
  directory: directory(),
  /** PEM file of the authorities to trust for calls to it, instead of the system's. */
  ca: z.string().min(1).optional(),
  eab: eab.optional(),
  /** A profile that the authority offers, such as `shortlived`. */
  profile: z.string().min(1).max(100).optional(),
  /** Common name of the issuer that the chain should end with, where the authority offers several chains. */
  preferredChain: z.string().min(1).max(200).optional(),
};

/** What dns-01 needs: whoever can write TXT records. */
const dns = z.strictObject({
  /** Run with `present|clear NAME VALUE` behind its arguments; NAME is the record's whole name. Ends with 0 once it is written. */
  command: command().optional(),
  /** Told by POST with `{ "action": "present"|"clear", "name": …, "value": … }`; an answer of 2xx says that it is written. */
  webhook: z.string().regex(/^https?:\/\/[^\s#]+$/, { error: () => "an address such as https://dns.example/hook" }).optional(),
  /** Longest run of the command or the call. */
  timeout: duration("1s", "10min").prefault("60s"),
  /**
   * The record must be seen here before the authority is asked to look: addresses of name servers, best the zone's own,
   * for others remember that there was nothing; empty: not looked.
   */
  resolvers: z.array(nameServer()).max(10).prefault([]),
  /** Longest wait until it is seen there, 5min unless written; where nothing is looked at, the pause before the authority is asked, 30s unless written. */
  propagation: duration("0ms", "1h").optional(),
});

const TIME_SPAN_WANTED = "two times of day such as 08:00..20:00";
const DAY_SPAN_WANTED = "days of the month such as 1..15, or one such as 31";

/** Time in which nothing is renewed unless it is an emergency; all parts must hold. */
const blackout = z
  .strictObject({
    /** Days of the month. */
    days: z.string({ error: () => DAY_SPAN_WANTED }).regex(/^\d{1,2}(\.\.\d{1,2})?$/, { error: () => DAY_SPAN_WANTED }).optional(),
    /** Time of day; the end may be earlier than the start, which is the night. */
    hours: z.string({ error: () => TIME_SPAN_WANTED }).regex(/^([01]\d|2[0-3]):[0-5]\d\.\.(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: () => TIME_SPAN_WANTED }).optional(),
    /** IANA zone. */
    zone: z.string().min(1).max(64).prefault("UTC"),
  })
  .refine(({ days, hours }) => days !== undefined || hours !== undefined, { error: () => "days, hours, or both" });

const renew = z.strictObject({
  /**
   * What has to be left when renewal begins, where the authority gives no renewal information (RFC 9773). Unless it stands
   * here: a third of the lifetime, half of one shorter than ten days.
   */
  before: duration("1s").optional(),
  /** Renewal information is asked for so often, unless the authority says otherwise. */
  check: duration("1s", "7d").prefault("6h"),
  /** Filing peaks and other times in which nothing is changed. */
  blackouts: z.array(blackout).max(50).prefault([]),
  /** With less than this left blackouts do not count; unless it stands here a quarter of the time that renewal begins ahead. */
  emergency: duration("1s").optional(),
});

/** What is run or called once another certificate is in use. */
const onChange = z.strictObject({
  /** Run with the certificate's name behind its arguments. */
  command: command().optional(),
  /** Told by POST: name, names, notAfter, fingerprint. */
  webhook: z.string().regex(/^https?:\/\/[^\s#]+$/, { error: () => "an address such as https://ops.example/hook" }).optional(),
  timeout: duration("1s", "10min").prefault("30s"),
});

/** A certificate that is ordered and renewed here. */
const acme = z.strictObject({
  ...authorityAccess,
  /** Names and addresses that it is for; the first one is its common name where the authority wants one. */
  domains: z.array(z.string({ error: () => IDENTIFIER_WANTED }).min(1).max(253)).min(1).max(100),
  /** Where the authority may write to. */
  email: z.string().regex(/^[^@\s]+@[^@\s]+$/, { error: () => "an address such as it@example.com" }).optional(),
  challenge: z.enum(CHALLENGES).prefault("http-01"),
  dns: dns.optional(),
  key: z.enum(KEY_KINDS).prefault("ecdsa-p256"),
  renew: renew.prefault({}),
  /** Other authorities, asked in this order where the first one fails. */
  fallback: z.array(z.strictObject(authorityAccess)).max(5).prefault([]),
  /** A directory with which each first order is rehearsed, so that mistakes do not use up what the real one allows. */
  rehearse: directory().optional(),
  /** A directory that several Taxgates share, so that one of them orders; the state directory's own unless written. */
  store: z.string().min(1).optional(),
});

/** A private authority. */
const privateAuthority = z.strictObject({
  /** Names and addresses that it may make certificates for, with everything below them: in its own certificate, for life (RFC 5280 section 4.2.1.10). Unless written: the hosts that `intercept` lists. */
  domains: z.array(z.string().min(1).max(253)).max(200).prefault([]),
  /** Opens its key. Unless written: one of its own, kept beside it in the state directory. */
  passphrase: z.string().min(12, { error: () => "at least 12 characters" }).max(1000).optional(),
  lifetime: duration("1d", "30y").prefault("10y"),
  /** Of the certificates that it makes. */
  leafLifetime: duration("1h", "1y").prefault("30d"),
});

const ONE_OF = "one of files, acme and authority";

/** A certificate by name. */
export const certificateOptions = z
  .strictObject({
    /** PEM files; read again when they change. */
    files: z
      .strictObject({
        /** The certificate, then its intermediates. */
        cert: z.string().min(1),
        /** The private key. */
        key: z.string().min(1),
      })
      .optional(),
    acme: acme.optional(),
    authority: z.union([z.literal(true), privateAuthority], { error: () => "true, or { domains, passphrase, lifetime, leafLifetime }" }).optional(),
    onChange: onChange.optional(),
  })
  .refine(({ files, acme, authority }) => [files, acme, authority].filter((one) => one !== undefined).length === 1, { error: () => ONE_OF, params: { oneOf: ["files", "acme", "authority"] } });

/** See {@link certificateOptions}. */
export type CertificateOptions = z.output<typeof certificateOptions>;

/** See {@link certificateOptions}. */
export type AcmeOptions = NonNullable<CertificateOptions["acme"]>;

/** How dns-01 is answered. */
export type DnsOptions = z.output<typeof dns>;

/** When to renew. */
export type RenewOptions = z.output<typeof renew>;

/** What is run on change. */
export type OnChangeOptions = z.output<typeof onChange>;

/** A private authority, complete with its defaults. */
export type AuthorityOptions = z.output<typeof privateAuthority>;

/** `authority: true` is one with every default. */
export function authorityOf(options: CertificateOptions): AuthorityOptions | null {
  if (options.authority === undefined) return null;
  return options.authority === true ? privateAuthority.parse({}) : options.authority;
}
