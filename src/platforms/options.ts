import { z } from "zod";
import { duration, name } from "../base/fields.ts";
import { INSTANT_WANTED, parseInstant } from "../base/instant.ts";
import type { TaxNumberFormat } from "../waf/tax-number/tax-number.ts";

/*
 * What a profile says of a tax platform beside its routes. A profile is data: whatever stands in it has a source and the
 * day on which somebody looked.
 */

const DATE_WANTED = "a day in quotes such as \"2026-11-20\"";
const PLATFORM_WANTED = "a profile such as generic-json, a file such as ./own.yaml, or { name, environment }";
const KEY_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** A text for people, in both languages of this product. */
const bilingual = z.strictObject({ en: z.string().min(1).max(2000), zh: z.string().min(1).max(2000) });

/** See {@link bilingual}. */
export type Bilingual = z.output<typeof bilingual>;

const texts = () => z.array(bilingual).max(50).prefault([]);

/** Where a fact comes from. */
const factSource = z.strictObject({
  title: z.string().min(1).max(300),
  /** Where it was read: a repository, a page, a document's number. */
  where: z.string().min(1).max(300),
  /** The day on which somebody read it last. */
  verified: z.string({ error: () => DATE_WANTED }).regex(/^\d{4}-\d{2}-\d{2}$/, { error: () => DATE_WANTED }),
  /** No official text: somebody who uses the platform says so. */
  secondHand: z.boolean().prefault(false),
});

const whenKey = z.union([z.strictObject({ key: z.string().regex(KEY_NAME) }), z.strictObject({ noKey: z.string().regex(KEY_NAME) })], { error: () => "{ key: NAME } or { noKey: NAME }" });

/** One or several names of `sources`. */
const sourceNames = z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(10)], { error: () => "a name under 'sources', or a list of them" });

/** A route of a profile: what a site's route has, and these. */
const profileRoute = z.looseObject({
  name: name(),
  /** What it does, in plain words. */
  means: bilingual,
  source: sourceNames.optional(),
  /** The route is there only where the site has this key, or only where it has not. */
  when: whenKey.optional(),
});

const credential = z.strictObject({
  name: name(),
  what: bilingual,
  /** How long it lives, in words. */
  life: z.string().min(1).max(200),
  /** How it is renewed, step by step. */
  renew: texts(),
  /** A person has to do something for it. */
  human: z.boolean().prefault(false),
  /** It is the certificate that stands under a site's `upstream.tls.clientCertificate`, which says itself when it ends. */
  clientCertificate: z.boolean().prefault(false),
  source: sourceNames.optional(),
});

/** See {@link credential}. */
export type ProfileCredential = z.output<typeof credential>;

/** A profile file. What stands in `site` and `routes` is checked with the site that uses it. */
export const profileOptions = z.strictObject({
  profile: name(),
  /** Its own, such as "2026.11". */
  version: z.string({ error: () => "a text such as \"2026.11\"" }).min(1).max(40),
  title: bilingual,
  /** The kind of simulated platform that `sandbox:NAME` endpoints of such a site are. */
  sandbox: name().optional(),
  sources: z.record(z.string().regex(KEY_NAME), factSource),
  /** Of every fact that names none nearer to it. */
  source: sourceNames.optional(),
  /** Regions of a site that writes none, by environment; `production` unless the site names another. */
  environments: z.record(name(), z.record(z.string(), z.unknown())).prefault({}),
  /** Secrets that the profile can use. */
  keys: z.record(z.string().regex(KEY_NAME), z.strictObject({ optional: z.boolean().prefault(false), what: bilingual })).prefault({}),
  /** Forms of its taxpayers' numbers, for `{ format: platform }` in a site's allowlist; those that this product knows are checked where profiles are read. */
  taxNumbers: z.array(name()).max(10).prefault([]),
  /** Defaults of the site. */
  site: z.record(z.string(), z.unknown()).prefault({}),
  routes: z.array(profileRoute).min(1).max(500),
  guide: z.strictObject({ protected: texts(), notProtected: texts(), must: texts(), traps: texts() }).prefault({}),
  credentials: z.array(credential).max(20).prefault([]),
});

/** See {@link profileOptions}. */
export type ProfileOptions = z.output<typeof profileOptions>;

/** Which profile a site uses: a built-in one by its name, a file by its path, or with an environment beside it. */
export const platformChoice = z.union([z.string({ error: () => PLATFORM_WANTED }).min(1).max(1000), z.strictObject({ name: z.string().min(1).max(1000), environment: name().optional() })], { error: () => PLATFORM_WANTED });

/** See {@link platformChoice}. */
export type PlatformChoice = z.output<typeof platformChoice>;

/** When something ends that a person renews at the platform. */
export const credentialDate = z.strictObject({
  ends: z.string({ error: () => INSTANT_WANTED }).refine((text) => parseInstant(text) !== null, { error: () => INSTANT_WANTED }),
  /** So long before that it has to be begun, and is reminded of. */
  remind: duration("2d", "10y").prefault("60d"),
});

/** See {@link credentialDate}. */
export type CredentialDate = z.output<typeof credentialDate>;

/** What a running site knows of its profile. */
export interface PlatformFacts {
  readonly name: string;
  readonly version: string;
  /** See {@link profileOptions}. */
  readonly sandbox: string | null;
  /** Names of the keys that it can use. */
  readonly keys: readonly string[];
  /** Forms that its taxpayers' numbers have; see tax-number.ts of the firewall. */
  readonly taxNumbers: readonly TaxNumberFormat[];
  /** What has to be renewed at the platform now and then. */
  readonly credentials: readonly ProfileCredential[];
  /** As the site chose it; a file by its absolute path. */
  readonly chosen: PlatformChoice;
}
