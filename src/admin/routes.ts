import { inspectAnswer } from "./cache-inspect.ts";
import { purgeAnswer } from "./cache-purge.ts";
import { json, text } from "./message.ts";
import type { Role } from "./options.ts";
import type { AdminViews, ReloadResult } from "./views.ts";
import type { OwnAnswer, OwnRequest } from "../http/own-message.ts";

/** One thing that the API does. */
export interface AdminRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** The least role that may. */
  readonly role: Role;
  /** Open to this machine without a token even where tokens are configured. */
  readonly openLocally: boolean;
  readonly answer: (views: AdminViews, request: OwnRequest) => OwnAnswer | Promise<OwnAnswer>;
}

/** A refused file is an outcome of the operator's request, not a failure of the API: 422 with the list of mistakes. */
function reloadAnswer(result: ReloadResult): OwnAnswer {
  return json(result.result === "refused" ? 422 : 200, result);
}

/** Everything but /livez and /readyz. */
export const ADMIN_ROUTES: readonly AdminRoute[] = [
  {
    method: "GET", path: "/metrics", role: "viewer", openLocally: true,
    answer: async (views) => {
      const { contentType, body } = await views.metrics();
      return text(200, body, contentType);
    },
  },
  { method: "GET", path: "/api/v1/status", role: "viewer", openLocally: false, answer: (views) => json(200, { ...views.status(), ...views.ready() }) },
  { method: "GET", path: "/api/v1/config", role: "viewer", openLocally: false, answer: (views) => json(200, views.config()) },
  { method: "POST", path: "/api/v1/reload", role: "operator", openLocally: false, answer: async (views) => reloadAnswer(await views.reload()) },
  {
    method: "POST", path: "/api/v1/drain", role: "admin", openLocally: false,
    answer: (views) => {
      views.drain();
      return json(202, { result: "draining" });
    },
  },
  { method: "POST", path: "/api/v1/cache/purge", role: "operator", openLocally: false, answer: (views, request) => purgeAnswer(request.query, views.cache) },
  { method: "GET", path: "/api/v1/cache/inspect", role: "viewer", openLocally: false, answer: (views, request) => inspectAnswer(request.query, views.cache) },
  { method: "GET", path: "/api/v1/cache/stats", role: "viewer", openLocally: false, answer: (views) => json(200, views.cache.stats()) },
];
