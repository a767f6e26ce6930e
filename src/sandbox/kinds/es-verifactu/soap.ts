import { type Answer, bytesBody } from "../../answer.ts";
import { element, leaf } from "../xml-write.ts";

const BASE = "https://www2.agenciatributaria.gob.es/static_files/common/internet/dep/aplicaciones/es/aeat/tike/cont/ws/";

/** Namespace of the records' own parts, prefix `sf` in answers. */
export const SF = `${BASE}SuministroInformacion.xsd`;
const SFR = `${BASE}RespuestaSuministro.xsd`;
const SFLRRC = `${BASE}RespuestaConsultaLR.xsd`;
const SOAP = "http://schemas.xmlsoap.org/soap/envelope/";

const HEADERS = { "content-type": "text/xml; charset=utf-8", "cache-control": "no-store" };

/** An answer in a SOAP 1.1 envelope; the body's names have the prefixes `sf`, `sfR`, `sfLRRC`. */
export function soapAnswer(content: string): Answer {
  return enveloped(200, content);
}

/**
 * A fault. `Client`: the message is wrong and must be corrected; `Server`: send it again (web-service description 1.0.3,
 * section 5.1). The code stands in the text, as AEAT writes it.
 */
export function faultAnswer(who: "Client" | "Server", code: string, message: string): Answer {
  const fault = element("env:Fault", leaf("faultcode", `env:${who}`), leaf("faultstring", `Codigo[${code}].${message}`));
  return enveloped(500, fault);
}

function enveloped(status: number, content: string): Answer {
  const text =
    `<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope xmlns:env="${SOAP}" xmlns:sf="${SF}" xmlns:sfR="${SFR}" xmlns:sfLRRC="${SFLRRC}">` +
    `<env:Header/><env:Body>${content}</env:Body></env:Envelope>`;
  return { status, headers: HEADERS, body: bytesBody(Buffer.from(text)) };
}
