import type { PlatformApp } from "../../drill/platform/app.ts";
import { gateClient, type NavClient } from "./nav-client.ts";

/**
 * Sellers that report one invoice after the other. After a lost answer they ask NAV for their submissions, as it prescribes,
 * look at each of them, and report again all the same: to match what they see is more than they were written for.
 */
export const huNav: PlatformApp = {
  profile: "hu-nav",
  manners: { ordersPerSecond: 15, patience: 800, tries: 14, pause: 400 },
  always: { settings: { throttled: false, processingMs: 300 } },
  // The limit of one request a second is a test of its own: at that pace a storm would be three invoices.
  upstream: "pace: []",
  // What never reached NAV is found by nobody's question, and held for a person.
  toldDone: 80,
  site: `routes: [{ name: manage-invoice, submission: { resolve: [{ wait: 12s }, hold] } }]`,
  open(gate) {
    const begin = Date.now();
    const clientOf = (index: number): NavClient => gateClient(gate, String(10_000_000 + index), huNav.manners.patience);
    const lookAround = async (client: NavClient): Promise<void> => {
      const { values } = await client.list(begin - 60_000, Date.now() + 60_000);
      for (const id of values("transactionId")) await client.status(id, true);
    };
    return Promise.resolve({
      orderNo: (index) => `${10_000_000 + index}/SZ-${index}`,
      async submit(index, attempt) {
        const client = clientOf(index);
        try {
          if (attempt > 1) await lookAround(client);
          const { value } = await client.submit([{ number: `SZ-${index}` }]);
          const id = value("transactionId");
          if (id !== null) return { kind: "done", number: id };
          const code = value("errorCode") ?? "";
          return code === "INVALID_REQUEST" ? { kind: "no", why: code } : { kind: "later" };
        } catch {
          return { kind: "later" };
        }
      },
      finds: async (index, id) => (await clientOf(index).status(id)).value("invoiceStatus") === "DONE",
    });
  },
};
