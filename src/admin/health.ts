import { problem, text } from "./message.ts";
import type { Readiness } from "./views.ts";
import type { OwnAnswer, OwnRequest } from "../http/own-message.ts";

/** Answers /livez and /readyz and nothing else. */
export type Health = (request: OwnRequest) => OwnAnswer;

/** The paths that need no token and hold no data. */
export const HEALTH_PATHS: readonly string[] = ["/livez", "/readyz"];

function readiness(state: Readiness, verbose: boolean): OwnAnswer {
  const reasons = verbose ? [...state.reasons, ...state.notes.map((note) => `note: ${note}`)].map((line) => `- ${line}\n`).join("") : "";
  return text(state.ready ? 200 : 503, `${state.ready ? "ok" : "not ready"}\n${reasons}`);
}

/**
 * Makes the handler of the health listener. /livez says that the process answers at all; /readyz that it may be sent
 * traffic. Neither says why unless `verbose`, because this listener may face a network.
 */
export function createHealth(ready: () => Readiness, verbose: (request: OwnRequest) => boolean = () => false): Health {
  return (request) => {
    if (!HEALTH_PATHS.includes(request.path)) return problem("no-route", "only /livez and /readyz are served here");
    if (request.method !== "GET" && request.method !== "HEAD") return problem("method-not-allowed", "use GET", ["allow", "GET, HEAD"]);
    return request.path === "/livez" ? text(200, "ok\n") : readiness(ready(), verbose(request));
  };
}
