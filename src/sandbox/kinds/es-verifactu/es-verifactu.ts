import type { Answer } from "../../answer.ts";
import type { OpenPlatform, OperationSpec, PlatformKind, PlatformRequest, RefusalName } from "../../kind.ts";
import { platformWall, settingOf, type World } from "../../world.ts";
import { openBooks, type Books } from "./books.ts";
import { createFlow, type Flow } from "./flow.ts";
import { readQuestion, readSubmission } from "./message.ts";
import { queryAnswer } from "./query-answer.ts";
import { faultAnswer } from "./soap.ts";
import { submissionAnswer } from "./submission-answer.ts";

/*
 * Spain, VERI*FACTU: the web service of AEAT by its WSDL and schemas. One address for everything; what is asked for stands in
 * the SOAP body. Certificates are not looked at: a sandbox on loopback has no mutual TLS.
 */

const PATH = /^\/wlpl\/TIKE-CONT\/ws\/SistemaFacturacion\/VerifactuSOAP$/;
/** A thousand records of ten kilobytes. */
const BOUND = 10_000_000;

const mentions = (name: string) => {
  const tag = new RegExp(`<(?:[\\w.-]+:)?${name}[\\s/>]`);
  return (bytes: Buffer): boolean => tag.test(bytes.toString("latin1"));
};

const OPERATIONS: readonly OperationSpec[] = [
  { name: "issue", methods: ["POST"], path: PATH, bound: BOUND, body: mentions("RegFactuSistemaFacturacion") },
  { name: "query", methods: ["POST"], path: PATH, bound: BOUND, body: mentions("ConsultaFactuSistemaFacturacion") },
  { name: "other", methods: ["POST"], path: PATH, bound: BOUND },
];

const SETTINGS = {
  /** What answers say under TiempoEsperaEnvio, in seconds; AEAT begins with 60. */
  waitSeconds: 60,
  /** Whether a submission before that time is refused; AEAT publishes no answer for it. */
  refuseEarly: true,
};

/** The simulated VERI*FACTU service. */
export const ES_VERIFACTU: PlatformKind = {
  name: "es-verifactu",
  operations: OPERATIONS,
  limits: [],
  settings: SETTINGS,
  open,
};

function open(world: World): OpenPlatform {
  const books = openBooks(world);
  const flow = createFlow(world.clock);
  return {
    counts: () => ({ early: flow.count() }),
    answer(request) {
      if (request.operation === "issue") return submit(request, world, books, flow);
      if (request.operation === "query") return query(request, books);
      return faultAnswer("Client", "4138", "Petición vacía en el XML o encoding incorrecto.");
    },
    refuse,
  };
}

function submit(request: PlatformRequest, world: World, books: Books, flow: Flow): Answer {
  const read = readSubmission(request.body.bytes);
  if (read.kind === "refused") return faultAnswer("Client", read.code, read.message);
  const waitSeconds = settingOf(world, SETTINGS, "waitSeconds");
  const early = flow.early(read.nif, read.records.length, waitSeconds * 1000);
  if (early > 0 && settingOf(world, SETTINGS, "refuseEarly")) {
    return inactive(`Envío anterior al TiempoEsperaEnvio: faltan ${Math.ceil(early / 1000)} segundos.`, early);
  }
  const requestId = books.nextRequestId();
  const lines = read.records.map((record) => books.enter(record, read.nif, requestId));
  const csv = `A-${Array.from({ length: 14 }, () => Math.floor(world.random.next() * 36).toString(36)).join("").toUpperCase()}`;
  return submissionAnswer(read, lines, { csv, wall: platformWall(world), waitSeconds });
}

function query(request: PlatformRequest, books: Books): Answer {
  const read = readQuestion(request.body.bytes);
  if (read.kind === "refused") return faultAnswer("Client", read.code, read.message);
  return queryAnswer(read, books.ofIssuer(read.nif));
}

function refuse(name: RefusalName, retryAfterMs: number | undefined): Answer {
  switch (name) {
    case "unauthorized":
      return faultAnswer("Client", "4112", "El titular del certificado debe ser Obligado Emisión, Colaborador Social, Apoderado o Sucesor.");
    case "too-large":
      return faultAnswer("Client", "4113", "El XML no cumple con el esquema: se ha superado el límite permitido de registros para el bloque.");
    case "no-such-operation":
      return faultAnswer("Client", "4135", "Esta URL no puede ser utilizada mediante GET.");
    case "not-executed":
    case "limited":
      return inactive("Servicio no activo.", retryAfterMs);
    case "unknown-outcome":
      return faultAnswer("Server", "3501", "Error técnico de base de datos.");
  }
}

/** Nothing was done. */
function inactive(message: string, retryAfterMs: number | undefined): Answer {
  const answer = faultAnswer("Server", "4134", message);
  if (retryAfterMs === undefined) return { ...answer, status: 503 };
  return { ...answer, status: 503, headers: { ...answer.headers, "retry-after": String(Math.ceil(retryAfterMs / 1000)) } };
}
