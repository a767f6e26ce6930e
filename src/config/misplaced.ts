import type { Path } from "../document/yaml-node.ts";
import { schemasAt, type JsonSchema } from "./json-schema.ts";

/** What to write for an unknown key that is known elsewhere: one level below, or under the top-level `certificates`; null: it is known nowhere near. */
export function placeOf(parent: Path, key: string, form?: JsonSchema): string | null {
  if (form === undefined && parent[0] === "listeners" && parent.at(-1) === "tls" && (key === "cert" || key === "key")) {
    return "certificates: [NAME] here, and certificates: { NAME: { files: { cert: …, key: … } } } at the top";
  }
  const below = propertiesAt(parent, form).filter((child) => propertiesAt([...parent, child], form).includes(key));
  return below.length === 1 ? `${below[0] ?? ""}: { ${key}: … }` : null;
}

function propertiesAt(path: Path, form: JsonSchema | undefined): string[] {
  return [...new Set(schemasAt(path, form).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}
