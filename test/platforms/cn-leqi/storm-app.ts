import { createApplication, invoiceOf, SM4_KEY } from "./application.ts";
import type { PlatformApp } from "../../drill/platform/app.ts";

const IN_BATCH = 3;

/** A large taxpayer's software: batches of three, encrypted; Taxgate has the key. */
export const cnLeqi: PlatformApp = {
  profile: "cn-leqi",
  manners: { ordersPerSecond: 20, patience: 800, tries: 14, pause: 400 },
  always: { settings: { processingMs: 300 } },
  site: `keys: { sm4: "${SM4_KEY}" }
routes:
  - { name: upload, submission: { resolve: [{ wait: 200ms }, { resend: { window: 40h, times: 100, pause: 200ms } }, hold] } }`,
  repeatsByPlan: true,
  async open(gate) {
    const application = createApplication(gate, cnLeqi.manners.patience);
    const batchOf = (index: number) => Array.from({ length: IN_BATCH }, (_, place) => invoiceOf(index * IN_BATCH + place));
    return {
      orderNo: (index) => batchOf(index)[0]?.fphm ?? "",
      submit: (index) => application.submit(`B${index}`, batchOf(index)),
      async finds(index, number) {
        const results = await application.results(number);
        const shown = await Promise.all(batchOf(index).map(({ fphm }) => application.shows(fphm)));
        return !shown.includes(false) && batchOf(index).every(({ fphm }) => ["00", "03"].includes(results.get(fphm) ?? ""));
      },
    };
  },
};
