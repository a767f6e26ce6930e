import { nodeAt, nodesOf, readXmlTree, textAt, type XmlNode } from "../xml-tree.ts";
import { readRecord, type BillingRecord } from "./record.ts";

/** A message that cannot be taken in as a whole: the code of AEAT's list and its text. */
export interface Refused {
  readonly kind: "refused";
  readonly code: string;
  readonly message: string;
}

/** A submission as it was read. */
export interface Submission {
  readonly kind: "submission";
  /** The header, which is given back. */
  readonly header: XmlNode;
  /** Tax number of the one who has to issue. */
  readonly nif: string;
  readonly records: readonly BillingRecord[];
}

/** A question as it was read. */
export interface Question {
  readonly kind: "question";
  readonly header: XmlNode;
  readonly filter: XmlNode;
  readonly nif: string;
}

const MOST_RECORDS = 1000;

/** Reads the first element of the SOAP body of that name. */
export function readSubmission(bytes: Uint8Array): Submission | Refused {
  const message = nodeAt(readXmlTree(bytes), "Body", "RegFactuSistemaFacturacion");
  if (!message) return UNREADABLE;
  const header = nodeAt(message, "Cabecera");
  const nif = textAt(header, "ObligadoEmision", "NIF");
  const written = nodesOf(message, "RegistroFactura");
  if (!header || nif === undefined || written.length === 0) return refused("4102", "El XML no cumple el esquema. Falta informar campo obligatorio.");
  if (nif.length !== 9) return refused("4116", "Error en la cabecera: el campo NIF del bloque ObligadoEmision tiene un formato incorrecto.");
  if (written.length > MOST_RECORDS) return refused("4113", "El XML no cumple con el esquema: se ha superado el límite permitido de registros para el bloque.");
  const records = written.map((node) => readRecord(node));
  const sound = records.filter((record) => record !== undefined);
  if (sound.length < records.length) return refused("4102", "El XML no cumple el esquema. Falta informar campo obligatorio.");
  return { kind: "submission", header, nif, records: sound };
}

/** See {@link readSubmission}. */
export function readQuestion(bytes: Uint8Array): Question | Refused {
  const message = nodeAt(readXmlTree(bytes), "Body", "ConsultaFactuSistemaFacturacion");
  if (!message) return UNREADABLE;
  const header = nodeAt(message, "Cabecera");
  const filter = nodeAt(message, "FiltroConsulta");
  const nif = textAt(header, "ObligadoEmision", "NIF");
  if (!header || !filter || nif === undefined) return refused("4102", "El XML no cumple el esquema. Falta informar campo obligatorio.");
  if (textAt(filter, "PeriodoImputacion", "Ejercicio") === undefined) return refused("4102", "El XML no cumple el esquema. Falta informar campo obligatorio: PeriodoImputacion");
  return { kind: "question", header, filter, nif };
}

const UNREADABLE = refused("4103", "Se ha producido un error inesperado al parsear el XML.");

function refused(code: string, message: string): Refused {
  return { kind: "refused", code, message };
}
