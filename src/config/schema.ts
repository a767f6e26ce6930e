import { z } from "zod";
import { name } from "../base/fields.ts";
import { adminOptions } from "../admin/options.ts";
import { cacheOptions } from "../cache/options.ts";
import { certificateOptions } from "../certs/options.ts";
import { journalOptions } from "../journal/options.ts";
import { limitsOptions } from "../limits/caller/options.ts";
import { overloadOptions } from "../limits/overload/options.ts";
import { logOptions } from "../observe/options.ts";
import { siteOptions } from "../pipeline/options.ts";
import { drainOptions, healthOptions, listenerOptions } from "../server/options.ts";
import { wafOptions } from "../waf/options.ts";

/** What a file says beside its sites. */
const globals = {
  /** The version of this form; kept readable for ever. */
  version: z.literal(1),
  state: z
    .strictObject({
      /** Journal, audit log, certificates, keys; 0700, one owner. */
      dir: z.string().min(1).prefault("./data"),
    })
    .prefault({}),
  listeners: z.array(listenerOptions).min(1).max(100).prefault([{ name: "plain", bind: "127.0.0.1:8080" }]),
  admin: adminOptions.prefault({}),
  health: healthOptions.optional(),
  log: logOptions.prefault({}),
  drain: drainOptions.prefault({}),
  certificates: z.record(name(), certificateOptions).prefault({}),
  /** What all routes with a `cache` share. */
  cache: cacheOptions.prefault({}),
  /** What submissions are written to before they are sent. */
  journal: journalOptions.prefault({}),
  /** What is looked for in requests, and what becomes of those in which it is found. */
  waf: wafOptions.prefault({}),
  /** What callers are allowed; sites and routes name what holds there. */
  limits: limitsOptions.prefault({}),
  /** When this process has too much to do itself. */
  overload: overloadOptions.prefault({}),
  /** Allows simulated platforms although a listener is not on loopback. */
  sandbox: z.boolean().prefault(false),
};

/** Keys that mean the whole at the top of a file, and a site's own part of it in a site. */
const WHOLE_AT_TOP: ReadonlySet<string> = new Set(["waf", "limits"]);

/** Keys of a site, which may also stand at the top of a file with one platform. */
export const SITE_KEYS = Object.keys(siteOptions.shape).filter((key) => !WHOLE_AT_TOP.has(key));

/** A whole file: `sites`, or the keys of the one site at the top. Which of the two is checked apart. */
export const fileOptions = z.strictObject({
  ...siteOptions.partial().shape,
  sites: z.array(siteOptions).min(1).max(1000).optional(),
  ...globals,
});

/** What stands in a file beside its sites, checked. */
export const globalOptions = z.object(globals);

/** The only route of a site that names none: everything is forwarded. */
export const REST_ROUTE = { name: "rest", match: { path: "/**" }, class: "pass" } as const;
