import { createHash } from "node:crypto";
import { nodeAt, textAt, type XmlNode } from "../xml-tree.ts";

/** A billing record as it was sent: an invoice (`Alta`) or a cancellation (`Anulacion`). */
export interface BillingRecord {
  readonly operation: "Alta" | "Anulacion";
  readonly issuer: string;
  readonly number: string;
  /** `dd-mm-yyyy`. */
  readonly date: string;
  /** `S`: it corrects a record that AEAT has, or (with `RechazoPrevio` X) should have. */
  readonly correction: string | undefined;
  readonly earlierRefusal: string | undefined;
  readonly withoutRecord: string | undefined;
  readonly externalReference: string | undefined;
  readonly invoiceType: string | undefined;
  readonly description: string | undefined;
  readonly tax: string | undefined;
  readonly total: string | undefined;
  /** `dd-mm-yyyy`, where it is not the date of issue. */
  readonly operationDate: string | undefined;
  /** An xs:dateTime with an offset. */
  readonly stamped: string;
  readonly hash: string;
  /** Whether the hash is that of the record's fields. */
  readonly hashHolds: boolean;
}

/** Reads what stands in one `RegistroFactura`; undefined where a field is missing that all need. */
export function readRecord(node: XmlNode): BillingRecord | undefined {
  const alta = nodeAt(node, "RegistroAlta");
  const record = alta ?? nodeAt(node, "RegistroAnulacion");
  const suffix = alta ? "" : "Anulada";
  const issuer = textAt(record, "IDFactura", `IDEmisorFactura${suffix}`);
  const number = textAt(record, "IDFactura", `NumSerieFactura${suffix}`);
  const date = textAt(record, "IDFactura", `FechaExpedicionFactura${suffix}`);
  const stamped = textAt(record, "FechaHoraHusoGenRegistro");
  const hash = textAt(record, "Huella");
  if (!record || !issuer || !number || date === undefined || !/^\d\d-\d\d-\d{4}$/.test(date) || stamped === undefined || hash === undefined) return undefined;
  const known = {
    operation: alta ? "Alta" : "Anulacion", issuer, number, date, stamped, hash,
    correction: textAt(record, "Subsanacion"),
    earlierRefusal: textAt(record, "RechazoPrevio"),
    withoutRecord: textAt(record, "SinRegistroPrevio"),
    externalReference: textAt(record, "RefExterna"),
    invoiceType: textAt(record, "TipoFactura"),
    description: textAt(record, "DescripcionOperacion"),
    tax: textAt(record, "CuotaTotal"),
    total: textAt(record, "ImporteTotal"),
    operationDate: textAt(record, "FechaOperacion"),
  } as const;
  return { ...known, hashHolds: hash.toUpperCase() === hashOf(known, textAt(record, "Encadenamiento", "RegistroAnterior", "Huella") ?? "") };
}

/** Identity of an invoice at AEAT. */
export function invoiceKey({ issuer, number, date }: Pick<BillingRecord, "issuer" | "number" | "date">): string {
  return `${issuer}/${number}/${date}`;
}

/** The hash that AEAT computes: SHA-256 over names and values in a fixed order (hash specification 0.1.2). */
function hashOf(record: Omit<BillingRecord, "hashHolds">, previous: string): string {
  const suffix = record.operation === "Alta" ? "" : "Anulada";
  const parts: (readonly [string, string | undefined])[] = [
    [`IDEmisorFactura${suffix}`, record.issuer],
    [`NumSerieFactura${suffix}`, record.number],
    [`FechaExpedicionFactura${suffix}`, record.date],
  ];
  if (record.operation === "Alta") parts.push(["TipoFactura", record.invoiceType], ["CuotaTotal", record.tax], ["ImporteTotal", record.total]);
  parts.push(["Huella", previous], ["FechaHoraHusoGenRegistro", record.stamped]);
  const text = parts.map(([name, value]) => `${name}=${value ?? ""}`).join("&");
  return createHash("sha256").update(text).digest("hex").toUpperCase();
}
