import { z } from "zod";
import { duration, share } from "../../base/fields.ts";

const LEAST_MEMORY = 0.1;

/** When this process has too much to do itself; requests are refused then, reads first and submissions last. */
export const overloadOptions = z.strictObject({
  /** The event loop takes so long to come round; `0ms`: it is not looked at. */
  lag: duration("0ms", "1min").prefault("200ms"),
  /** Of the memory that the process may use, be it the container's or the heap's; `100%`: it is not looked at. */
  memory: share().refine((part) => part >= LEAST_MEMORY, { error: () => "a share from 10% to 100%, such as 85%; 100% looks at no memory" }).prefault("85%"),
});

/** See {@link overloadOptions}. */
export type OverloadOptions = z.output<typeof overloadOptions>;
