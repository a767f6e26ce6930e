import { z } from "zod";
import { duration, share, whole } from "../../base/fields.ts";

/*
 * How many calls may be under way at an endpoint at once, and who waits for his turn. `connections` stays the bound on
 * sockets: a call that has its turn needs one, and an answer that still streams keeps one.
 */

/** Schema of `concurrency`. */
export const concurrencyOptions = z.strictObject({
  /** `adaptive`: the number follows what the platform can take. `fixed`: it is `max`. `off`: connections alone bound it. */
  mode: z.enum(["adaptive", "fixed", "off"]).prefault("adaptive"),
  /** It never falls below this. */
  min: whole(1, 10_000).prefault(4),
  /** It never grows above this, nor above `connections`. */
  max: whole(1, 10_000).prefault(512),
  /** Requests that wait for their turn at one endpoint; unless written, `queue` of upstream. */
  queue: whole(0, 100_000).optional(),
  /** Longest wait for a turn; unless written, `queueTimeout` of upstream. */
  queueTimeout: duration("0ms", "10min").optional(),
  /** Share that submissions alone may use, where there are routes of class submit. */
  reserve: share().prefault("20%"),
});
