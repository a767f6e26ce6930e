import type { Call } from "./command.ts";
import { askRunning, detailOf, type Asked } from "./running.ts";

/** Asks the admin API about the cache. A name or an address that it refuses is the caller's mistake, and told in its words. */
export async function askCache(call: Call, method: "GET" | "POST", path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Asked> {
  const query = new URLSearchParams(parameters).toString();
  const asked = await askRunning(call, method, query === "" ? path : `${path}?${query}`, [200, 400], "admin");
  if (!asked.ok || asked.reply.status === 200) return asked;
  call.io.err(`${detailOf(asked.reply.body)}\n`);
  return { ok: false, exit: "wrong" };
}
