import type { Answer } from "../../answer.ts";
import { nodeAt, textAt, type XmlNode } from "../xml-tree.ts";
import { copied, element, leaf } from "../xml-write.ts";
import type { KeptInvoice } from "./books.ts";
import { madridTime, sortable } from "./madrid.ts";
import type { Question } from "./message.ts";
import { invoiceKey } from "./record.ts";
import { soapAnswer } from "./soap.ts";
import { prefixed } from "./submission-answer.ts";

const PAGE = 10_000;
const STATES = { Correcta: "Correcto", AceptadaConErrores: "AceptadoConErrores", Anulada: "Anulado" } as const;

/** The answer to a query, valid by RespuestaConsultaLR.xsd: at most `page` records, and where to go on. */
export function queryAnswer({ header, filter, nif }: Question, kept: readonly KeptInvoice[], page = PAGE): Answer {
  const fits = fitsFilter(filter);
  const after = lastSeen(filter);
  const wanted = kept.filter((one) => fits(one));
  const from = after === undefined ? 0 : wanted.findIndex(({ record }) => invoiceKey(record) === after) + 1;
  const shown = wanted.slice(from, from + page);
  const last = shown.at(-1);
  const more = from + shown.length < wanted.length;
  return soapAnswer(element(
    "sfLRRC:RespuestaConsultaFactuSistemaFacturacion",
    element("sfLRRC:Cabecera", copied(header.children, prefixed)),
    element("sfLRRC:PeriodoImputacion", leaf("sfLRRC:Ejercicio", textAt(filter, "PeriodoImputacion", "Ejercicio")), leaf("sfLRRC:Periodo", textAt(filter, "PeriodoImputacion", "Periodo"))),
    leaf("sfLRRC:IndicadorPaginacion", more ? "S" : "N"),
    leaf("sfLRRC:ResultadoConsulta", shown.length > 0 ? "ConDatos" : "SinDatos"),
    ...shown.map((one) => recordText(one, nif)),
    more && last ? element("sfLRRC:ClavePaginacion", identity(last)) : undefined,
  ));
}

function fitsFilter(filter: XmlNode): (kept: KeptInvoice) => boolean {
  const period = `${textAt(filter, "PeriodoImputacion", "Ejercicio") ?? ""}-${textAt(filter, "PeriodoImputacion", "Periodo") ?? ""}`;
  const number = textAt(filter, "NumSerieFactura");
  const reference = textAt(filter, "RefExterna");
  const date = textAt(filter, "FechaExpedicionFactura", "FechaExpedicionFactura");
  const range = nodeAt(filter, "FechaExpedicionFactura", "RangoFechaExpedicion");
  const first = sortable(textAt(range, "Desde") ?? "01-01-0001");
  const last = sortable(textAt(range, "Hasta") ?? "31-12-9999");
  return ({ record }) => {
    const issued = sortable(record.date);
    return sortable(record.operationDate ?? record.date).startsWith(period) && issued >= first && issued <= last &&
      (number === undefined || record.number === number) && (reference === undefined || record.externalReference === reference) &&
      (date === undefined || record.date === date);
  };
}

function lastSeen(filter: XmlNode): string | undefined {
  const key = nodeAt(filter, "ClavePaginacion");
  if (!key) return undefined;
  return invoiceKey({ issuer: textAt(key, "IDEmisorFactura") ?? "", number: textAt(key, "NumSerieFactura") ?? "", date: textAt(key, "FechaExpedicionFactura") ?? "" });
}

function recordText(kept: KeptInvoice, presenter: string): string {
  const { record, state, error } = kept;
  return element(
    "sfLRRC:RegistroRespuestaConsultaFactuSistemaFacturacion",
    element("sfLRRC:IDFactura", identity(kept)),
    element(
      "sfLRRC:DatosRegistroFacturacion",
      leaf("sfLRRC:RefExterna", record.externalReference), leaf("sfLRRC:Subsanacion", record.correction),
      leaf("sfLRRC:RechazoPrevio", record.earlierRefusal), leaf("sfLRRC:SinRegistroPrevio", record.withoutRecord),
      leaf("sfLRRC:TipoFactura", record.invoiceType), leaf("sfLRRC:FechaOperacion", record.operationDate), leaf("sfLRRC:DescripcionOperacion", record.description),
      leaf("sfLRRC:CuotaTotal", record.tax), leaf("sfLRRC:ImporteTotal", record.total),
      leaf("sfLRRC:FechaHoraHusoGenRegistro", record.stamped), leaf("sfLRRC:TipoHuella", "01"), leaf("sfLRRC:Huella", record.hash),
    ),
    element("sfLRRC:DatosPresentacion", leaf("sf:NIFPresentador", presenter), leaf("sf:TimestampPresentacion", madridTime(kept.presented)), leaf("sf:IdPeticion", kept.requestId)),
    element(
      "sfLRRC:EstadoRegistro",
      leaf("sfLRRC:TimestampUltimaModificacion", madridTime(kept.changed)), leaf("sfLRRC:EstadoRegistro", STATES[state]),
      leaf("sfLRRC:CodigoErrorRegistro", error?.code), leaf("sfLRRC:DescripcionErrorRegistro", error?.text),
    ),
  );
}

function identity({ record }: KeptInvoice): string {
  return [leaf("sf:IDEmisorFactura", record.issuer), leaf("sf:NumSerieFactura", record.number), leaf("sf:FechaExpedicionFactura", record.date)].join("");
}
