import { z } from "zod";
import { duration, share, whole } from "../../base/fields.ts";

/** When the firewall stops so much of a route that somebody should look. */
export const alarmOptions = z.strictObject({
  /** Of the requests that it looked at; more than this is unusual. */
  share: share().prefault("20%"),
  window: duration("1min", "1d").prefault("10min"),
  /** Requests in the window below which nothing is said. */
  minimum: whole(1, 1_000_000).prefault(20),
});

/** See {@link alarmOptions}. */
export type AlarmOptions = z.output<typeof alarmOptions>;
