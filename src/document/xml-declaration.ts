const DECLARATION = /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.\d"|'1\.\d')(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"([A-Za-z][A-Za-z0-9._-]{0,40})"|'([A-Za-z][A-Za-z0-9._-]{0,40})'))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/;
/** A longer one is taken for none. */
const MAX_DECLARATION = 256;

/** Where the XML declaration (XML 1.0, section 2.8) at the start of a document ends; 0 where there is none. */
export function declarationEnd(text: string): number {
  return DECLARATION.exec(text.slice(0, MAX_DECLARATION))?.[0].length ?? 0;
}

/** The encoding that an XML declaration states; undefined without one. `start` is the beginning of the document. */
export function statedEncoding(start: string): string | undefined {
  const [, double, quoted] = DECLARATION.exec(start.slice(0, MAX_DECLARATION)) ?? [];
  return double ?? quoted;
}
