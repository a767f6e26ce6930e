import { createHash } from "node:crypto";
import type { Call } from "./world.ts";

/** A request body that was read to its end, one that is beyond the bound, or one that broke off. */
export type Received =
  | WholeBody
  | { readonly kind: "too-large" }
  | { readonly kind: "aborted" };

/** A body that was read to its end; `bytes` is empty where the rules say not to keep it. */
export interface WholeBody {
  readonly kind: "whole";
  readonly bytes: Buffer;
  readonly size: number;
  /** SHA-256 of the whole body in hexadecimal. */
  readonly sha256: string;
}

/** What to do with a body. */
export interface ReceiveRules {
  /** Keep the bytes; otherwise they are counted and hashed only, in constant memory. */
  readonly keep: boolean;
  /** Most bytes that are accepted. */
  readonly bound: number;
}

const NOTHING = Buffer.alloc(0);

/** Reads the request's body. A body that is too large is answered for at once; node discards its rest. */
export function receive(call: Call, rules: ReceiveRules): Promise<Received> {
  const { request, response } = call;
  if (Number(request.headers["content-length"] ?? 0) > rules.bound) return Promise.resolve({ kind: "too-large" });
  if (request.headers.expect !== undefined) response.writeContinue();
  return new Promise((resolve) => collect(call, rules, resolve));
}

function collect({ request }: Call, { keep, bound }: ReceiveRules, resolve: (received: Received) => void): void {
  const hash = createHash("sha256");
  const chunks: Buffer[] = [];
  let size = 0;
  const settle = (received: Received): void => {
    request.off("data", onData).off("end", onEnd).off("close", onClose);
    resolve(received);
  };
  const onData = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > bound) return settle({ kind: "too-large" });
    hash.update(chunk);
    if (keep) chunks.push(chunk);
  };
  const onEnd = (): void => {
    const bytes = keep ? Buffer.concat(chunks) : NOTHING;
    settle({ kind: "whole", bytes, size, sha256: hash.digest("hex") });
  };
  const onClose = (): void => settle({ kind: "aborted" });
  request.on("data", onData).on("end", onEnd).on("close", onClose);
  if (request.destroyed) onClose();
}
