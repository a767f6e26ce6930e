import type { Answer } from "../../answer.ts";
import { badRequest, json, noContent } from "./faults.ts";
import { decrypt, sha256 } from "./intake.ts";
import { newSession, wrongState } from "./online.ts";
import { type Asking, bodyOf, inSession, type Ksef, momentOf, part } from "./platform.ts";
import type { Session } from "./session.ts";
import { isOpen } from "./states.ts";
import { readZip } from "./zip.ts";

/*
 * Sessions for packages of invoices. The parts are uploaded to addresses outside the API, without a token and without limits,
 * as on the real platform, where they are on another host.
 */

const MOST_PARTS = 50;

/** Opens a session for a package and says where its parts go. */
export function openBatch(ksef: Ksef, asking: Asking): Answer {
  const file = part(bodyOf(asking.request)?.["batchFile"]);
  const announced = Array.isArray(file["fileParts"]) ? file["fileParts"].map(part) : [];
  if (announced.length === 0 || announced.length > MOST_PARTS) return badRequest(asking, { code: 21161, description: "Przekroczono dozwoloną liczbę części pakietu." });
  const session = newSession(ksef, asking, "batch");
  if (!("reference" in session)) return session;
  for (const { ordinalNumber, fileHash, fileSize } of announced) session.parts.set(Number(ordinalNumber), { hash: String(fileHash), size: Number(fileSize), bytes: null });
  const host = String(asking.headers["host"]);
  const partUploadRequests = [...session.parts.keys()].map((ordinalNumber) => ({ ordinalNumber, method: "PUT", url: `http://${host}/storage/${session.reference}/${ordinalNumber}`, headers: { "x-ms-blob-type": "BlockBlob" } }));
  return json(201, { referenceNumber: session.reference, partUploadRequests });
}

/** Keeps a part. */
export function uploadPart(ksef: Ksef, { request }: Asking): Answer {
  const announced = ksef.sessions.any(request.variables["session"])?.parts.get(Number(request.variables["part"]));
  if (!announced) return json(403, {});
  if (request.body.size !== announced.size || sha256(request.body.bytes) !== announced.hash) return json(400, {});
  announced.bytes = request.body.bytes;
  return { ...noContent(), status: 201 };
}

/** Closes a session and takes in what the package holds. */
export function closeBatch(ksef: Ksef, asking: Asking): Answer {
  return inSession(ksef, asking, (session) => {
    if (!isOpen(session, momentOf(ksef))) return wrongState(ksef, asking, session, "jej zamknięcie");
    const missing = [...session.parts].filter(([, { bytes }]) => bytes === null).map(([ordinal]) => ordinal);
    if (missing.length > 0) return badRequest(asking, { code: 21205, description: "Pakiet nie może być pusty.", details: [`Brak części: ${missing.join(", ")}`] });
    session.closedAt = ksef.world.clock.now();
    session.closedWall = asking.wall;
    unpack(ksef, session);
    return noContent();
  });
}

function unpack(ksef: Ksef, session: Session): void {
  const parts = [...session.parts].toSorted(([a], [b]) => a - b).map(([, { bytes }]) => decrypt(session, bytes ?? Buffer.alloc(0)));
  if (parts.some((bytes) => bytes === null)) return fail(session, 435, "Błąd odszyfrowania zaszyfrowanych części archiwum");
  const entries = readZip(Buffer.concat(parts.filter((bytes) => bytes !== null)));
  if (entries === null) return fail(session, 430, "Błąd dekompresji pierwotnego archiwum");
  for (const { name, bytes } of entries) ksef.intake.take(session, bytes, { hash: sha256(bytes), size: null, offline: false, fileName: name });
}

function fail(session: Session, code: number, description: string): void {
  session.failure = { code, description };
}
