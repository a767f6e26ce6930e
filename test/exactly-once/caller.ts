import { request, type IncomingHttpHeaders } from "node:http";

/** An order as a billing system writes it. */
export interface Order {
  readonly orderNo: string;
  readonly sellerTaxNo: string;
  readonly amount: number;
  readonly items?: readonly unknown[];
}

/** A seller at home in no region in particular. */
export const SELLER = "91440300MA5EXAMPLE";

/** A good order; `changes` take the place of its members. */
export function orderOf(orderNo: string, changes: Partial<Order> = {}): Order {
  return { orderNo, sellerTaxNo: SELLER, amount: 100.5, items: [{ name: "consulting", amount: 100.5 }], ...changes };
}

/** How a try is made. */
export interface Manners {
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds after which the caller hangs up; default 15,000. */
  readonly patience?: number;
  /** Default: POST. */
  readonly method?: string;
  /** Default: where the platform takes invoices. */
  readonly path?: string;
}

/** What a caller was told. */
export interface Told {
  /** 0 where no complete answer came. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** `Taxgate-Submission`. */
  readonly submission: string | undefined;
  /** `Taxgate-Error`. */
  readonly error: string | undefined;
  /** The number that the answer names, where it is JSON and names one. */
  readonly invoiceNo: string | undefined;
  /** Why no answer came. */
  readonly fault: string | null;
}

const PATIENCE_MS = 15_000;

/** Makes one try, on a connection of its own; never rejects and never tries again. */
export function submit(port: number, body: Order | string | Buffer, manners: Manners = {}): Promise<Told> {
  const { headers = {}, patience = PATIENCE_MS, method = "POST", path = "/api/invoices" } = manners;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const length = bytes.length === 0 ? {} : { "content-type": "application/json", "content-length": String(bytes.length) };
  return new Promise((resolve) => {
    const lost = (fault: Error): void => resolve({ status: 0, headers: {}, body: Buffer.alloc(0), submission: undefined, error: undefined, invoiceNo: undefined, fault: fault.message });
    const sent = request({ host: "127.0.0.1", port, method, path, agent: false, headers: { ...length, ...headers }, signal: AbortSignal.timeout(patience) });
    sent.once("error", lost);
    sent.once("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.once("error", lost);
      response.once("end", () => resolve(toldBy(response.statusCode ?? 0, response.headers, Buffer.concat(parts))));
    });
    sent.end(bytes);
  });
}

/** Asks for something that is no submission. */
export function read(port: number, path: string): Promise<Told> {
  return submit(port, "", { method: "GET", path });
}

function toldBy(status: number, headers: IncomingHttpHeaders, body: Buffer): Told {
  const own = (name: string): string | undefined => headers[name]?.toString();
  return { status, headers, body, submission: own("taxgate-submission"), error: own("taxgate-error"), invoiceNo: numberIn(body), fault: null };
}

function numberIn(body: Buffer): string | undefined {
  try {
    return (JSON.parse(body.toString()) as { readonly invoiceNo?: string }).invoiceNo;
  } catch {
    return undefined;
  }
}
