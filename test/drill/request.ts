import { Agent, request, type IncomingMessage } from "node:http";

/** A request as a billing system sends it. */
export interface Call {
  /** What kind of load it is part of. */
  readonly kind: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** On a connection of its own, closed afterwards. */
  readonly fresh?: boolean;
  readonly orderNo?: string;
  /** Milliseconds after which the caller hangs up; default 10,000. */
  readonly patience?: number;
  /** Bytes that the answer must have, where it is not JSON. */
  readonly bytes?: number;
}

/** What became of a request. Times are monotonic milliseconds of this process. */
export interface Sample {
  readonly kind: string;
  readonly path: string;
  readonly sentAt: number;
  readonly doneAt: number;
  /** 0 where no complete answer came. */
  readonly status: number;
  /** Why none came, such as ECONNRESET. */
  readonly fault: string | null;
  /** The code in Taxgate-Error. */
  readonly code: string | null;
  /** Name of the platform that answered. */
  readonly by: string | null;
  /** When the platform made the answer, where it tells. */
  readonly madeAt: number | null;
  readonly cacheStatus: string | null;
  /** In seconds. */
  readonly age: number | null;
  readonly orderNo: string | null;
  readonly invoiceNo: string | null;
  /** The code in the answer's document, by which billing systems judge; null or absent where there is none. */
  readonly said?: number | null;
  /** Seconds in Retry-After; null or absent where there is none. */
  readonly retryAfter?: number | null;
}

/** Connections that are kept. */
export function keptConnections(most = 64): Agent {
  return new Agent({ keepAlive: true, maxSockets: most });
}

/** Longest wait for an answer where the call names none, in milliseconds. */
const BOUND_MS = 10_000;

/** Sends one request to a loopback port; never rejects and never tries again. */
export async function send(call: Call, port: number, agent: Agent): Promise<Sample> {
  const sentAt = performance.now();
  const sample = { kind: call.kind, path: call.path, sentAt, orderNo: call.orderNo ?? null, status: 0, fault: null, code: null, by: null, madeAt: null, cacheStatus: null, age: null, invoiceNo: null };
  try {
    const { status, headers, text } = await exchange(call, port, agent);
    const told = call.bytes === undefined ? fields(text) : {};
    const cut = call.bytes !== undefined && status === 200 && text.length !== call.bytes;
    return { ...sample, doneAt: performance.now(), status: cut ? 0 : status, fault: cut ? `${text.length} of ${call.bytes} bytes` : null, ...ownFields(headers), ...told };
  } catch (fault) {
    return { ...sample, doneAt: performance.now(), fault: (fault as NodeJS.ErrnoException).code ?? String(fault) };
  }
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

function exchange(call: Call, port: number, agent: Agent): Promise<Answered> {
  const length = call.body === undefined ? {} : { "content-type": "application/json", "content-length": String(Buffer.byteLength(call.body)) };
  return new Promise((resolve, reject) => {
    const sent = request({
      host: "127.0.0.1", port, method: call.method, path: call.path, headers: { ...call.headers, ...length },
      agent: call.fresh === true ? false : agent, signal: AbortSignal.timeout(call.patience ?? BOUND_MS),
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      let text = "";
      response.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
      response.once("error", reject);
      response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    sent.end(call.body);
  });
}

/** What Taxgate itself says about an answer. */
function ownFields(headers: Answered["headers"]): Pick<Sample, "code" | "cacheStatus" | "age" | "retryAfter"> {
  const [code, status, age] = ["taxgate-error", "cache-status", "age"].map((name) => headers[name]);
  const wait = headers["retry-after"];
  return { code: typeof code === "string" ? code : null, cacheStatus: typeof status === "string" ? status : null, age: age === undefined ? null : Number(age), retryAfter: wait === undefined ? null : Number(wait) };
}

function fields(text: string): Pick<Sample, "by" | "madeAt" | "invoiceNo" | "said"> {
  try {
    const { region, madeAt, invoiceNo, code } = JSON.parse(text) as { readonly region?: string; readonly madeAt?: number; readonly invoiceNo?: string; readonly code?: number };
    return { by: region ?? null, madeAt: madeAt ?? null, invoiceNo: invoiceNo ?? null, said: code ?? null };
  } catch {
    return { by: null, madeAt: null, invoiceNo: null, said: null };
  }
}

/** Was it answered well? */
export function isGood(sample: Sample): boolean {
  return sample.status >= 200 && sample.status < 300;
}

/** A sample in a few words, for people. */
export function inWords({ kind, status, fault, code }: Sample): string {
  return `${kind} ${fault ?? `${status}${code === null ? "" : ` ${code}`}`}`;
}
