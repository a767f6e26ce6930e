import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** AEAT's files as it publishes them; they are not part of this project. */
const SAMPLES = fileURLToPath(new URL("../../../../shared/samples/es-verifactu", import.meta.url));

/** Why tests that need them are skipped; false where they need not be. */
export const WITHOUT_WSDL: string | false = existsSync(join(SAMPLES, "SistemaFacturacion.wsdl")) ? false : "AEAT's WSDL is not here";

/** A copy of AEAT's files for one test. */
export interface WsdlFolder {
  readonly folder: string;
  readonly wsdl: string;
  remove(): void;
}

const SIGNATURES = "http://www.w3.org/TR/xmldsig-core/xmldsig-core-schema.xsd";
// Signatures are optional in these messages, and no test signs: any content will do.
const STAND_IN = `<?xml version="1.0" encoding="UTF-8"?>
<schema xmlns="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/2000/09/xmldsig#" elementFormDefault="qualified">
  <element name="Signature"><complexType><sequence><any minOccurs="0" maxOccurs="unbounded" processContents="skip"/></sequence></complexType></element>
</schema>
`;

/** Copies them to where no network is needed: the schema of signatures, which they fetch from the W3C, has a stand-in. */
export function openWsdl(): WsdlFolder {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-verifactu-"));
  cpSync(SAMPLES, folder, { recursive: true });
  writeFileSync(join(folder, "xmldsig.xsd"), STAND_IN);
  const schema = join(folder, "SuministroInformacion.xsd");
  writeFileSync(schema, readFileSync(schema, "utf8").replace(SIGNATURES, "xmldsig.xsd"));
  return { folder, wsdl: join(folder, "SistemaFacturacion.wsdl"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
