import { request } from "undici";

const BOUND_MS = 10_000;

/**
 * Sends a notice to a webhook: one POST on a connection of its own kind, bounded in time, its answer's body thrown away,
 * redirects not followed. Resolves with the status; rejects where nothing answered.
 */
export async function postNotice(url: string, headers: readonly string[], body: string): Promise<number> {
  const { statusCode, body: answer } = await request(url, { method: "POST", headers: [...headers], body, headersTimeout: BOUND_MS, bodyTimeout: BOUND_MS });
  await answer.dump({ limit: 65_536 });
  return statusCode;
}
