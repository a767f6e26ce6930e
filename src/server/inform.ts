import { byName } from "../http/headers.ts";
import { endToEnd, endToEndFilter } from "../http/hop-by-hop.ts";
import type { Headers } from "../http/message.ts";
import type { Response } from "./send.ts";

/** A length has no meaning where there is no body (RFC 9110 section 8.6). */
const MAY_INFORM = endToEndFilter(new Set(["content-length"]));

/** Passes an interim answer (1xx) on, without what speaks about the platform's own connection. */
export function inform(response: Response, status: number, fields: Headers): void {
  if (response.headersSent || response.destroyed) return;
  const kept = endToEnd(fields, MAY_INFORM);
  if ("assignSocket" in response) response.writeInformation(status, kept);
  else response.stream.additionalHeaders({ ...byName(kept), ":status": status });
}
