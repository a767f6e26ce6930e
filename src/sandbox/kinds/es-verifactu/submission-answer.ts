import type { Answer } from "../../answer.ts";
import { copied, element, leaf } from "../xml-write.ts";
import type { Line } from "./books.ts";
import { madridTime } from "./madrid.ts";
import type { Submission } from "./message.ts";
import { SF, soapAnswer } from "./soap.ts";

/** What an answer to a submission says beside its lines. */
export interface Receipt {
  /** Proof of the submission; absent where nothing of it was taken in. */
  readonly csv: string;
  /** Wall time in ms. */
  readonly wall: number;
  readonly waitSeconds: number;
}

/** The answer to a submission, valid by RespuestaSuministro.xsd. */
export function submissionAnswer(submission: Submission, lines: readonly Line[], receipt: Receipt): Answer {
  const state = stateOf(lines);
  const taken = state !== "Incorrecto";
  const presented = element("sfR:DatosPresentacion", leaf("sf:NIFPresentador", submission.nif), leaf("sf:TimestampPresentacion", madridTime(receipt.wall)));
  return soapAnswer(element(
    "sfR:RespuestaRegFactuSistemaFacturacion",
    taken ? leaf("sfR:CSV", receipt.csv) : undefined,
    taken ? presented : undefined,
    element("sfR:Cabecera", copied(submission.header.children, prefixed)),
    leaf("sfR:TiempoEsperaEnvio", String(receipt.waitSeconds)),
    leaf("sfR:EstadoEnvio", state),
    ...lines.map(lineText),
  ));
}

/** Prefix of a copied element; what a header holds is all of one namespace. */
export function prefixed(uri: string): string {
  return uri === SF ? "sf:" : "";
}

function stateOf(lines: readonly Line[]): "Correcto" | "ParcialmenteCorrecto" | "Incorrecto" {
  if (lines.every(({ state }) => state === "Correcto")) return "Correcto";
  return lines.every(({ state }) => state === "Incorrecto") ? "Incorrecto" : "ParcialmenteCorrecto";
}

function lineText({ record, state, error, duplicate }: Line): string {
  return element(
    "sfR:RespuestaLinea",
    element("sfR:IDFactura", leaf("sf:IDEmisorFactura", record.issuer), leaf("sf:NumSerieFactura", record.number), leaf("sf:FechaExpedicionFactura", record.date)),
    element(
      "sfR:Operacion",
      leaf("sf:TipoOperacion", record.operation), leaf("sf:Subsanacion", record.correction),
      leaf("sf:RechazoPrevio", record.earlierRefusal), leaf("sf:SinRegistroPrevio", record.withoutRecord),
    ),
    leaf("sfR:RefExterna", record.externalReference),
    leaf("sfR:EstadoRegistro", state),
    leaf("sfR:CodigoErrorRegistro", error?.code),
    leaf("sfR:DescripcionErrorRegistro", error?.text),
    duplicate && element(
      "sfR:RegistroDuplicado",
      leaf("sf:IdPeticionRegistroDuplicado", duplicate.requestId),
      leaf("sf:EstadoRegistroDuplicado", duplicate.state),
      leaf("sf:CodigoErrorRegistro", duplicate.error?.code),
      leaf("sf:DescripcionErrorRegistro", duplicate.error?.text),
    ),
  );
}
