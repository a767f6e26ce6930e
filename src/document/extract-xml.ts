import type { Content, Reading } from "./reading.ts";
import { parseXmlPath } from "./xml-path.ts";
import { readXml, xmlText } from "./xml-read.ts";

/** Makes a reader of the value at a path; see {@link readXml}. Throws on a path that its schema refuses, a fault of the caller. */
export function xmlReader(written: string, namespaces: Readonly<Record<string, string>> | undefined): (content: Content) => Reading {
  const path = parseXmlPath(written, namespaces);
  if (path === null) throw new Error(`read xml: malformed path ${JSON.stringify(written)}`);
  return (content) => {
    const text = content.text ?? xmlText(content.bytes, content.contentType);
    return typeof text === "string" ? (readXml(text, [path])[0] as Reading) : text;
  };
}
