import { sameName } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";

/**
 * The value of a field that means one thing: undefined where it is missing, null where it stands there with several
 * values, because the platform may believe another one than we do. `name` in lower case.
 */
export function singleHeader(headers: Headers, name: string): string | null | undefined {
  let found: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    if (!sameName(headers[i] as string, name)) continue;
    const value = headers[i + 1] as string;
    if (found !== undefined && found !== value) return null;
    found = value;
  }
  return found;
}
