import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of one batch, on top of what its documents are worth. */
export interface BatchFault {
  /** Documents that are read; the rest of the batch is lost with the answer. Default: all. */
  readonly reads?: number;
  /** How the answer ends. */
  readonly answer?: "reset" | "unavailable" | "late" | "refused";
  /** A document of which the answer says nothing although it was issued. */
  readonly silentAbout?: string;
  /** Documents that are not executed, and said to be so. */
  readonly busyFor?: readonly string[];
}

/** A platform that takes batches, as JSON in the manner of MyInvois and as SOAP in that of VeriFactu. Documents whose number begins with BAD are refused. */
export interface BatchPlatform {
  readonly origin: string;
  /** Its ledger: how often each number was issued. */
  readonly issued: ReadonlyMap<string, number>;
  /** Numbers of each batch that arrived, in order. */
  readonly batches: readonly (readonly string[])[];
  /** Bodies of those. */
  readonly bodies: readonly Buffer[];
  /** Numbers that were asked about. */
  readonly asked: readonly string[];
  /** Strikes the next batch. */
  strike(fault: BatchFault): void;
  /** Lets answers that are late go. */
  release(): void;
  stop(): Promise<void>;
}

interface Entry {
  readonly number: string;
  readonly outcome: "accepted" | "rejected" | "duplicate" | "busy";
  readonly id: string;
}

/** Starts one on a free port of loopback. */
export async function startBatchPlatform(): Promise<BatchPlatform> {
  const issued = new Map<string, number>();
  const ids = new Map<string, string>();
  const batches: string[][] = [];
  const bodies: Buffer[] = [];
  const asked: string[] = [];
  let faults: BatchFault[] = [];
  let held: (() => void)[] = [];
  let last = 0;

  function take(number: string, refusesDuplicates: boolean): Entry {
    if (number.startsWith("BAD")) return { number, outcome: "rejected", id: "" };
    if (refusesDuplicates && issued.has(number)) return { number, outcome: "duplicate", id: ids.get(number) ?? "" };
    issued.set(number, (issued.get(number) ?? 0) + 1);
    ids.set(number, `U${(last += 1)}`);
    return { number, outcome: "accepted", id: ids.get(number) as string };
  }

  function batch(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const isSoap = request.url === "/soap";
    const numbers = isSoap ? [...body.toString().matchAll(/<\w+:NumSerieFactura>([^<]*)</g)].map(([, number]) => number as string) : (JSON.parse(body.toString()) as { documents: { codeNumber: string }[] }).documents.map(({ codeNumber }) => codeNumber);
    batches.push(numbers);
    bodies.push(body);
    const fault = faults.shift() ?? {};
    if (fault.answer === "unavailable") return void response.writeHead(503, { "content-type": "application/json" }).end('{"error":"busy"}');
    if (fault.answer === "refused") return void response.writeHead(400, { "content-type": "application/json" }).end('{"error":"bad batch"}');
    const entries = numbers.slice(0, fault.reads).map((number): Entry => (fault.busyFor?.includes(number) === true ? { number, outcome: "busy", id: "" } : take(number, isSoap)));
    if (fault.answer === "reset") return void request.socket.resetAndDestroy();
    const said = entries.filter(({ number }) => number !== fault.silentAbout);
    const end = (): void => void (isSoap ? response.writeHead(200, { "content-type": "text/xml; charset=utf-8" }).end(soap(said)) : response.writeHead(202, { "content-type": "application/json" }).end(json(said, batches.length)));
    if (fault.answer === "late") held.push(end);
    else end();
  }

  function tell(url: URL, response: ServerResponse): void {
    const number = url.searchParams.get("codeNumber") ?? "";
    asked.push(number);
    const id = ids.get(number);
    response.writeHead(id === undefined ? 404 : 200, { "content-type": "application/json" }).end(id === undefined ? "{}" : JSON.stringify({ uuid: id, codeNumber: number }));
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.once("end", () => {
      if (request.method === "POST") batch(request, Buffer.concat(parts), response);
      else tell(new URL(request.url ?? "", "http://platform"), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    issued, batches, bodies, asked,
    strike: (fault) => void (faults = [...faults, fault]),
    release() {
      for (const end of held) end();
      held = [];
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function json(entries: readonly Entry[], submission: number): string {
  const accepted = entries.filter(({ outcome }) => outcome === "accepted").map(({ id, number }) => `{"uuid":"${id}","invoiceCodeNumber":"${number}"}`);
  const rejected = entries.filter(({ outcome }) => outcome === "rejected").map(({ number }) => `{"invoiceCodeNumber":"${number}","error":{"code":"Error03"}}`);
  const busy = entries.filter(({ outcome }) => outcome === "busy").map(({ number }) => `{"invoiceCodeNumber":"${number}","error":{"code":"Busy"}}`);
  return `{ "submissionUid": "S${submission}", "acceptedDocuments": [${accepted.join(", ")}], "rejectedDocuments": [${[...rejected, ...busy].join(", ")}] }`;
}

const CODES = { accepted: "Correcto", duplicate: "Incorrecto", rejected: "Incorrecto", busy: "Incorrecto" } as const;
const ERRORS = { accepted: "", duplicate: "<r:CodigoErrorRegistro>3000</r:CodigoErrorRegistro>", rejected: "<r:CodigoErrorRegistro>1100</r:CodigoErrorRegistro>", busy: "<r:CodigoErrorRegistro>4118</r:CodigoErrorRegistro>" } as const;

function soap(entries: readonly Entry[]): string {
  const lines = entries.map(({ number, outcome }) => `<r:RespuestaLinea><r:IDFactura><t:NumSerieFactura>${number}</t:NumSerieFactura></r:IDFactura><r:EstadoRegistro>${CODES[outcome]}</r:EstadoRegistro>${ERRORS[outcome]}</r:RespuestaLinea>`);
  return `<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="urn:tipos"><e:Body><r:Respuesta xmlns:r="urn:respuesta"><r:TiempoEsperaEnvio>60</r:TiempoEsperaEnvio>${lines.join("")}</r:Respuesta></e:Body></e:Envelope>`;
}
