import { instantText } from "../../../base/instant.ts";
import { type Answer, jsonAnswer } from "../../answer.ts";
import { isVisibleYet, platformWall, settingOf, type World } from "../../world.ts";
import { factsOf, faultOf, type DocumentFacts, type SubmittedDocument } from "./documents.ts";
import { SETTINGS } from "./settings.ts";

/** A document that was taken in. */
export interface Held {
  readonly uuid: string;
  readonly submissionUID: string;
  readonly submitted: SubmittedDocument;
  readonly facts: DocumentFacts;
  readonly tin: string;
  readonly at: number;
  readonly wall: number;
  /** Set where the duplicate validator found this one. */
  readonly twin: string | null;
  /** Wall time of its cancellation, ms since the epoch; null while it stands. */
  cancelled: number | null;
}

/** Everything that was taken in, and how it stands. */
export interface Register {
  /** Takes a submission in: what its first checks refuse is told at once, the rest later. */
  take(documents: readonly SubmittedDocument[], tin: string): Answer;
  /** What queries show by now. */
  submission(uid: string): readonly Held[] | undefined;
  document(uuid: string): Held | undefined;
  /** A taxpayer's documents that queries show by now, the newest first. */
  of(tin: string): readonly Held[];
  status(held: Held): string;
  /** Cancels what is valid, within 72 hours; else the code of the refusal. */
  cancel(held: Held): "OperationPeriodOver" | "IncorrectState" | null;
  /** As a submission, and as a list shows it: they write some names differently. */
  summary(held: Held): object;
  listed(held: Held): object;
}

const SAME_DOCUMENT_MS = 7_200_000;
const CANCELLED_WITHIN_MS = 72 * 3_600_000;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Makes an empty register; its duplicate validator compares for two hours. */
export function createRegister(world: World): Register {
  const byUuid = new Map<string, Held>();
  const bySubmission = new Map<string, readonly Held[]>();
  /** What the duplicate validator compares, and the last one that passed. */
  const seen = new Map<string, Held>();
  const id = (): string => Array.from({ length: 26 }, () => ALPHABET[Math.floor(world.random.next() * ALPHABET.length)]).join("");

  function hold(submitted: SubmittedDocument, submissionUID: string, tin: string): Held {
    const facts = factsOf(submitted);
    const compared = JSON.stringify([facts.type, facts.issuedAt, submitted.codeNumber, tin]);
    const before = seen.get(compared);
    const twin = before !== undefined && world.clock.now() - before.at < SAME_DOCUMENT_MS ? before.uuid : null;
    const held: Held = { uuid: id(), submissionUID, submitted, facts, tin, at: world.clock.now(), wall: platformWall(world), twin, cancelled: null };
    byUuid.set(held.uuid, held);
    if (twin !== null) world.ledger.refused(submitted.codeNumber);
    else if (isSound(facts)) {
      seen.set(compared, held);
      world.ledger.issue({ orderNo: submitted.codeNumber, sellerTaxNo: tin, amount: facts.total, sha256: submitted.documentHash }, held.wall, held.at);
    }
    return held;
  }

  const isShown = ({ at }: Held): boolean => isVisibleYet(world, at);
  const validatedAfter = (): number => settingOf(world, SETTINGS, "processingMs");

  function status(held: Held): string {
    if (held.cancelled !== null) return "Cancelled";
    if (world.clock.now() - held.at < validatedAfter()) return "Submitted";
    return held.twin === null && isSound(held.facts) ? "Valid" : "Invalid";
  }

  function cancel(held: Held): ReturnType<Register["cancel"]> {
    if (status(held) !== "Valid") return "IncorrectState";
    if (world.clock.now() - held.at - validatedAfter() > CANCELLED_WITHIN_MS) return "OperationPeriodOver";
    held.cancelled = platformWall(world);
    return null;
  }

  function common(held: Held): object {
    const { uuid, submitted, facts, tin, wall, cancelled } = held;
    const state = status(held);
    return {
      uuid, longId: state === "Valid" ? `${uuid}LONG` : "", internalId: submitted.codeNumber, typeName: "Invoice", typeVersionName: "1.0", issuerTin: tin,
      dateTimeIssued: facts.issuedAt, dateTimeReceived: instantText(wall), dateTimeValidated: state === "Valid" ? instantText(wall + validatedAfter()) : null,
      status: state, cancelDateTime: cancelled === null ? null : instantText(cancelled), documentStatusReason: null, createdByUserId: `${tin}:sandbox`,
    };
  }

  return {
    status,
    take(documents, tin) {
      const submissionUID = id();
      const faults = documents.map((document) => faultOf(document));
      const held = documents.flatMap((document, index) => (faults[index] === null ? [hold(document, submissionUID, tin)] : []));
      bySubmission.set(submissionUID, held);
      return jsonAnswer(202, {
        submissionUID,
        acceptedDocuments: held.map(({ uuid, submitted }) => ({ uuid, invoiceCodeNumber: submitted.codeNumber })),
        rejectedDocuments: documents.flatMap(({ codeNumber }, index) => (faults[index] === null ? [] : [{ invoiceCodeNumber: codeNumber, error: { errorCode: "ValidationError", error: faults[index], target: "document" } }])),
      });
    },
    submission: (uid) => bySubmission.get(uid)?.filter(isShown),
    document(uuid) {
      const held = byUuid.get(uuid);
      return held !== undefined && isShown(held) ? held : undefined;
    },
    of: (tin) => [...byUuid.values()].filter((held) => held.tin === tin && isShown(held)).toReversed(),
    cancel,
    summary: (held) => ({ ...common(held), submissionUid: held.submissionUID, totalPayableAmount: held.facts.total }),
    listed: (held) => ({ ...common(held), submissionUID: held.submissionUID, total: held.facts.total, supplierTIN: held.tin, submissionChannel: "ERP" }),
  };
}

/** What validation later wants: a type, a time of issue, an amount. */
function isSound({ type, issuedAt, total }: DocumentFacts): boolean {
  return type !== "" && issuedAt.length > 8 && Number.isFinite(total) && total >= 0;
}
