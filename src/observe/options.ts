import { z } from "zod";

/** What is written, and what is kept out of it. */
export const logOptions = z.strictObject({
  level: z.enum(["debug", "info", "warn", "error"]).prefault("info"),
  access: z
    .strictObject({
      /** Writes one line an exchange. */
      enabled: z.boolean().prefault(true),
      /** Query strings carry tokens and tax numbers: `drop` leaves them out. */
      query: z.enum(["drop", "keep"]).prefault("drop"),
      /** Principals and taxpayers: `hash` makes them comparable but not readable. */
      identifiers: z.enum(["drop", "hash", "keep"]).prefault("hash"),
    })
    .prefault({}),
});

/** See {@link logOptions}. */
export type LogOptions = z.output<typeof logOptions>;
