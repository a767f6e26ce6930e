import { createCipheriv, createDecipheriv } from "node:crypto";
import type { AppAnswer, Gate, Told } from "../../drill/platform/app.ts";

/*
 * The invoicing software of a large taxpayer, as it speaks to LeQi: every message is encrypted, invoices go up in batches under
 * numbers that were drawn before, and what became of them is asked by the acceptance number. It tries again with the same
 * content, encrypted anew, and takes "uploaded before" for what it is.
 */

/** The key that the simulated platform shares with its callers. */
export const SM4_KEY = "0123456789abcdeffedcba9876543210";
/** The seller of all invoices. */
export const SELLER = "91110000600007156X";
const ABILITY = "202007";
const UNIT = "UNIT0001";

/** The platform's answer, opened. */
export interface Opened {
  /** Decrypted; null where there is an error in its place, or nothing at all. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** The code in place of the business answer. */
  readonly error: string | null;
  /** What Taxgate says of it. */
  readonly submission: string | undefined;
}

/** One invoice as it is uploaded. */
export interface Invoice {
  readonly fphm: string;
  readonly xsfnsrsbh: string;
  readonly jshj: string;
}

/** The application; one for each way to the platform. */
export interface Application {
  /** Calls a service. `content` is encrypted. */
  call(service: string, content: unknown, patience?: number): Promise<Opened>;
  /** One try of a batch: uploads it, or asks what became of it. */
  submit(batch: string, invoices: readonly Invoice[]): Promise<Told>;
  /** What the platform says of each invoice of an upload, by their numbers. */
  results(sllsh: string): Promise<ReadonlyMap<string, string>>;
  /** Whether the platform shows an invoice. */
  shows(fphm: string): Promise<boolean>;
  /** What Taxgate said of every upload, in their order. */
  readonly submissions: readonly (string | undefined)[];
}

const IS_DONE: ReadonlySet<string> = new Set(["00", "03"]);

/** Starts one that has uploaded nothing. `patience`: ms after which it hangs up on an upload. */
export function createApplication(gate: Gate, patience: number): Application {
  const accepted = new Map<string, string>();
  const submissions: (string | undefined)[] = [];

  async function call(service: string, content: unknown, within = 10_000): Promise<Opened> {
    const headers = { "content-type": "text/plain", "accept-encoding": "identity", fwbm: service, nlbm: ABILITY, jrdwptbh: UNIT, sydwptbh: SELLER, ylbm: "" };
    return open(await gate.send({ method: "POST", path: `/access/v2/invoke/${ABILITY}/${service}`, headers, body: seal(content), patience: within }));
  }

  async function results(sllsh: string): Promise<ReadonlyMap<string, string>> {
    const { data } = await call("CXQDFPSCJG", { sllsh });
    const list = (data?.["resultList"] ?? []) as readonly { readonly fphm: string; readonly status: string }[];
    return new Map(list.map(({ fphm, status }) => [fphm, status]));
  }

  async function submit(batch: string, invoices: readonly Invoice[]): Promise<Told> {
    const known = accepted.get(batch);
    if (known === undefined) {
      const { data, submission } = await call("QDFPSC", invoices, patience);
      submissions.push(submission);
      if (data?.["returncode"] !== "00") return data === null ? { kind: "later" } : { kind: "no", why: `returncode ${String(data["returncode"])}` };
      accepted.set(batch, String(data["sllsh"]));
    }
    const sllsh = accepted.get(batch) ?? "";
    const found = await results(sllsh);
    const statuses = invoices.map(({ fphm }) => found.get(fphm));
    if (statuses.every((status) => IS_DONE.has(status ?? ""))) return { kind: "done", number: sllsh };
    return statuses.includes("02") ? { kind: "no", why: "02" } : { kind: "later" };
  }

  return { call, submit, results, submissions, shows: async (fphm) => (await call("FPCY_NEW", { fphm })).data?.["returncode"] === "00" };
}

/** An invoice under a number of twenty digits. */
export function invoiceOf(number: number, jshj = "113.00"): Invoice {
  return { fphm: `26110000${String(number).padStart(12, "0")}`, xsfnsrsbh: SELLER, jshj };
}

/** Encrypts as the platform's callers do: SM4 in ECB mode, base64. */
export function seal(content: unknown, key = SM4_KEY): string {
  const cipher = createCipheriv("sm4-ecb", Buffer.from(key, "hex"), null);
  return Buffer.concat([cipher.update(JSON.stringify(content), "utf8"), cipher.final()]).toString("base64");
}

function unseal(text: string): unknown {
  const decipher = createDecipheriv("sm4-ecb", Buffer.from(SM4_KEY, "hex"), null);
  return JSON.parse(Buffer.concat([decipher.update(Buffer.from(text, "base64")), decipher.final()]).toString("utf8"));
}

interface Inner {
  readonly Response?: { readonly Data?: string; readonly Error?: { readonly code?: string } };
}

/** The envelope: a text that is JSON, in JSON. What is no envelope is nothing. */
function open(answer: AppAnswer): Opened {
  const submission = answer?.headers["taxgate-submission"];
  const nothing = { data: null, error: null, submission: typeof submission === "string" ? submission : undefined };
  try {
    const { body = "" } = JSON.parse(answer?.body.toString("utf8") ?? "") as { readonly body?: string };
    const { Response } = JSON.parse(body) as Inner;
    if (Response?.Data !== undefined) return { ...nothing, data: unseal(Response.Data) as Readonly<Record<string, unknown>> };
    return { ...nothing, error: Response?.Error?.code ?? null };
  } catch {
    return nothing;
  }
}
