import { z } from "zod";
import { name } from "../base/fields.ts";
import { adminOptions } from "../admin/options.ts";
import { cacheOptions } from "../cache/options.ts";
import { journalOptions } from "../journal/options.ts";
import { logOptions } from "../observe/options.ts";
import { siteOptions } from "../pipeline/options.ts";
import { certificateOptions, drainOptions, healthOptions, listenerOptions } from "../server/options.ts";

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
  /** Allows simulated platforms although a listener is not on loopback. */
  sandbox: z.boolean().prefault(false),
};

/** Keys of a site, which may also stand at the top of a file with one platform. */
export const SITE_KEYS = Object.keys(siteOptions.shape);

/** A whole file: `sites`, or the keys of the one site at the top. Which of the two is checked apart. */
export const fileOptions = z.strictObject({
  ...globals,
  sites: z.array(siteOptions).min(1).max(1000).optional(),
  ...siteOptions.partial().shape,
});

/** What stands in a file beside its sites, checked. */
export const globalOptions = z.object(globals);

/** The only route of a site that names none: everything is forwarded. */
export const REST_ROUTE = { name: "rest", match: { path: "/**" }, class: "pass" } as const;
