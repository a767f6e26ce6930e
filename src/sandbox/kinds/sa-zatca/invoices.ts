import { type Answer, jsonAnswer } from "../../answer.ts";
import type { PlatformRequest } from "../../kind.ts";
import { platformWall, settingOf, type World } from "../../world.ts";
import { SETTINGS } from "./settings.ts";

/** What is reported and cleared. */
export interface Invoices {
  submit(request: PlatformRequest): Answer;
  /** Says what it would say, and takes nothing in. */
  check(request: PlatformRequest): Answer;
}

interface Submission {
  readonly invoiceHash: string;
  readonly uuid: string;
  readonly invoice: string;
}

interface Taken {
  readonly at: number;
  readonly cleared: string;
}

const HOUR = 3_600_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Makes the front end with its memory of hashes: it knows one for 24 hours, and then takes it again. */
export function createInvoices(world: World): Invoices {
  const remembered = new Map<string, Taken>();

  function submit(request: PlatformRequest): Answer {
    const clearance = request.variables["mode"] === "clearance";
    if (clearance && !settingOf(world, SETTINGS, "clearance")) return switchedOff();
    const read = readSubmission(request);
    if (typeof read === "string") return invalid(clearance, "BR-KSA-00", read);
    const known = remembered.get(read.invoiceHash);
    const age = known === undefined ? Infinity : world.clock.now() - known.at;
    if (known !== undefined && age < settingOf(world, SETTINGS, "rememberedHours") * HOUR) {
      world.ledger.refused(read.uuid);
      return clearance ? accepted(208, true, known.cleared) : repeated();
    }
    const cleared = read.invoice;
    remembered.set(read.invoiceHash, { at: world.clock.now(), cleared });
    world.ledger.issue({ orderNo: read.uuid, sellerTaxNo: "", amount: 0, sha256: read.invoiceHash }, platformWall(world), world.clock.now());
    return accepted(known === undefined ? 200 : 202, clearance, cleared);
  }

  return {
    submit,
    check(request) {
      const read = readSubmission(request);
      return typeof read === "string" ? invalid(false, "BR-KSA-00", read) : accepted(200, false, "");
    },
  };
}

function accepted(status: number, clearance: boolean, cleared: string): Answer {
  const warningMessages = status === 202 ? [{ type: "WARNING", code: "BR-KSA-98", category: "KSA", message: "submitted before", status: "WARNING" }] : [];
  const validationResults = { infoMessages: [{ type: "INFO", code: "XSD_ZATCA_VALID", category: "XSD validation", message: "Complied with UBL 2.1 standards", status: "PASS" }], warningMessages, errorMessages: [], status: status === 202 ? "WARNING" : "PASS" };
  return jsonAnswer(status, clearance ? { validationResults, clearanceStatus: "CLEARED", clearedInvoice: cleared } : { validationResults, reportingStatus: "REPORTED" });
}

/** The words of the real one: it was reported, and the body says the opposite. */
function repeated(): Answer {
  const errorMessages = [{ type: "ERROR", code: "Duplicate-Invoice", category: "Duplicate", message: "The invoice has been already reported successfully", status: "ERROR" }];
  return jsonAnswer(409, { validationResults: { infoMessages: [], warningMessages: [], errorMessages, status: "ERROR" }, reportingStatus: "NOT_REPORTED" });
}

/** Nothing was taken in: the invoice has to be reported instead. */
function switchedOff(): Answer {
  return jsonAnswer(303, { clearanceStatus: "NOT_CLEARED", clearedInvoice: null, message: "Clearance is deactivated, use the reporting endpoint" });
}

function invalid(clearance: boolean, code: string, message: string): Answer {
  const validationResults = { infoMessages: [], warningMessages: [], errorMessages: [{ type: "ERROR", code, category: "BR_KSA", message, status: "ERROR" }], status: "ERROR" };
  return jsonAnswer(400, clearance ? { validationResults, clearanceStatus: "NOT_CLEARED", clearedInvoice: null } : { validationResults, reportingStatus: "NOT_REPORTED" });
}

function readSubmission({ body }: PlatformRequest): Submission | string {
  let value: Partial<Submission>;
  try {
    value = (JSON.parse(body.bytes.toString("utf8")) ?? {}) as Partial<Submission>;
  } catch {
    return "the body is not JSON";
  }
  const { invoiceHash, uuid, invoice } = value;
  if (typeof invoiceHash !== "string" || invoiceHash === "") return "invoiceHash is missing";
  if (typeof uuid !== "string" || !UUID.test(uuid)) return "uuid is not a UUID";
  if (typeof invoice !== "string" || !Buffer.from(invoice, "base64").toString("utf8").includes("<")) return "invoice is not base64 of XML";
  return { invoiceHash, uuid, invoice };
}
