const ESSENCE = /^[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*(?=;|$)/;
const PARAMETER = /;[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"((?:[^"\\]|\\.){0,512})"))?[ \t]*(?=;|$)/y;
const MAX_LENGTH = 512;

/** A content type that was read. */
export interface MediaType {
  /** In lower case. */
  readonly type: string;
  /** By their names in lower case; values as they are written, without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Reads a content type (RFC 9110 section 8.3.1); null where it breaks the rules or names a parameter twice. */
export function parseMediaType(text: string): MediaType | null {
  const essence = text.length > MAX_LENGTH ? null : ESSENCE.exec(text);
  if (essence === null) return null;
  const parameters = new Map<string, string>();
  for (let at = essence[0].length; at < text.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at;
    const [, name, token, quoted] = PARAMETER.exec(text) ?? [];
    if (PARAMETER.lastIndex === 0) return null;
    if (name === undefined) continue;
    const lower = name.toLowerCase();
    if (parameters.has(lower)) return null;
    parameters.set(lower, token ?? (quoted ?? "").replaceAll(/\\(.)/g, "$1"));
  }
  return { type: (essence[1] ?? "").toLowerCase(), parameters };
}
