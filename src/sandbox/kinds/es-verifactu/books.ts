import { parseInstant } from "../../../base/instant.ts";
import { isVisibleYet, platformWall, type World } from "../../world.ts";
import { isLaterThanToday, madridDigits } from "./madrid.ts";
import { invoiceKey, type BillingRecord } from "./record.ts";

/** State of an invoice in AEAT's books, as the answers name it. */
export type Kept = "Correcta" | "AceptadaConErrores" | "Anulada";

/** An invoice as AEAT keeps it. */
export interface KeptInvoice {
  readonly record: BillingRecord;
  readonly state: Kept;
  readonly error: RecordError | undefined;
  /** Of the submission that brought it. */
  readonly requestId: string;
  /** Wall time in ms when it was first and last written. */
  readonly presented: number;
  readonly changed: number;
  /** Monotonic ms: queries may show it later. */
  readonly at: number;
}

/** A code of AEAT's list, with its text. */
export interface RecordError {
  readonly code: string;
  readonly text: string;
}

/** What became of one record. */
export interface Line {
  readonly record: BillingRecord;
  readonly state: "Correcto" | "AceptadoConErrores" | "Incorrecto";
  readonly error: RecordError | undefined;
  /** Where it is refused as a duplicate: what is in the books. */
  readonly duplicate: KeptInvoice | undefined;
}

/** AEAT's books. */
export interface Books {
  /** Takes one record in, or says why not. */
  enter(record: BillingRecord, nif: string, requestId: string): Line;
  /** Number of a submission, twenty digits. */
  nextRequestId(): string;
  /** All invoices of an issuer that queries show by now. */
  ofIssuer(nif: string): readonly KeptInvoice[];
}

const CLOCK_MARGIN_MS = 240_000;
const WRONG_ISSUER = { code: "1108", text: "El NIF del IDEmisorFactura debe ser el mismo que el NIF del ObligadoEmision." };
const WRONG_TYPE = { code: "1106", text: "El valor del campo TipoFactura no está incluido en la lista de valores permitidos." };
const TYPES: ReadonlySet<string | undefined> = new Set(["F1", "F2", "F3", "R1", "R2", "R3", "R4", "R5"]);
const FUTURE_DATE = { code: "1112", text: "El campo FechaExpedicionFactura es superior a la fecha actual." };
const WRONG_HASH = { code: "2000", text: "El cálculo de la huella suministrada es incorrecta." };
const STALE = { code: "2004", text: "El valor del campo FechaHoraHusoGenRegistro debe ser la fecha actual del sistema de la AEAT, admitiéndose un margen de error de: 240 segundos." };
const DUPLICATE = { code: "3000", text: "Registro de facturación duplicado." };
const CANCELLED = { code: "3001", text: "El registro de facturación ya ha sido dado de baja." };
const UNKNOWN = { code: "3002", text: "No existe el registro de facturación." };

/** Opens empty books. What may follow what is AEAT's table of operations (validations and errors, last section). */
export function openBooks(world: World): Books {
  const invoices = new Map<string, KeptInvoice>();
  const byIssuer = new Map<string, string[]>();
  let submissions = 0;

  function enter(record: BillingRecord, nif: string, requestId: string): Line {
    const key = invoiceKey(record);
    const known = invoices.get(key);
    const wrong = wrongWith(record, nif, known, platformWall(world));
    if (wrong) {
      if (wrong === DUPLICATE || wrong === CANCELLED) world.ledger.refused(ledgerKey(record));
      return { record, state: "Incorrecto", error: wrong, duplicate: wrong === DUPLICATE ? known : undefined };
    }
    const error = blemishOf(record, platformWall(world));
    keep(key, record, requestId, known, error);
    return { record, state: error ? "AceptadoConErrores" : "Correcto", error, duplicate: undefined };
  }

  function keep(key: string, record: BillingRecord, requestId: string, known: KeptInvoice | undefined, error: RecordError | undefined): void {
    const wall = platformWall(world);
    const at = world.clock.now();
    const order = { orderNo: ledgerKey(record), sellerTaxNo: record.issuer, amount: Number(record.total ?? 0), sha256: record.hash.toLowerCase() };
    world.ledger.issue(order, wall, at);
    const taken = error ? "AceptadaConErrores" : "Correcta";
    const state = record.operation === "Anulacion" ? "Anulada" : taken;
    invoices.set(key, { record: known && state === "Anulada" ? known.record : record, state, error, requestId, presented: known?.presented ?? wall, changed: wall, at: known?.at ?? at });
    if (known) return;
    const keys = byIssuer.get(record.issuer) ?? [];
    keys.push(key);
    byIssuer.set(record.issuer, keys);
  }

  return {
    enter,
    nextRequestId() {
      submissions += 1;
      return `${madridDigits(platformWall(world))}${String(submissions % 1_000_000).padStart(6, "0")}`;
    },
    ofIssuer(nif) {
      const kept = (byIssuer.get(nif) ?? []).map((key) => invoices.get(key)).filter((one) => one !== undefined);
      return kept.filter((one) => isVisibleYet(world, one.at));
    },
  };
}

/** A correction may follow a correction; the same one twice is told by its hash. */
function ledgerKey(record: BillingRecord): string {
  const key = invoiceKey(record);
  if (record.operation === "Anulacion") return `${key}/anulacion`;
  return record.correction === "S" ? `${key}/subsanacion/${record.hash.slice(0, 16)}` : key;
}

function wrongWith(record: BillingRecord, nif: string, known: KeptInvoice | undefined, wall: number): RecordError | undefined {
  if (record.issuer !== nif) return WRONG_ISSUER;
  if (isLaterThanToday(record.date, wall)) return FUTURE_DATE;
  if (record.operation === "Anulacion") return wrongCancellation(record, known);
  return TYPES.has(record.invoiceType) ? wrongAlta(record, known) : WRONG_TYPE;
}

function wrongAlta({ correction, earlierRefusal }: BillingRecord, known: KeptInvoice | undefined): RecordError | undefined {
  const mustExist = correction === "S" && earlierRefusal !== "X";
  if (mustExist) return known ? undefined : UNKNOWN;
  return known ? DUPLICATE : undefined;
}

function wrongCancellation({ withoutRecord }: BillingRecord, known: KeptInvoice | undefined): RecordError | undefined {
  if (!known) return withoutRecord === "S" ? undefined : UNKNOWN;
  return known.state === "Anulada" ? CANCELLED : undefined;
}

/** Errors with which a record is taken in all the same. */
function blemishOf(record: BillingRecord, wall: number): RecordError | undefined {
  if (!record.hashHolds) return WRONG_HASH;
  const stamped = parseInstant(record.stamped);
  return stamped === null || Math.abs(wall - stamped) > CLOCK_MARGIN_MS ? STALE : undefined;
}
