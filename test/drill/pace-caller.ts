import type { KeyObject } from "node:crypto";
import { envelope, signIn, type Company } from "../platforms/pl-ksef/company.ts";
import { invoiceXml, ledgerNumber } from "../platforms/pl-ksef/invoice-xml.ts";
import type { AppAnswer, Gate } from "./platform/app.ts";
import { jsonOf } from "./platform/gate.ts";
import type { Kind, SteadyKind } from "./pace-plan.ts";
import type { PaceSample } from "./pace-record.ts";

/** What a caller asks for: the same each time that he comes. */
export interface Wish {
  readonly kind: Kind;
  readonly invoice: string | null;
  ask(): Promise<AppAnswer>;
}

/** An application of one company that has signed in, opened a session and sent an invoice. */
export interface Caller {
  readonly context: string;
  /** The `number`th wish of a kind. */
  wish(kind: SteadyKind, number: number): Wish;
  /** To close the session that was opened. */
  closing(opened: AppAnswer): Wish;
}

/** Signs a company in and gets it ready. Throws where the platform does not let it. */
export async function readyCaller(gate: Gate, key: KeyObject, context: string): Promise<Caller> {
  const company = await signIn(gate, key, context);
  const session = referenceIn(await company.openSession());
  const invoices = `/v2/sessions/online/${session}/invoices`;
  const invoice = referenceIn(await company.post(invoices, envelope(invoiceXml({ number: "first", nip: context }))));
  const asks = asksOf(company, session, invoice);
  return {
    context,
    wish(kind, number) {
      if (kind !== "send") return { kind, invoice: null, ask: () => asks[kind](number) };
      const text = { number: `P/${number}`, nip: context };
      return { kind, invoice: ledgerNumber(text), ask: () => company.post(invoices, envelope(invoiceXml(text))) };
    },
    closing: (opened) => ({ kind: "close", invoice: null, ask: () => company.post(`/v2/sessions/online/${referenceIn(opened)}/close`, {}) }),
  };
}

function asksOf(company: Company, session: string, invoice: string): Readonly<Record<Exclude<SteadyKind, "send">, (number: number) => Promise<AppAnswer>>> {
  return {
    open: () => company.openSession(),
    state: () => company.get(`/v2/sessions/${session}/invoices/${invoice}`),
    listing: () => company.get(`/v2/sessions/${session}/invoices?pageSize=10`),
    session: () => company.get(`/v2/sessions/${session}`),
    sessions: () => company.get("/v2/sessions?sessionType=Online&pageSize=10"),
    // Another number each time: the same search is answered from memory.
    search: (number) => company.post("/v2/invoices/query/metadata", { subjectType: "Subject1", invoiceNumber: `P/${number}`, dateRange: { dateType: "Invoicing", from: "2026-01-01T00:00:00Z" } }),
  };
}

function referenceIn(answer: AppAnswer): string {
  const { referenceNumber } = jsonOf(answer);
  if (typeof referenceNumber === "string") return referenceNumber;
  throw new Error(`reading a reference number: ${answer?.status ?? "no answer"} '${answer?.body.toString("utf8") ?? ""}'`);
}

/** What an answer says. */
export function sampleOf({ kind, invoice }: Wish, answer: AppAnswer, rest: Pick<PaceSample, "context" | "isFirst" | "sentAt">): PaceSample {
  const wait = answer?.headers["retry-after"];
  const retryAfter = wait === undefined ? null : Number(wait);
  const code = [answer?.headers["taxgate-error"] ?? ""].flat().join();
  return { kind, invoice, ...rest, doneAt: performance.now(), status: answer?.status ?? 0, code, retryAfter, isInForm: isInForm(answer, retryAfter) };
}

interface Told {
  readonly status?: number;
  readonly errors?: readonly { readonly code: number; readonly details: readonly string[] }[];
  readonly exception?: { readonly exceptionDetailList: readonly { readonly exceptionCode: number; readonly details: readonly string[] }[] };
}

/** Problem details for those who ask for them, the older exception for the others: both stand in one document. */
function isInForm(answer: AppAnswer, retryAfter: number | null): boolean {
  const { status, errors, exception } = jsonOf(answer) as Told;
  const [problem, older] = [errors?.[0], exception?.exceptionDetailList[0]];
  const told = `Retry-After: ${retryAfter}`;
  return status === answer?.status && problem?.code === status && older?.exceptionCode === status && problem?.details.includes(told) === true && older?.details.includes(told) === true;
}
