import { createApplication } from "./application.ts";
import type { PlatformApp } from "../../drill/platform/app.ts";

const QUESTION = '{"nsrsbh":"{scope}","ptsbm":"{remember.ptsbm}","fpqqlsh":"{key}"';

/** A billing system behind an intermediary. Where the platform gives an order up after twelve hours, here it does so within seconds. */
export const cnIntermediary: PlatformApp = {
  profile: "cn-intermediary",
  manners: { ordersPerSecond: 20, patience: 800, tries: 25, pause: 400 },
  always: { settings: { givesUpAfterMs: 2500, processingMs: 300 } },
  site: `routes:
  - name: issue
    submission:
      resolvePace: 500/s
      resolve:
        - query: { method: POST, path: /hx/api/fp/h5.js.invoiceApplyRes.query, body: '${QUESTION}}', prompt: { method: POST, path: /hx/api/fp/h5.js.invoiceIssuRes.apply, body: '${QUESTION},"cxfw":"2"}' } }
          found: { status: 200, json: /datagram/fpxx/fphm, exists: true }
          match: [{ read: { json: /datagram/fpxx/fpqqlsh }, is: "{key}" }, { read: { json: /datagram/fpxx/xhf_nsrsbh }, is: "{scope}" }]
          absent: { status: 200, json: /code, equals: "6904" }
          notFoundValidAfter: 2500ms
          absentMeans: closed
          every: 200ms
          for: 10min
        - hold
      provisional: { ask: { after: 1s, every: 1s } }`,
  async open(gate) {
    const application = createApplication(gate, cnIntermediary.manners.patience);
    await application.signIn();
    const nameOf = (index: number): string => `S${index}`;
    return {
      orderNo: (index) => application.serials(nameOf(index)).at(-1) ?? "",
      submit: (index) => application.submit(nameOf(index)),
      async finds(index, number) {
        // A serial number that was given up, and has an invoice all the same, is an order that was issued twice.
        const shown = await Promise.all(application.serials(nameOf(index)).map((serial) => application.look(serial)));
        return shown.at(-1) === number && shown.slice(0, -1).every((one) => one === null);
      },
    };
  },
};
