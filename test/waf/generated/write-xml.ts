import type { Texts } from "./texts.ts";

/** An element: its name, its attributes, and what stands in it. */
export interface Element {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly content: string | readonly Element[];
}

/** Makes an element. */
export function element(name: string, content: string | readonly Element[], attributes?: Readonly<Record<string, string>>): Element {
  return attributes === undefined ? { name, content } : { name, content, attributes };
}

/** How a document is written. */
export interface XmlManner {
  /** From the prefix in an element's name to the one that is written; empty: none. */
  readonly prefixes: Readonly<Record<string, string>>;
  readonly indent: boolean;
  /** Which texts are written as CDATA, and which signs as numbers; absent: the five entities. */
  readonly texts?: Texts;
}

// Signs that no XML document may hold.
const UNWRITABLE = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/** Whether XML 1.0 has a way to say this. */
export function writable(text: string): boolean {
  return !UNWRITABLE.test(text);
}

/** Writes it with its declaration. */
export function writeXml(root: Element, manner: XmlManner): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${manner.indent ? "\n" : ""}${written(root, manner, 0)}`;
}

function written({ name, attributes = {}, content }: Element, manner: XmlManner, depth: number): string {
  const named = prefixed(name, manner);
  const start = `${named}${Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`).join("")}`;
  if (typeof content === "string") return content === "" ? `<${start}/>` : `<${start}>${textOf(content, manner)}</${named}>`;
  const [before, after] = manner.indent ? [`\n${"  ".repeat(depth + 1)}`, `\n${"  ".repeat(depth)}`] : ["", ""];
  return `<${start}>${content.map((child) => before + written(child, manner, depth + 1)).join("")}${after}</${named}>`;
}

function prefixed(name: string, { prefixes }: XmlManner): string {
  const colon = name.indexOf(":");
  const prefix = prefixes[name.slice(0, Math.max(colon, 0))];
  if (prefix === undefined) return name;
  return prefix === "" ? name.slice(colon + 1) : `${prefix}:${name.slice(colon + 1)}`;
}

function textOf(text: string, { texts }: XmlManner): string {
  if (texts?.chance(5) === true && !text.includes("]]>")) return `<![CDATA[${text}]]>`;
  if (texts?.chance(3) === true) return escapeXml(text).replaceAll(/[^\0-\x7f]/gu, (sign) => `&#x${(sign.codePointAt(0) ?? 0).toString(16)};`);
  return escapeXml(text);
}

/** For the value of an attribute, where a parser would make blanks of line breaks. */
export function escapeAttribute(text: string): string {
  return escapeXml(text).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}

/** For texts. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&apos;").replaceAll("\r", "&#13;");
}
