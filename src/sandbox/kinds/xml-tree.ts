import { xmlText } from "../../document/xml-read.ts";
import { scanXml, type XmlAttribute } from "../../document/xml-scan.ts";

/** An element of a document that was read. */
export interface XmlNode {
  readonly uri: string;
  readonly local: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlNode[];
  /** What stands between its own tags, apart from that of its elements. */
  readonly text: string;
}

interface Growing extends XmlNode {
  readonly children: Growing[];
  text: string;
}

/** Reads a document into a tree; undefined where it is not well-formed. */
export function readXmlTree(bytes: Uint8Array, contentType?: string): XmlNode | undefined {
  const text = xmlText(bytes, contentType);
  if (typeof text !== "string") return undefined;
  const top: Growing = { uri: "", local: "", attributes: [], children: [], text: "" };
  const open: Growing[] = [top];
  const failure = scanXml(text, {
    open({ uri, local }, attributes) {
      const node: Growing = { uri, local, attributes, children: [], text: "" };
      open.at(-1)?.children.push(node);
      open.push(node);
    },
    text(part) {
      const node = open.at(-1);
      if (node) node.text += part;
    },
    close() {
      open.pop();
    },
  });
  return failure ? undefined : top.children[0];
}

/** The element that a way of local names leads to, the first one of several. Sandboxes read leniently: namespaces are not compared. */
export function nodeAt(node: XmlNode | undefined, ...way: readonly string[]): XmlNode | undefined {
  let reached = node;
  for (const name of way) reached = reached?.children.find(({ local }) => local === name);
  return reached;
}

/** All children of that name. */
export function nodesOf(node: XmlNode | undefined, name: string): readonly XmlNode[] {
  return node?.children.filter(({ local }) => local === name) ?? [];
}

/** The text at the end of such a way without white space around it; undefined where no element stands there. */
export function textAt(node: XmlNode | undefined, ...way: readonly string[]): string | undefined {
  return nodeAt(node, ...way)?.text.trim();
}
