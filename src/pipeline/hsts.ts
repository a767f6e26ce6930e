import { headerValue, withoutFields } from "../http/headers.ts";
import type { Answer } from "../http/message.ts";
import type { RouteOptions } from "./options.ts";

const FIELD: ReadonlySet<string> = new Set(["strict-transport-security"]);

/** What a route states about coming by TLS alone (RFC 6797 section 6.1); null: nothing. */
export function hstsOf({ hsts }: Pick<RouteOptions, "hsts">): string | null {
  return hsts === undefined ? null : `max-age=${Math.floor(hsts.maxAge / 1000)}${hsts.includeSubDomains ? "; includeSubDomains" : ""}`;
}

/** States it in place of what the platform states: clients heed the first such field alone (RFC 6797 section 8.1). */
export function withHsts(answer: Answer, stated: string): Answer {
  const { prepared, headers } = answer;
  if (prepared !== undefined && headerValue(prepared.headers, "strict-transport-security") !== undefined) {
    return { status: answer.status, headers: [...withoutFields([...prepared.headers, ...headers], FIELD), "Strict-Transport-Security", stated], body: answer.body };
  }
  return { ...answer, headers: [...withoutFields(headers, FIELD), "Strict-Transport-Security", stated] };
}
