import type { XmlNode } from "./xml-tree.ts";

const LETTERS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** A text as it stands in XML. */
export function xmlEscaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => LETTERS[letter] as string);
}

/** An element around ready XML; what is undefined is left out. */
export function element(name: string, ...content: readonly (string | undefined)[]): string {
  return `<${name}>${content.filter((part) => part !== undefined).join("")}</${name}>`;
}

/** An element with a text; undefined where there is no text. */
export function leaf(name: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `<${name}>${xmlEscaped(text)}</${name}>`;
}

/** The elements of a request given back in an answer; `prefix` says what is written before names of a namespace. */
export function copied(nodes: readonly XmlNode[], prefix: (uri: string) => string): string {
  return nodes.map((node) => {
    const name = `${prefix(node.uri)}${node.local}`;
    const within = node.children.length > 0 ? copied(node.children, prefix) : xmlEscaped(node.text);
    return `<${name}>${within}</${name}>`;
  }).join("");
}
