import { navClient, type NavRead, type Sold } from "./nav-client.ts";

/** What became of an invoice in the eyes of the application. */
export interface Reported {
  readonly number: string;
  /** Null where no try brought one. */
  readonly transactionId: string | null;
  readonly tries: number;
}

/** A billing application that knows only to try again, with a new token and a new signature each time. */
export interface NavApp {
  report(sold: Sold): Promise<Reported>;
  /** The end that NAV shows for a transaction, after at most ten questions. */
  outcome(transactionId: string): Promise<string | null>;
}

const TRIES = 8;

/** Makes the application; it pauses `pauseMs` between tries. */
export function navApp(origin: string, taxNumber: string, pauseMs: number, patienceMs = 20_000): NavApp {
  const client = navClient({ origin, taxNumber, wall: () => Date.now(), signal: () => AbortSignal.timeout(patienceMs) });
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs));

  async function once(sold: Sold): Promise<NavRead | null> {
    return client.submit([sold]).catch(() => null);
  }

  return {
    async report(sold) {
      for (let tries = 1; tries <= TRIES; tries += 1) {
        const id = (await once(sold))?.value("transactionId") ?? null;
        if (id !== null) return { number: sold.number, transactionId: id, tries };
        await pause();
      }
      return { number: sold.number, transactionId: null, tries: TRIES };
    },
    async outcome(id) {
      for (let asked = 0; asked < 10; asked += 1) {
        const state = (await client.status(id).catch(() => null))?.value("invoiceStatus") ?? null;
        if (state === "DONE" || state === "ABORTED") return state;
        await pause();
      }
      return null;
    },
  };
}
