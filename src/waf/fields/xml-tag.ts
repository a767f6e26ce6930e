/*
 * The start tags of XML as lenient readers take them.
 */

const HTML = new Set(["script", "iframe", "frame", "svg", "img", "image", "embed", "object", "applet", "math", "video", "audio", "body"]);
const LONGEST_HTML = 6;
/** Roots that no invoice has: a text that begins with one is a text with marks. */
const HTML_ROOTS = new Set([...HTML, "a", "abbr", "b", "base", "big", "blockquote", "br", "button", "center", "code", "details", "dialog", "div", "em", "font", "form", "h1", "h2", "h3", "head", "hr", "html", "i", "input", "isindex", "li", "link", "marquee", "meta", "noscript", "ol", "option", "p", "picture", "pre", "s", "select", "source", "span", "strong", "style", "sub", "sup", "table", "template", "textarea", "title", "tt", "u", "ul", "xmp", "xss"]);
const HANDLER = /^on[a-z]{3}/i;
/** Elements that bring in other documents or run as a program, whatever their prefix is bound to. */
const PROCESSED = /^(?:(?:esi|xsl|msxsl|jsp|cfm):|\w*:?include$|\w+:vmlframe$)/i;

/** What stands in a tag behind its name. */
export interface Tag {
  /** Names and raw values by turns, declarations of namespaces too. */
  readonly attributes: readonly string[];
  /** Where the tag has ended. */
  readonly end: number;
  /** Whether it is an empty element's. */
  readonly closed: boolean;
  readonly sound: boolean;
}

/** Whether a name may begin with this character. */
export function isNameStart(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code === 0x3a || code >= 0x80;
}

/** Where a name ends: at white space, `/`, `>`, `=`, `<` or a quote. */
export function nameEndLeniently(text: string, start: number): number {
  let end = start;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code <= 0x20 || code === 0x2f || (code >= 0x3c && code <= 0x3e) || code === 0x22 || code === 0x27) break;
  }
  return end;
}

/** A name without its prefix. */
export function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}

/** Whether a browser or a processor of documents would do something with this tag: then the tag itself is looked at too. */
export function hearTag(name: string, attributes: readonly string[]): boolean {
  const local = localName(name);
  if (local.length <= LONGEST_HTML && HTML.has(local.toLowerCase())) return true;
  if (PROCESSED.test(name)) return true;
  for (let i = 0; i < attributes.length; i += 2) if (HANDLER.test(attributes[i] as string)) return true;
  return false;
}

/** Whether a text opens with something else than a tag or comment of XML, or with a tag of HTML. */
export function opensHtml(text: string, at: number): boolean {
  if (text.startsWith("<!--", at)) return false;
  const end = nameEndLeniently(text, at + 1);
  return !isNameStart(text.charCodeAt(at + 1)) || HTML_ROOTS.has(text.slice(at + 1, Math.min(end, at + 20)).toLowerCase());
}

/** Reads a tag from behind its name on. Values need no quotes, names no values. */
export function readTag(text: string, from: number): Tag {
  const attributes: string[] = [];
  let sound = true;
  let at = from;
  for (;;) {
    const spaced = spaceEnd(text, at);
    const code = text.charCodeAt(spaced);
    if (code === 0x3e) return { attributes, end: spaced + 1, closed: false, sound };
    if (code === 0x2f && text.charCodeAt(spaced + 1) === 0x3e) return { attributes, end: spaced + 2, closed: true, sound };
    // A tag that is cut off, or in which the next one begins.
    if (spaced >= text.length || code === 0x3c) return { attributes, end: spaced, closed: false, sound: false };
    if (spaced === at || !isNameStart(code)) sound = false;
    const end = nameEndLeniently(text, spaced);
    const equals = spaceEnd(text, end);
    if (end === spaced || text.charCodeAt(equals) !== 0x3d) {
      sound = false;
      // What has no value is one.
      if (end > spaced) attributes.push(text.slice(spaced, end), text.slice(spaced, end));
      at = Math.max(end, spaced + 1);
    } else at = readValue(text, equals + 1, text.slice(spaced, end), attributes, () => (sound = false));
  }
}

/** Where the value ends. */
function readValue(text: string, from: number, name: string, attributes: string[], breaks: () => void): number {
  const start = spaceEnd(text, from);
  const quote = text.charCodeAt(start);
  if (quote === 0x22 || quote === 0x27) {
    const end = text.indexOf(quote === 0x22 ? '"' : "'", start + 1);
    if (end < 0) breaks();
    attributes.push(name, text.slice(start + 1, end < 0 ? text.length : end));
    return end < 0 ? text.length : end + 1;
  }
  breaks();
  let end = start;
  for (let code = text.charCodeAt(end); end < text.length && code > 0x20 && code !== 0x3e; ) code = text.charCodeAt(++end);
  attributes.push(name, text.slice(start, end));
  return end;
}

function spaceEnd(text: string, start: number): number {
  let end = start;
  for (let code = text.charCodeAt(end); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; ) code = text.charCodeAt(++end);
  return end;
}
