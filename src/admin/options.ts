import { z } from "zod";
import { bind, name } from "../base/fields.ts";

/** What a token may do; each role includes the ones before it, and `auditor` reads what `viewer` reads. */
export const ROLES = ["viewer", "auditor", "operator", "admin"] as const;

/** See {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/** The API for operators. Without tokens only requests from the same machine may read, and none may act. */
export const adminOptions = z.strictObject({
  bind: bind().prefault("127.0.0.1:9900"),
  /** A name under `certificates`; needed where `bind` is not loopback. */
  tls: z.strictObject({ certificate: name() }).optional(),
  /** Host names (beside the address itself) under which the listener may be called. */
  hosts: z.array(z.string()).prefault([]),
  tokens: z
    .array(
      z.strictObject({
        name: name(),
        /** Made by `taxgate token`. */
        hash: z.string().regex(/^scrypt:\d+:\d+:\d+:[A-Za-z0-9_-]+:[A-Za-z0-9_-]+$/, { error: () => "a hash made by `taxgate token`" }),
        role: z.enum(ROLES),
      }),
    )
    .max(100)
    .prefault([]),
});

/** See {@link adminOptions}. */
export type AdminOptions = z.output<typeof adminOptions>;
