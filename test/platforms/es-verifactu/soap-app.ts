import { createRequire } from "node:module";
import { invoiceFields, NIF, PATH, type Sold } from "./records.ts";

/*
 * A billing application on the npm package `soap`, which does the talking unmodified. What is the application's own is what
 * such applications do: it makes a record once, sends it, and sends it again when no answer came.
 */

/** What became of an invoice in the eyes of the application. */
export interface Booked {
  readonly number: string;
  /** EstadoRegistro, or `none` where no try brought an answer. */
  readonly state: string;
  readonly code: string | null;
  readonly tries: number;
}

/** The application, signed on to one address. */
export interface SoapApp {
  /** Submits one invoice, with as many tries as it takes. */
  book(sold: Sold): Promise<Booked>;
  /** States that AEAT shows for a number. */
  look(sold: Sold): Promise<readonly string[]>;
}

/** A number, or a text, as the package reads the schema. */
interface Line { readonly EstadoRegistro: string; readonly CodigoErrorRegistro?: string | number }
interface Shown { readonly EstadoRegistro: { readonly EstadoRegistro: string } }
type Call = (message: object, options: object) => Promise<[{ readonly RespuestaLinea?: readonly Line[]; readonly RegistroRespuestaConsultaFactuSistemaFacturacion?: readonly Shown[] }]>;
interface Client {
  setEndpoint(url: string): void;
  readonly RegFactuSistemaFacturacionAsync: Call;
  readonly ConsultaFactuSistemaFacturacionAsync: Call;
}

const ISSUER = { NombreRazon: "Empresa & Hijos SL", NIF };
const TRIES = 8;

/** Reads the WSDL and aims the client at `origin`; it hangs up after `patience` ms. */
export async function soapApp(wsdl: string, origin: string, patience: number): Promise<SoapApp> {
  // The package's types want a DOM, which no test of a server has.
  const { createClientAsync } = createRequire(import.meta.url)("soap") as { createClientAsync(wsdl: string): Promise<Client> };
  const client = await createClientAsync(wsdl);
  client.setEndpoint(origin + PATH);

  async function book(sold: Sold): Promise<Booked> {
    const message = { Cabecera: { ObligadoEmision: ISSUER }, RegistroFactura: [{ RegistroAlta: invoiceFields(sold) }] };
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const answer = await client.RegFactuSistemaFacturacionAsync(message, { timeout: patience }).catch(() => null);
      const line = answer?.[0].RespuestaLinea?.[0];
      if (line) return { number: sold.number, state: line.EstadoRegistro, code: line.CodigoErrorRegistro?.toString() ?? null, tries };
    }
    return { number: sold.number, state: "none", code: null, tries: TRIES };
  }

  async function look({ number, date }: Sold): Promise<readonly string[]> {
    const filter = { PeriodoImputacion: { Ejercicio: date.slice(6), Periodo: date.slice(3, 5) }, NumSerieFactura: number };
    const [answer] = await client.ConsultaFactuSistemaFacturacionAsync({ Cabecera: { IDVersion: "1.0", ObligadoEmision: ISSUER }, FiltroConsulta: filter }, { timeout: patience });
    return (answer.RegistroRespuestaConsultaFactuSistemaFacturacion ?? []).map(({ EstadoRegistro }) => EstadoRegistro.EstadoRegistro);
  }

  return { book, look };
}
