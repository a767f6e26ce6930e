import { callAdmin } from "../../src/cli/admin-client.ts";
import { metricValue } from "./metrics-text.ts";
import type { TaxgateProcess } from "./taxgate-process.ts";

/** What the reload API answers, as far as the drill judges it. */
export interface ReloadAnswer {
  readonly status: number;
  readonly result: string;
  readonly generation: number;
  readonly problems: readonly { readonly line: number; readonly column: number; readonly message: string }[];
}

/** An operator at the admin API of a running Taxgate. */
export interface Operator {
  reload(): Promise<ReloadAnswer>;
  /** The configuration in use, as text. */
  config(): Promise<string>;
  /** The sum of a metric's samples with these labels. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  metrics(): Promise<string>;
}

/** Makes an operator with the state directory's own token. */
export function operatorOf(taxgate: Pick<TaxgateProcess, "port" | "token" | "lines">): Operator {
  const target = { origin: `http://127.0.0.1:${taxgate.port("admin")}`, token: taxgate.token(), ca: null };
  const ask = async (method: "GET" | "POST", path: string): Promise<{ readonly status: number; readonly body: unknown }> => {
    const reply = await callAdmin(target, method, path);
    if (reply.kind !== "answer") throw new Error(`calling ${path}: ${reply.reason}\n${taxgate.lines().filter((line) => !line.includes('"access"')).slice(-20).join("\n")}`);
    return reply;
  };
  const metrics = async (): Promise<string> => String((await ask("GET", "/metrics")).body);
  return {
    async reload() {
      const { status, body } = await ask("POST", "/api/v1/reload");
      const { result = "", generation = 0, problems = [] } = (body ?? {}) as Partial<ReloadAnswer>;
      return { status, result, generation, problems };
    },
    config: async () => JSON.stringify((await ask("GET", "/api/v1/config")).body),
    metrics,
    metric: async (name, labels) => metricValue(await metrics(), name, labels),
  };
}
