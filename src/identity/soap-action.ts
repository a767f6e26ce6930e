import { parseMediaType } from "../document/media-type.ts";
import { headerValues } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import type { Fit } from "./fit.ts";

const UNCLEAR: Fit = { why: "several SOAP actions are stated" };

/**
 * Makes the test of what a client says that it does: SOAPAction (SOAP 1.1), with or without its quotes, or `action` of the
 * content type (SOAP 1.2). Empty ones say nothing. Where both are stated and differ, either may be believed.
 */
export function soapActionTest(wanted: string): (headers: Headers) => Fit {
  return (headers) => {
    const stated = new Set(headerValues(headers, "soapaction").map(withoutQuotes));
    for (const type of headerValues(headers, "content-type")) {
      const action = actionOf(type);
      if (action === null) return type.includes(wanted) ? UNCLEAR : "fails";
      stated.add(action);
    }
    stated.delete("");
    if (!stated.has(wanted)) return "fails";
    return stated.size === 1 ? "holds" : UNCLEAR;
  };
}

/** Empty where none is stated; null where the type cannot be read. */
function actionOf(contentType: string): string | null {
  const media = parseMediaType(contentType);
  return media === null ? null : withoutQuotes(media.parameters.get("action") ?? "");
}

function withoutQuotes(text: string): string {
  const bare = text.trim();
  return bare.length > 1 && bare.startsWith('"') && bare.endsWith('"') ? bare.slice(1, -1) : bare;
}
