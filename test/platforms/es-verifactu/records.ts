import { createHash } from "node:crypto";

/*
 * Billing records as an application makes them: stamped, hashed and chained once, then sent until they are taken in.
 */

/** The issuer of all records of these tests. */
export const NIF = "89890001K";
const BASE = "https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/";

/** What tells one invoice from another. */
export interface Sold {
  readonly number: string;
  /** `dd-mm-yyyy`. */
  readonly date: string;
  /** An xs:dateTime with an offset, when the record was made. */
  readonly stamped: string;
  readonly total?: string;
  readonly description?: string;
  /** Hash of the record before; none for the first one. */
  readonly previous?: string;
  readonly issuer?: string;
  readonly correction?: "S";
  /** TipoFactura; F1 unless written. */
  readonly type?: string;
}

/** A record and its hash. */
export interface Made {
  readonly xml: string;
  readonly hash: string;
  readonly sold: Sold;
}

/** The hash over a record's fields. */
export function hashOf({ number, date, stamped, total = "121.00", previous = "", issuer = NIF, type = "F1" }: Sold): string {
  const text = `IDEmisorFactura=${issuer}&NumSerieFactura=${number}&FechaExpedicionFactura=${date}&TipoFactura=${type}&CuotaTotal=21.00&ImporteTotal=${total}&Huella=${previous}&FechaHoraHusoGenRegistro=${stamped}`;
  return createHash("sha256").update(text).digest("hex").toUpperCase();
}

/** What a record says, element by element in the order of the schema; a SOAP client takes it as it is. */
export type Fields = { readonly [element: string]: string | Fields };

/** An invoice's record. */
export function invoiceFields(sold: Sold): Fields {
  const { number, date, stamped, total = "121.00", description = "Servicios", previous, issuer = NIF, correction, type = "F1" } = sold;
  const before: Fields = previous === undefined ? { PrimerRegistro: "S" } : { RegistroAnterior: { IDEmisorFactura: issuer, NumSerieFactura: "before", FechaExpedicionFactura: date, Huella: previous } };
  return {
    IDVersion: "1.0",
    IDFactura: { IDEmisorFactura: issuer, NumSerieFactura: number, FechaExpedicionFactura: date },
    NombreRazonEmisor: "Empresa & Hijos SL",
    ...(correction === undefined ? {} : { Subsanacion: correction }),
    TipoFactura: type,
    DescripcionOperacion: description,
    Destinatarios: { IDDestinatario: { NombreRazon: "Cliente SA", NIF: "89890002E" } },
    Desglose: { DetalleDesglose: { ClaveRegimen: "01", CalificacionOperacion: "S1", TipoImpositivo: "21", BaseImponibleOimporteNoSujeto: "100", CuotaRepercutida: "21.00" } },
    CuotaTotal: "21.00",
    ImporteTotal: total,
    Encadenamiento: before,
    SistemaInformatico: SYSTEM,
    FechaHoraHusoGenRegistro: stamped,
    TipoHuella: "01",
    Huella: hashOf(sold),
  };
}

/** The same as XML. */
export function invoiceRecord(sold: Sold): Made {
  return { xml: `<sf:RegistroAlta>${written(invoiceFields(sold))}</sf:RegistroAlta>`, hash: hashOf(sold), sold };
}

/** The record that cancels an invoice, as XML. */
export function cancellationRecord({ number, date, stamped, previous = "", issuer = NIF }: Sold): string {
  const text = `IDEmisorFacturaAnulada=${issuer}&NumSerieFacturaAnulada=${number}&FechaExpedicionFacturaAnulada=${date}&Huella=${previous}&FechaHoraHusoGenRegistro=${stamped}`;
  return `<sf:RegistroAnulacion>${written({
    IDVersion: "1.0",
    IDFactura: { IDEmisorFacturaAnulada: issuer, NumSerieFacturaAnulada: number, FechaExpedicionFacturaAnulada: date },
    Encadenamiento: { PrimerRegistro: "S" },
    SistemaInformatico: SYSTEM,
    FechaHoraHusoGenRegistro: stamped,
    TipoHuella: "01",
    Huella: createHash("sha256").update(text).digest("hex").toUpperCase(),
  })}</sf:RegistroAnulacion>`;
}

const SYSTEM: Fields = {
  NombreRazon: "Fabricante SL", NIF: "A84532501", NombreSistemaInformatico: "Caja", IdSistemaInformatico: "77", Version: "1.0", NumeroInstalacion: "383",
  TipoUsoPosibleSoloVerifactu: "S", TipoUsoPosibleMultiOT: "N", IndicadorMultiplesOT: "N",
};

function written(fields: Fields): string {
  return Object.entries(fields).map(([name, value]) => `<sf:${name}>${typeof value === "string" ? value.replaceAll("&", "&amp;").replaceAll("<", "&lt;") : written(value)}</sf:${name}>`).join("");
}

/** A submission of records in their order. */
export function submission(records: readonly string[], nif = NIF): string {
  const written = records.map((record) => `<sfLR:RegistroFactura>${record}</sfLR:RegistroFactura>`).join("");
  const header = `<sfLR:Cabecera><sf:ObligadoEmision><sf:NombreRazon>Empresa &amp; Hijos SL</sf:NombreRazon><sf:NIF>${nif}</sf:NIF></sf:ObligadoEmision></sfLR:Cabecera>`;
  return enveloped(`<sfLR:RegFactuSistemaFacturacion>${header}${written}</sfLR:RegFactuSistemaFacturacion>`);
}

/** The question for one invoice. */
export function question({ number, date }: { readonly number: string; readonly date: string }, nif = NIF): string {
  const header = `<con:Cabecera><sf:IDVersion>1.0</sf:IDVersion><sf:ObligadoEmision><sf:NombreRazon>Empresa &amp; Hijos SL</sf:NombreRazon><sf:NIF>${nif}</sf:NIF></sf:ObligadoEmision></con:Cabecera>`;
  const filter = `<con:FiltroConsulta><con:PeriodoImputacion><sf:Ejercicio>${date.slice(6)}</sf:Ejercicio><sf:Periodo>${date.slice(3, 5)}</sf:Periodo></con:PeriodoImputacion><con:NumSerieFactura>${number}</con:NumSerieFactura></con:FiltroConsulta>`;
  return enveloped(`<con:ConsultaFactuSistemaFacturacion>${header}${filter}</con:ConsultaFactuSistemaFacturacion>`);
}

function enveloped(content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sfLR="${BASE}SuministroLR.xsd" xmlns:sf="${BASE}SuministroInformacion.xsd" xmlns:con="${BASE}ConsultaLR.xsd"><soapenv:Header/><soapenv:Body>${content}</soapenv:Body></soapenv:Envelope>`;
}

/** Where all of this is sent. */
export const PATH = "/wlpl/TIKE-CONT/ws/SistemaFacturacion/VerifactuSOAP";

/** What an answer says, as far as these tests look at it. */
export interface Read {
  readonly status: number;
  readonly submission: string | null;
  readonly records: readonly { readonly number: string; readonly state: string; readonly code: string | null; readonly duplicate: string | null }[];
  readonly wait: string | null;
  readonly fault: string | null;
  readonly text: string;
}

/** Reads an answer leniently, by local names. */
export function readAnswer(status: number, text: string): Read {
  const one = (within: string, name: string): string | null => new RegExp(`<(?:\\w+:)?${name}>([^<]*)<`).exec(within)?.[1] ?? null;
  const lines = [...text.matchAll(/<(?:\w+:)?(?:RespuestaLinea|RegistroRespuestaConsultaFactuSistemaFacturacion)>(.*?)<\/(?:\w+:)?(?:RespuestaLinea|RegistroRespuestaConsultaFactuSistemaFacturacion)>/gs)].map((match) => match[1] ?? "");
  const records = lines.map((line) => ({ number: one(line, "NumSerieFactura") ?? "", state: one(line, "EstadoRegistro") ?? "", code: one(line, "CodigoErrorRegistro"), duplicate: one(line, "EstadoRegistroDuplicado") }));
  return { status, submission: one(text, "EstadoEnvio"), records, wait: one(text, "TiempoEsperaEnvio"), fault: one(text, "faultstring"), text };
}

/** Sends one message and reads the answer. */
export async function send(origin: string, body: string): Promise<Read> {
  const answer = await fetch(origin + PATH, { method: "POST", headers: { "content-type": "text/xml; charset=utf-8", soapaction: '""' }, body });
  return readAnswer(answer.status, await answer.text());
}
