import type { XmlName } from "./xml-scan.ts";
import { isLocalName } from "./xml-name.ts";

const STEP = /^(@?)(?:([^@:[\]]*):)?([^@:[\]]+)(?:\[([1-9][0-9]{0,5})\])?$/;
const MAX_STEPS = 64;

/** What is said where a text is no path. */
export const XML_PATH_WANTED = "a path such as /s:Envelope/s:Body/Invoice[1]/@id, its prefixes in 'namespaces'";

/** One step of a path. */
export interface XmlStep {
  /** Empty: in no namespace; null: in any. */
  readonly uri: string | null;
  readonly local: string;
  /** Counted from 1 among the siblings of that name; null where there may be only one. */
  readonly index: number | null;
}

/** Leads from the root to an element, or to an attribute of it. */
export interface XmlPath {
  readonly steps: readonly XmlStep[];
  readonly attribute: XmlStep | null;
}

/**
 * Reads `/p:a/b[2]/@c`: `p` is one of `namespaces`, `*:b` is in any namespace. A name without a prefix is in no namespace, or
 * an element's in that of the prefix `""` where there is one. Null where it is no path, or a prefix is not bound.
 */
export function parseXmlPath(text: string, namespaces: Readonly<Record<string, string>> = {}): XmlPath | null {
  const parts = text.split("/");
  if (parts.shift() !== "" || parts.length === 0 || parts.length > MAX_STEPS) return null;
  const last = parts.at(-1)?.startsWith("@") === true ? (parts.pop() ?? null) : null;
  const steps = parts.map((part) => parseStep(part, namespaces, false));
  const attribute = last === null ? null : parseStep(last, namespaces, true);
  if (steps.length === 0 || !steps.every((step) => step !== null) || (last !== null && (attribute === null || attribute.index !== null))) return null;
  return { steps, attribute };
}

/** Whether a name is the one that a step asks for, apart from its index. */
export function isNamed(step: XmlStep, name: XmlName): boolean {
  return step.local === name.local && (step.uri === null || step.uri === name.uri);
}

function parseStep(text: string, namespaces: Readonly<Record<string, string>>, isAttribute: boolean): XmlStep | null {
  const [, at, prefix, local = "", index] = STEP.exec(text) ?? [];
  if ((at === "@") !== isAttribute || !isLocalName(local)) return null;
  const uri = prefix === "*" ? null : prefix === undefined ? (isAttribute ? "" : (own(namespaces, "") ?? "")) : own(namespaces, prefix);
  return uri === undefined || prefix === "" ? null : { uri, local, index: index === undefined ? null : Number(index) };
}

function own(namespaces: Readonly<Record<string, string>>, prefix: string): string | undefined {
  return Object.hasOwn(namespaces, prefix) ? namespaces[prefix] : undefined;
}
