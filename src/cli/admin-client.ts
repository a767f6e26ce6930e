import * as http from "node:http";
import * as https from "node:https";

/** Where a running Taxgate listens for its operator, and with what to be let in. */
export interface AdminTarget {
  /** Origin, such as `http://127.0.0.1:9900`. */
  readonly origin: string;
  readonly token: string | null;
  /** PEM of the authorities to trust instead of the system's. */
  readonly ca: string | null;
}

/** What came back: an answer of the API, or why there is none. */
export type AdminReply =
  | { readonly kind: "answer"; readonly status: number; readonly body: unknown }
  | { readonly kind: "unreachable"; readonly reason: string };

/** What a call has beside its address. */
export interface AdminMore {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Ms to wait for each step, where 30 s are not enough. */
  readonly patience?: number;
}

const PATIENCE = 30_000;
const MOST_BYTES = 16 * 1024 * 1024;

/** The body as JSON, or as the text it is; lines of JSON are text. */
function parsed(type: string, text: string): unknown {
  if (type.includes("ndjson")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function collect(answer: http.IncomingMessage, settle: (reply: AdminReply) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  answer.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > MOST_BYTES) answer.destroy(new Error(`the answer is larger than ${MOST_BYTES} bytes`));
    else chunks.push(chunk);
  });
  answer.on("end", () => settle({ kind: "answer", status: answer.statusCode ?? 0, body: parsed(answer.headers["content-type"] ?? "", Buffer.concat(chunks).toString("utf8")) }));
  answer.on("error", (fault) => settle({ kind: "unreachable", reason: fault.message }));
}

/** A connection that fails on several addresses gives an error without a message of its own. */
function reasonOf(fault: Error): string {
  const code = "code" in fault ? String(fault.code) : "";
  return fault.message === "" ? code : fault.message;
}

/** Sends one request on a connection of its own; waits at most 30 s for each step. Never rejects. */
export function callAdmin(target: AdminTarget, method: "GET" | "POST", path: string, { body, patience = PATIENCE }: AdminMore = {}): Promise<AdminReply> {
  const url = new URL(path, target.origin);
  const content = body === undefined ? null : Buffer.from(JSON.stringify(body));
  const described = content === null ? {} : { "content-type": "application/json", "content-length": content.length };
  const headers = { accept: "application/json", ...described, ...(target.token === null ? {} : { authorization: `Bearer ${target.token}` }) };
  const options = { method, headers, agent: false, timeout: patience, ...(target.ca === null ? {} : { ca: target.ca }) };
  return new Promise((settle) => {
    const answered = (answer: http.IncomingMessage): void => collect(answer, settle);
    const request = url.protocol === "https:" ? https.request(url, options, answered) : http.request(url, options, answered);
    request.on("timeout", () => request.destroy(new Error(`no answer within ${patience / 1000} s`)));
    request.on("error", (fault) => settle({ kind: "unreachable", reason: reasonOf(fault) }));
    request.end(content);
  });
}
