import type { Operator } from "./authenticate.ts";
import { bansAnswer, liftAnswer } from "./ban-answers.ts";
import { inspectAnswer } from "./cache-inspect.ts";
import { purgeAnswer } from "./cache-purge.ts";
import { certificateAnswer, certificatesAnswer, renewAnswer } from "./certificate-answers.ts";
import { backupAnswer, reconcileAnswer, releaseAnswer, resolveAnswer, verifyAnswer } from "./journal-act.ts";
import { entriesAnswer, entryAnswer, exportAnswer, journalStatsAnswer } from "./journal-read.ts";
import { json, text } from "./message.ts";
import type { Role } from "./options.ts";
import type { AdminViews, ReloadResult } from "./views.ts";
import { reportAnswer, resetAnswer } from "./waf-report.ts";
import type { OwnAnswer, OwnRequest } from "../http/own-message.ts";

/** One thing that the API does. */
export interface AdminRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** The least role that may. */
  readonly role: Role;
  /** Open to this machine without a token: always, where no tokens are configured, or never. */
  readonly locally: "always" | "where-no-tokens" | "never";
  readonly answer: (views: AdminViews, request: OwnRequest, operator: Operator | null) => OwnAnswer | Promise<OwnAnswer>;
}

/** A refused file is an outcome of the operator's request, not a failure of the API: 422 with the list of mistakes. */
function reloadAnswer(result: ReloadResult): OwnAnswer {
  return json(result.result === "refused" ? 422 : 200, result);
}

/** Everything but /livez and /readyz. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  {
    method: "GET", path: "/metrics", role: "viewer", locally: "always",
    answer: async (views) => {
      const { contentType, body } = await views.metrics();
      return text(200, body, contentType);
    },
  },
  { method: "GET", path: "/api/v1/status", role: "viewer", locally: "where-no-tokens", answer: (views) => json(200, { ...views.status(), ...views.ready() }) },
  { method: "GET", path: "/api/v1/config", role: "viewer", locally: "where-no-tokens", answer: (views) => json(200, views.config()) },
  { method: "POST", path: "/api/v1/reload", role: "operator", locally: "never", answer: async (views) => reloadAnswer(await views.reload()) },
  {
    method: "POST", path: "/api/v1/drain", role: "admin", locally: "never",
    answer: (views) => {
      views.drain();
      return json(202, { result: "draining" });
    },
  },
  { method: "POST", path: "/api/v1/cache/purge", role: "operator", locally: "never", answer: (views, request) => purgeAnswer(request.query, views.cache) },
  { method: "GET", path: "/api/v1/cache/inspect", role: "viewer", locally: "where-no-tokens", answer: (views, request) => inspectAnswer(request.query, views.cache) },
  { method: "GET", path: "/api/v1/cache/stats", role: "viewer", locally: "where-no-tokens", answer: (views) => json(200, views.cache.stats()) },
  { method: "GET", path: "/api/v1/waf/bans", role: "viewer", locally: "where-no-tokens", answer: (views, request) => bansAnswer(request.query, views.bans) },
  { method: "POST", path: "/api/v1/waf/bans/lift", role: "operator", locally: "never", answer: (views, request) => liftAnswer(request.query, views.bans) },
  { method: "GET", path: "/api/v1/waf/report", role: "viewer", locally: "where-no-tokens", answer: (views, request) => reportAnswer(request.query, views.waf) },
  { method: "POST", path: "/api/v1/waf/report/reset", role: "operator", locally: "never", answer: (views, request) => resetAnswer(request.query, views.waf) },
  { method: "GET", path: "/api/v1/waf/rules", role: "viewer", locally: "where-no-tokens", answer: (views) => json(200, views.waf.rules()) },
  { method: "GET", path: "/api/v1/certificates", role: "viewer", locally: "where-no-tokens", answer: (views, request) => certificatesAnswer(request.query, views.certificates) },
  { method: "GET", path: "/api/v1/certificates/show", role: "viewer", locally: "where-no-tokens", answer: (views, request) => certificateAnswer(request.query, views.certificates) },
  { method: "POST", path: "/api/v1/certificates/renew", role: "operator", locally: "never", answer: (views, request) => renewAnswer(request.query, views.certificates) },
  // Numbers of invoices are not for everybody on the machine.
  { method: "GET", path: "/api/v1/journal/entries", role: "viewer", locally: "never", answer: (views, request) => entriesAnswer(request.query, views.journal) },
  { method: "GET", path: "/api/v1/journal/entry", role: "viewer", locally: "never", answer: (views, request) => entryAnswer(request.query, views.journal) },
  { method: "GET", path: "/api/v1/journal/export", role: "viewer", locally: "never", answer: (views, request) => exportAnswer(request.query, views.journal) },
  { method: "GET", path: "/api/v1/journal/stats", role: "viewer", locally: "never", answer: (views) => journalStatsAnswer(views.journal) },
  { method: "POST", path: "/api/v1/journal/resolve", role: "operator", locally: "never", answer: (views, request, operator) => resolveAnswer(request, views.journal, operator) },
  { method: "POST", path: "/api/v1/journal/release", role: "operator", locally: "never", answer: (views, request, operator) => releaseAnswer(request, views.journal, operator) },
  { method: "POST", path: "/api/v1/journal/verify", role: "operator", locally: "never", answer: (views, request) => verifyAnswer(request, views.journal) },
  { method: "POST", path: "/api/v1/journal/reconcile", role: "operator", locally: "never", answer: (views, request) => reconcileAnswer(request, views.journal) },
  { method: "POST", path: "/api/v1/journal/backup", role: "operator", locally: "never", answer: (views, request) => backupAnswer(request, views.journal) },
];
