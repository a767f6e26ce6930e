import type { ExchangeSummary } from "../../src/observe/exchange-summary.ts";

/** The phases that tests record; the product's own stand in the pipeline. */
export const TEST_PHASES = ["identify", "admit", "recall", "screen", "forward", "settle", "answer", "record"] as const;

/** An exchange that went well, with what a test wants different. */
export function summary(different: Partial<ExchangeSummary> = {}): ExchangeSummary {
  return {
    id: "abc-00001", listener: "plain", client: "10.0.0.7", method: "POST", path: "/api/invoices", query: "?token=t0psecret", version: "1.1",
    site: "china", route: "issue", routeClass: "submit", region: "guangdong", endpoint: "https://gd1.tax.example", status: 200, sentBytes: 1123,
    endedBy: "upstream", phase: "answer", reason: "", cache: null, submission: null, limit: null, waf: null, error: null, outcome: "ok", attempts: 1, principal: "key:ops", taxpayer: "914403001234567890",
    traceId: "0af7651916cd43dd8448eb211c80319c", startedAt: 1000, endedAt: 1012.5,
    ends: Float64Array.of(1000.25, 1000.5, 1000.5, 1001, 1012, 1012.125, 1012.5, 0),
    ...different,
  };
}
