import { type Answer, type AnswerBody, errorAnswer, jsonAnswer } from "../../answer.ts";
import type { WholeBody } from "../../receive.ts";

const MOST_BYTES = 1024 ** 3;
const PATTERN = Buffer.alloc(128 * 1024, "0123456789abcdef");

/** Tells the sender of an upload how many bytes arrived and their SHA-256. */
export function echoAnswer(body: WholeBody, region: string): Answer {
  return jsonAnswer(200, { code: 0, bytes: body.size, sha256: body.sha256, region }, { "cache-control": "no-store" });
}

/** As many bytes as the query's `bytes` asks for, up to 1 GiB, in a pattern of 16 digits; made from one small buffer. */
export function downloadAnswer(query: URLSearchParams): Answer {
  const text = query.get("bytes") ?? "0";
  const bytes = Number(text);
  if (!/^[0-9]{1,10}$/.test(text) || bytes > MOST_BYTES) return errorAnswer(400, 4001, `reading query: bytes is not a number up to ${MOST_BYTES}`);
  return { status: 200, headers: { "content-type": "application/octet-stream", "cache-control": "no-store" }, body: patternBody(bytes) };
}

function patternBody(size: number): AnswerBody {
  return {
    size,
    slice(from, to) {
      const start = from % 16;
      const length = Math.min(to, size) - from;
      if (start + length <= PATTERN.length) return PATTERN.subarray(start, start + length);
      return Buffer.alloc(length, PATTERN.subarray(start, start + 16));
    },
  };
}
