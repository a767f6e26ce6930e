import { createDecipheriv, createHash } from "node:crypto";
import { platformWall, type World } from "../../world.ts";
import { polishDay } from "./dates.ts";
import { identityOf, type Invoice, readInvoice } from "./invoice.ts";
import type { References } from "./references.ts";
import type { SentInvoice, Session, Verdict } from "./session.ts";

/** Takes invoices in, decides at once what becomes of them, and lets it be told later. */
export interface Intake {
  /** Adds an invoice to its session. `xml` null: it could not be decrypted. `claimed` is what the sender says about it. */
  readonly take: (session: Session, xml: Buffer | null, claimed: Claimed) => SentInvoice;
  /** The bytes of an issued invoice; undefined where they are no longer kept. */
  readonly bytesOf: (ksefNumber: string) => Buffer | undefined;
  readonly byNumber: (ksefNumber: string) => SentInvoice | undefined;
  /** Every issued invoice, in order of issue. */
  readonly issued: () => Iterable<SentInvoice>;
}

/** What the sender says about an invoice. */
export interface Claimed {
  readonly hash: string;
  /** In bytes; null where nothing was said. */
  readonly size: number | null;
  readonly offline: boolean;
  readonly fileName: string | null;
}

/** Documents beyond it are forgotten, the oldest first; their numbers stay known. In bytes. */
const KEPT_BYTES = 64 * 1024 * 1024;
const YEARS = 10;

/** Makes an empty intake; while `isCancelled` holds the system gives up what it takes in. */
export function createIntake(world: World, references: References, isCancelled: () => boolean): Intake {
  const identities = new Map<string, SentInvoice>();
  const numbers = new Map<string, SentInvoice>();
  const documents = new Map<string, Buffer>();
  let keptBytes = 0;

  function judge(session: Session, xml: Buffer | null, claimed: Claimed, wall: number): Verdict {
    if (xml === null) return { code: 435, details: ["Nie udało się odszyfrować faktury."] };
    if (sha256(xml) !== claimed.hash) return { code: 430, details: ["Skrót faktury nie zgadza się z zadeklarowanym."] };
    if (claimed.size !== null && claimed.size !== xml.length) return { code: 430, details: ["Rozmiar faktury nie zgadza się z zadeklarowanym."] };
    if (isCancelled()) return { code: 550, details: ["Przetwarzanie zostało przerwane z przyczyn wewnętrznych systemu. Spróbuj ponownie"] };
    const invoice = readInvoice(xml);
    if (typeof invoice === "string") return { code: 450, details: [invoice] };
    if (invoice.nip !== session.context.slice(0, 10)) return { code: 450, details: [`NIP sprzedawcy '${invoice.nip}' nie zgadza się z kontekstem.`] };
    if (invoice.issued > polishDay(wall)) return { code: 450, details: [`P_1 '${invoice.issued}' jest późniejsza niż data przyjęcia.`] };
    return decide(invoice, claimed, wall);
  }

  function decide(invoice: Invoice, claimed: Claimed, wall: number): Verdict {
    const original = identities.get(identityOf(invoice));
    if (original?.verdict.code === 200 && isKept(original.verdict.invoice, wall)) {
      world.ledger.refused(identityOf(invoice));
      return { code: 440, original, ksefNumber: original.verdict.ksefNumber };
    }
    const late = claimed.offline || invoice.issued < polishDay(wall);
    return { code: 200, ksefNumber: references.invoice(invoice.nip, wall), invoice, mode: late ? "Offline" : "Online" };
  }

  function keep(sent: SentInvoice, xml: Buffer, invoice: Invoice, ksefNumber: string): void {
    const { gross, nip } = invoice;
    const orderNo = identityOf(invoice);
    identities.set(orderNo, sent);
    numbers.set(ksefNumber, sent);
    documents.set(ksefNumber, xml);
    keptBytes += xml.length;
    for (const [oldest, bytes] of documents) {
      if (keptBytes <= KEPT_BYTES) break;
      documents.delete(oldest);
      keptBytes -= bytes.length;
    }
    world.ledger.issue({ orderNo, sellerTaxNo: nip, amount: gross, sha256: createHash("sha256").update(xml).digest("hex") }, sent.wall, sent.at);
  }

  return {
    take(session, xml, claimed) {
      const wall = platformWall(world);
      const verdict = judge(session, xml, claimed, wall);
      const invoice = xml === null ? null : readInvoice(xml);
      const sent: SentInvoice = {
        session: session.reference, nip: session.context, ordinal: session.invoices.length + 1, reference: references.next("EE", wall), hash: claimed.hash,
        fileName: claimed.fileName, number: invoice === null || typeof invoice === "string" ? null : invoice.number, verdict, at: world.clock.now(), wall,
      };
      session.invoices.push(sent);
      if (xml !== null && verdict.code === 200) keep(sent, xml, verdict.invoice, verdict.ksefNumber);
      return sent;
    },
    bytesOf: (ksefNumber) => documents.get(ksefNumber),
    byNumber: (ksefNumber) => numbers.get(ksefNumber),
    issued: () => numbers.values(),
  };
}

/** Decrypts AES-256-CBC with PKCS#7; null where the bytes were not encrypted with this key. */
export function decrypt({ key, iv }: Pick<Session, "key" | "iv">, bytes: Uint8Array): Buffer | null {
  try {
    const decipher = createDecipheriv("aes-256-cbc", key, iv);
    return Buffer.concat([decipher.update(bytes), decipher.final()]);
  } catch {
    return null;
  }
}

/** SHA-256 in base64, the form of every hash here. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

/** Numbers are unique for ten full years from the end of the year of issue. Source: weryfikacja-faktury.md. */
function isKept({ issued }: Invoice, wall: number): boolean {
  return Number(polishDay(wall).slice(0, 4)) <= Number(issued.slice(0, 4)) + YEARS;
}
