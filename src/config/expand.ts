import { resolve } from "node:path";
import type { Path, YamlNode } from "../document/yaml-node.ts";
import type { Sources } from "./sources.ts";

/** What the references in a document stand for. */
export interface Expansion {
  /** The new text of every string with a reference in it. */
  readonly values: ReadonlyMap<YamlNode, string>;
  /** The references of such a string, as they are written. */
  readonly origins: ReadonlyMap<YamlNode, readonly string[]>;
  /** Everything that came from outside, to be kept out of logs and prints. */
  readonly secrets: readonly string[];
  readonly faults: readonly { readonly path: Path; readonly got: string; readonly want: string }[];
}

type Reference = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly got: string; readonly want: string };

const REFERENCE = /\$\$\{|\$\{([^}]*)\}|\$\{/g;

/**
 * Fills in `${NAME}` from the environment and `${file:PATH}` from files (less one trailing line break) in every string.
 * `$${` stays `${`. What was filled in is not read again, so a secret may hold any characters.
 */
export function expandReferences(root: YamlNode, directory: string, env: Readonly<Record<string, string | undefined>>, sources: Sources): Expansion {
  const values = new Map<YamlNode, string>();
  const origins = new Map<YamlNode, readonly string[]>();
  const secrets = new Set<string>();
  const faults: { path: Path; got: string; want: string }[] = [];

  const text = (node: YamlNode, path: Path, written: string): void => {
    const from: string[] = [];
    const filled = written.replaceAll(REFERENCE, (whole, name: string | undefined) => {
      if (whole === "$${") return "${";
      const reference = name === undefined ? unfinished : name.startsWith("file:") ? fromFile(resolve(directory, name.slice(5)), sources) : fromEnvironment(name, env);
      if (!reference.ok) faults.push({ path, got: `${whole}${reference.got}`, want: reference.want });
      from.push(whole);
      if (reference.ok) secrets.add(reference.text);
      return reference.ok ? reference.text : "";
    });
    if (filled !== written) values.set(node, filled);
    if (from.length > 0) origins.set(node, from);
  };

  const walk = (node: YamlNode, path: Path): void => {
    if (node.kind === "sequence") for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    else if (node.kind === "mapping") for (const [key, entry] of node.entries) walk(entry.value, [...path, key]);
    else if (typeof node.value === "string" && node.value.includes("${")) text(node, path, node.value);
  };

  walk(root, []);
  secrets.delete("");
  return { values, origins, secrets: [...secrets], faults };
}

const unfinished: Reference = { ok: false, got: " without its end", want: "${NAME}, ${file:PATH} or $${ for the characters themselves" };

function fromEnvironment(name: string, env: Readonly<Record<string, string | undefined>>): Reference {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return { ok: false, got: "", want: "${NAME}, ${file:PATH} or $${ for the characters themselves" };
  const text = Object.hasOwn(env, name) ? env[name] : undefined;
  return text === undefined ? { ok: false, got: ", which is not set", want: "an environment variable that is set" } : { ok: true, text };
}

function fromFile(path: string, sources: Sources): Reference {
  const read = sources.read(path);
  if (!read.ok) return { ok: false, got: ` (${read.reason})`, want: "a file that can be read" };
  return { ok: true, text: Buffer.from(read.bytes).toString("utf8").replace(/\r?\n$/, "") };
}
