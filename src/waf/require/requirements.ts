import type { SchemaCheck } from "../../document/json-schema.ts";
import type { Breach } from "./breach.ts";
import type { RequireOptions } from "./options.ts";
import { requireBody, type BodySource } from "./require-body.ts";
import { requireHeaders, requireQuery } from "./require-head.ts";

/** What of a request is judged. */
export interface RequireSource extends BodySource {
  /** With its `?`, or empty. */
  readonly query: string;
}

/** The first thing in a request that is not as it must be; null: nothing. Never throws on any request. */
export type Requirements = (source: RequireSource) => Breach | null;

/** Compiles what requests must be like; null where nothing is asked. `schemaOf` gives the schema of a file. */
export function compileRequirements({ headers = [], query, body }: RequireOptions, schemaOf: (file: string) => SchemaCheck): Requirements | null {
  const checks: Requirements[] = [];
  if (headers.length > 0) {
    const check = requireHeaders(headers);
    checks.push((source) => check(source.headers));
  }
  if (query !== undefined && (query.members.length > 0 || query.others === "refuse" || query.maxLength !== undefined)) {
    const check = requireQuery(query);
    checks.push((source) => check(source.query));
  }
  const inBody = body === undefined ? null : requireBody(body, body.json === undefined ? null : schemaOf(body.json));
  if (inBody !== null) checks.push(inBody);
  if (checks.length === 0) return null;
  return (source) => {
    for (const check of checks) {
      const found = check(source);
      if (found !== null) return found;
    }
    return null;
  };
}
