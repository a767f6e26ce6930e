import type { AppAnswer, Gate, Told } from "../../drill/platform/app.ts";

/*
 * A billing system that issues through an intermediary, as such systems are written: it tries again with the same serial
 * number, asks for the result in two steps where it is told to, and does what the vendor's table of codes says: on 6655 and on
 * 6904 it takes a new serial number.
 */

/** The seller of all its orders. */
export const SELLER = "91110000600007156X";
const BASE = "/hx/api/fp";

/** What an answer says. */
interface Said {
  readonly code?: string;
  readonly msg?: string;
  readonly access_token?: string;
  readonly datagram?: { readonly fpxx?: { readonly fphm?: string } };
}

/** One order in its books. */
interface Order {
  /** All serial numbers that it has used, the newest last. */
  readonly serials: string[];
  /** The platform said that it has taken the order in: from now on it asks. */
  takenIn: boolean;
}

/** The application; one for each way to the platform. */
export interface Application {
  /** Asks for a token. */
  signIn(): Promise<string>;
  /** One try of an order. */
  submit(order: string): Promise<Told>;
  /** The number that the platform's query gives for a serial number; null: none. */
  look(serial: string): Promise<string | null>;
  /** All serial numbers under which it tried an order, the newest last. */
  serials(order: string): readonly string[];
  /** Codes that it was told about submissions, in their order. */
  readonly codes: readonly string[];
}

/** Starts one that has issued nothing. `patience`: ms after which it hangs up on a submission. */
export function createApplication(gate: Gate, patience: number): Application {
  const orders = new Map<string, Order>();
  const codes: string[] = [];
  let token = "";

  async function call(service: string, body: object, within = 10_000): Promise<Said> {
    const headers = { "content-type": "application/json", nsrsbh: SELLER, access_token: token };
    return said(await gate.send({ method: "POST", path: `${BASE}/${service}`, headers, body: JSON.stringify(body), patience: within }));
  }

  async function signIn(): Promise<string> {
    const { access_token: given = "" } = await call("accessToken", { nsrsbh: SELLER });
    token = given;
    return given;
  }

  function orderOf(name: string): Order {
    const known = orders.get(name) ?? { serials: [`${name}R0`], takenIn: false };
    orders.set(name, known);
    return known;
  }

  /** The result in two steps: it is asked for once, and fetched as often as it takes. */
  async function query(serial: string): Promise<Said> {
    const about = { nsrsbh: SELLER, ptsbm: "ERP00001", fpqqlsh: serial };
    const fetched = await call("h5.js.invoiceApplyRes.query", about);
    if (fetched.code !== "6902") return fetched;
    await call("h5.js.invoiceIssuRes.apply", { ...about, cxfw: "1" });
    return call("h5.js.invoiceApplyRes.query", about);
  }

  function renumber(name: string, order: Order): Told {
    order.serials.push(`${name}R${order.serials.length}`);
    order.takenIn = false;
    return { kind: "later" };
  }

  async function byQuery(name: string, order: Order): Promise<Told> {
    const { code, datagram } = await query(order.serials.at(-1) ?? "");
    if (code === "6904") return renumber(name, order);
    const number = datagram?.fpxx?.fphm;
    return number === undefined ? { kind: "later" } : { kind: "done", number };
  }

  async function submit(name: string): Promise<Told> {
    const order = orderOf(name);
    if (order.takenIn) return byQuery(name, order);
    const { code, datagram, msg = "" } = await call("h5.js.blueInvoiceIssu.gm", orderBody(name, order.serials.at(-1) ?? ""), patience);
    codes.push(code ?? "");
    const number = datagram?.fpxx?.fphm;
    if (code === "0000" && number !== undefined) return { kind: "done", number };
    if (code === "0000") order.takenIn = true;
    if (code === "0000" || code === "6783") return byQuery(name, order);
    if (code === "6655" || code === "6904") return renumber(name, order);
    if (code === "1101") await signIn();
    return code === "6509" || code === "1002" ? { kind: "no", why: `${code} ${msg}` } : { kind: "later" };
  }

  return {
    signIn, submit, codes,
    look: async (serial) => (await query(serial)).datagram?.fpxx?.fphm ?? null,
    serials: (name) => orderOf(name).serials,
  };
}

/** An order as it is sent; the same bytes for the same serial number. */
export function orderBody(name: string, serial: string, amount = "113.00"): object {
  return {
    fpkjxx_fptxx: { fpqqlsh: serial, ptsbm: "ERP00001", nsrsbh: SELLER, xhf_nsrsbh: SELLER, xhfmc: "北京示例有限公司", ghfmc: "客户", ddh: name, jshj: amount, hjje: "100.00", hjse: "13.00" },
    fpkjxx_xmxxs: [{ xmmc: "*纸制品*打印纸", xmsl: "1", xmdj: "100.00", xmje: "100.00", sl: "0.13", se: "13.00" }],
  };
}

function said(answer: AppAnswer): Said {
  if (answer === null) return {};
  try {
    return (JSON.parse(answer.body.toString("utf8")) ?? {}) as Said;
  } catch {
    return {};
  }
}
