import { settingOf, type World } from "../../world.ts";
import { SETTINGS } from "./settings.ts";
import type { Result, Transaction } from "./transactions.ts";

/** State of an invoice under way, or its end. */
export type InvoiceStatus = "RECEIVED" | "PROCESSING" | "SAVED" | "DONE" | "ABORTED";

/** How far an invoice of a transaction has come. */
export function invoiceStatus({ at }: Transaction, { fault }: Result, world: World): InvoiceStatus {
  const done = (world.clock.now() - at) / settingOf(world, SETTINGS, "processingMs");
  if (!(done < 1)) return fault ? "ABORTED" : "DONE";
  if (done < 1 / 3) return "RECEIVED";
  return done < 2 / 3 || fault ? "PROCESSING" : "SAVED";
}

/** How far a whole transaction has come. */
export function requestStatus(transaction: Transaction, world: World): "RECEIVED" | "PROCESSING" | "SAVED" | "FINISHED" {
  const states = transaction.results.map((result) => invoiceStatus(transaction, result, world));
  if (states.every((state) => state === "DONE" || state === "ABORTED")) return "FINISHED";
  if (states.includes("RECEIVED")) return "RECEIVED";
  return states.includes("PROCESSING") ? "PROCESSING" : "SAVED";
}
