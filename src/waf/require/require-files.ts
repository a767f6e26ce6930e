import { readParts, type NamedPart } from "../../document/extract-multipart.ts";
import { parseMediaType } from "../../document/media-type.ts";
import { beginsWith, FIRST_BYTES, textKind } from "./body-kind.ts";
import { breach, type Breach } from "./breach.ts";
import type { FileKind, RequiredBody } from "./options.ts";
import { zipNames } from "./zip-names.ts";

interface Kind {
  readonly extensions: readonly string[];
  readonly types: readonly string[];
}

const KINDS: Readonly<Record<FileKind, Kind>> = {
  pdf: { extensions: ["pdf"], types: ["application/pdf"] },
  ofd: { extensions: ["ofd"], types: ["application/ofd", "application/x-ofd", "application/vnd.ofd", "application/zip"] },
  xml: { extensions: ["xml"], types: ["application/xml", "text/xml"] },
  jpeg: { extensions: ["jpg", "jpeg"], types: ["image/jpeg", "image/jpg"] },
  png: { extensions: ["png"], types: ["image/png"] },
};

/** Says nothing, and is taken for any kind. */
const ANY_TYPE = "application/octet-stream";
const TOLD_BY_BYTES = ["pdf", "zip", "jpeg", "png"] as const;

/** Compiles what files in a multipart/form-data body must be; null where nothing is asked. Other bodies have none. */
export function requireFiles({ files, maxFiles = Infinity }: RequiredBody): ((body: Buffer, contentType: string | undefined) => Breach | null) | null {
  if (files === undefined && maxFiles === Infinity) return null;
  return (body, contentType) => {
    if (!/^\s*multipart\//i.test(contentType ?? "")) return null;
    const parts = readParts(body, contentType);
    if (!Array.isArray(parts)) return breach("file", "body", (parts as { readonly detail: string }).detail);
    let count = 0;
    for (const part of parts as readonly NamedPart[]) {
      const kind = kindOf(Buffer.from(part.bytes.buffer, part.bytes.byteOffset, part.bytes.byteLength));
      if (part.fileNames.length === 0 && (kind === null || kind === "xml")) continue;
      if (++count > maxFiles) return breach("file", `file ${count}`, "maxFiles");
      const wrong = files === undefined ? null : faultOf(part, kind, files);
      if (wrong !== null) return breach("file", `file ${count}`, wrong);
    }
    return null;
  };
}

/** Null: none of the kinds that are known. */
function kindOf(bytes: Buffer): FileKind | null {
  const kind = TOLD_BY_BYTES.find((one) => beginsWith(bytes, FIRST_BYTES[one]));
  if (kind === "zip") return zipNames(bytes)?.includes("OFD.xml") === true ? "ofd" : null;
  return kind ?? (textKind(bytes) === "xml" ? "xml" : null);
}

function faultOf({ fileNames, contentType }: NamedPart, kind: FileKind | null, files: readonly FileKind[]): string | null {
  if (kind === null || !files.includes(kind)) return `files: none of ${files.join(", ")} by its first bytes`;
  const { extensions, types } = KINDS[kind];
  for (const name of fileNames) if (!extensions.includes(name.split(".").at(-1)?.toLowerCase() ?? "")) return `files: ${kind} under a name that ends otherwise`;
  const type = contentType === undefined ? ANY_TYPE : parseMediaType(contentType)?.type;
  return type === ANY_TYPE || (type !== undefined && types.includes(type)) ? null : `files: ${kind} under another content type`;
}
