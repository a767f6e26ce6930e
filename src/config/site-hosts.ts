import { hostMatcher, plainHost } from "../base/host-names.ts";

/** Can a host of the pattern `listed` (a host in its plain form, or `*.` before one) be one that a site's `pattern` takes? */
export function canMeet(pattern: string, listed: string): boolean {
  if (pattern === "*") return true;
  const host = listed.replace(/^\*/, "x");
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1).toLowerCase()) : plainHost(pattern) === listed || (listed.startsWith("*.") && hostMatcher([listed])(plainHost(pattern)));
}
