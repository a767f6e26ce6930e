import type { PlatformApp } from "../../drill/platform/app.ts";
import { jsonOf } from "../../drill/platform/gate.ts";
import { envelope, platformKey, signIn, type Company } from "./company.ts";
import { invoiceXml, ledgerNumber } from "./invoice-xml.ts";

/** Companies, each a context of its own: a context may send 10 a second and 30 a minute. */
const COMPANIES = 16;
/** After so many tries in vain it opens another session and tries there, as many applications do. */
const TRIES_IN_A_SESSION = 4;
const STATE_BOUND_MS = 15_000;

/** An accounting package of several companies that sends single invoices, without the public client. */
export const plKsef: PlatformApp = {
  profile: "pl-ksef",
  manners: { ordersPerSecond: 12, patience: 1000, tries: 14, pause: 400 },
  always: { settings: { processingMs: 300 } },
  site: `routes:
  - name: send-invoice
    submission:
      resolve:
        - query: { method: GET, path: "/v2/sessions/{path.session}/invoices?pageSize=1000" }
          each: { json: /invoices }
          next: { read: { json: /continuationToken }, header: x-continuation-token }
          match: [{ read: { json: /invoiceHash }, is: "{key}" }]
          reference: { json: /referenceNumber }
          as: { status: 202, body: '{"referenceNumber":"{/referenceNumber}"}' }
          absent: { status: 200 }
          notFoundValidAfter: 1s
          every: 600ms
          for: 10min
        - hold`,
  async open(gate) {
    const key = await platformKey(gate);
    const senders = await Promise.all(Array.from({ length: COMPANIES }, async (_, i) => withSessions(await signIn(gate, key, String(5_265_877_600 + i)))));
    const of = (index: number): Sender => senders[index % COMPANIES] as Sender;
    const textOf = (index: number) => ({ number: `S/${index}`, nip: of(index).nip });
    return {
      orderNo: (index) => ledgerNumber(textOf(index)),
      async submit(index, attempt) {
        const company = of(index);
        const session = await company.session(Math.floor((attempt - 1) / TRIES_IN_A_SESSION));
        if (session === null) return { kind: "later" };
        const answer = await company.post(`/v2/sessions/online/${session}/invoices`, envelope(invoiceXml(textOf(index))), plKsef.manners.patience);
        const { referenceNumber, originalSessionReferenceNumber, originalInvoiceReferenceNumber } = jsonOf(answer) as Readonly<Record<string, string | undefined>>;
        if (answer?.status === 202 && referenceNumber !== undefined) return { kind: "done", number: `${session} ${referenceNumber}` };
        // It was sent in another session: that is where its state stands.
        if (answer?.status === 409 && (originalInvoiceReferenceNumber ?? "") !== "") return { kind: "done", number: `${originalSessionReferenceNumber} ${originalInvoiceReferenceNumber}` };
        return { kind: "later" };
      },
      async finds(index, number) {
        const [session, reference] = number.split(" ");
        const deadline = performance.now() + STATE_BOUND_MS;
        for (;;) {
          const { status } = jsonOf(await of(index).get(`/v2/sessions/${session}/invoices/${reference}`)) as { readonly status?: { readonly code: number } };
          if ((status?.code ?? 0) >= 200) return status?.code === 200;
          if (performance.now() > deadline) return false;
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      },
    };
  },
};

/** A company with its sessions. */
interface Sender extends Company {
  /** Number of its n-th session, opened when it is first needed; null where it could not be opened. */
  session(n: number): Promise<string | null>;
}

async function withSessions(company: Company): Promise<Sender> {
  const sessions = new Map<number, Promise<string | null>>();
  async function openSession(n: number): Promise<string | null> {
    const opened = jsonOf(await company.openSession())["referenceNumber"];
    if (typeof opened === "string") return opened;
    sessions.delete(n);
    return null;
  }
  function session(n: number): Promise<string | null> {
    const opened = sessions.get(n) ?? openSession(n);
    sessions.set(n, opened);
    return opened;
  }
  await session(0);
  return { ...company, session };
}
