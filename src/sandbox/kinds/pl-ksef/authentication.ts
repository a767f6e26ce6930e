import type { Answer } from "../../answer.ts";
import { xmlReader } from "../../../document/extract-xml.ts";
import { isoTime } from "./dates.ts";
import { badRequest, json, problem } from "./faults.ts";
import { type Asking, type Authentication, bodyOf, invalid, type Ksef, part } from "./platform.ts";

/*
 * From a challenge to tokens for calls. Every token of KSeF is taken that was encrypted for this platform together with the
 * time of its challenge; the signature of a signed request is not checked.
 */

const MINUTE_MS = 60_000;
const CHALLENGE_MS = 10 * MINUTE_MS;
const OPERATION_MS = 45 * MINUTE_MS;
const ACCESS_MS = 15 * MINUTE_MS;
const REFRESH_MS = 7 * 24 * 60 * MINUTE_MS;

const CHALLENGE = xmlReader("/*:AuthTokenRequest/*:Challenge", undefined);
const NIP = xmlReader("/*:AuthTokenRequest/*:ContextIdentifier/*:Nip", undefined);

/** A challenge, to be answered within ten minutes. */
export function challenge(ksef: Ksef, { wall, request }: Asking): Answer {
  for (const [old, until] of ksef.challenges) if (until < wall) ksef.challenges.delete(old);
  const text = ksef.references.next("CR", wall);
  ksef.challenges.set(text, wall + CHALLENGE_MS);
  return json(200, { challenge: text, timestamp: isoTime(wall), timestampMs: Math.floor(wall), clientIp: request.address });
}

/** Begins an authentication with a token of KSeF. */
export function withToken(ksef: Ksef, asking: Asking): Answer {
  const body = bodyOf(asking.request);
  if (!body) return invalid(asking, "Treść nie jest obiektem JSON.");
  if (!ksef.keys.knows(body["publicKeyId"])) return unknownKey(asking, body["publicKeyId"]);
  const { type, value } = part(body["contextIdentifier"]);
  if (!spend(ksef, String(body["challenge"]), asking.wall)) return badChallenge(asking);
  const plain = ksef.keys.decrypt(String(body["encryptedToken"]))?.toString("utf8") ?? "";
  // The token itself holds bars.
  const bar = plain.lastIndexOf("|");
  const ok = bar > 0 && Math.abs(Number(plain.slice(bar + 1)) - asking.wall) <= CHALLENGE_MS;
  return begin(ksef, asking, { context: String(value), contextType: String(type), method: "Token", wall: asking.wall, ok, redeemed: false });
}

/** Begins an authentication with a signed request. */
export function withSignature(ksef: Ksef, asking: Asking): Answer {
  const content = { bytes: asking.request.body.bytes, contentType: "application/xml" };
  const [text, nip] = [CHALLENGE(content), NIP(content)];
  if (text.kind !== "found" || nip.kind !== "found") return invalid(asking, "Brak wyzwania lub identyfikatora kontekstu.");
  if (!spend(ksef, text.text.trim(), asking.wall)) return badChallenge(asking);
  return begin(ksef, asking, { context: nip.text.trim(), contextType: "Nip", method: "QualifiedSignature", wall: asking.wall, ok: true, redeemed: false });
}

/** How an authentication stands. */
export function authStatus(ksef: Ksef, asking: Asking): Answer {
  const found = ofToken(ksef, asking);
  if (!found) return unauthorized(asking);
  const { ok, method, wall } = found.authentication;
  const status = ok ? { code: 200, description: "Uwierzytelnianie zakończone sukcesem" } : { code: 450, description: "Uwierzytelnianie zakończone niepowodzeniem z powodu błędnego tokenu", details: ["Nieprawidłowy token"] };
  const info = { category: method === "Token" ? "Token" : "XadesSignature", code: method, displayName: method };
  return json(200, { startDate: isoTime(wall), authenticationMethod: method, authenticationMethodInfo: info, status, isTokenRedeemed: found.authentication.redeemed });
}

/** Gives the pair of tokens, once. */
export function redeem(ksef: Ksef, asking: Asking): Answer {
  const found = ofToken(ksef, asking);
  if (!found) return unauthorized(asking);
  const { authentication, reference } = found;
  if (!authentication.ok || authentication.redeemed) {
    const details = [authentication.redeemed ? `Tokeny dla operacji uwierzytelniania ${reference} zostały już pobrane.` : "Status uwierzytelniania (450) nie pozwala na pobranie tokenów."];
    return badRequest(asking, { code: 21301, description: "Brak autoryzacji.", details });
  }
  authentication.redeemed = true;
  return json(200, { accessToken: issueToken(ksef, asking, found, "ContextToken"), refreshToken: issueToken(ksef, asking, found, "RefreshToken") });
}

/** Gives a new token for calls. */
export function refresh(ksef: Ksef, asking: Asking): Answer {
  const claims = ksef.tokens.read(asking.headers, "RefreshToken", asking.wall);
  const authentication = claims ? ksef.authentications.get(claims.arn) : undefined;
  if (!claims || !authentication) return unauthorized(asking);
  return json(200, { accessToken: issueToken(ksef, asking, { authentication, reference: claims.arn }, "ContextToken") });
}

/** 401 in the platform's form. */
export function unauthorized(asking: Pick<Asking, "headers" | "wall">): Answer {
  return problem(asking, 401, "Unauthorized", "Wymagane jest uwierzytelnienie.");
}

/** 21470: the key that was named is not in use. */
export function unknownKey(asking: Asking, id: unknown): Answer {
  return badRequest(asking, { code: 21470, description: "Przesłany identyfikator klucza jest nieznany lub wskazuje na wycofany klucz.", details: [`Klucz o identyfikatorze ${String(id)} nie jest wspierany.`] });
}

interface Known {
  readonly reference: string;
  readonly authentication: Authentication;
}

function spend({ challenges }: Ksef, text: string, wall: number): boolean {
  const until = challenges.get(text) ?? 0;
  challenges.delete(text);
  return until >= wall;
}

function badChallenge(asking: Asking): Answer {
  return badRequest(asking, { code: 21111, description: "Nieprawidłowe wyzwanie autoryzacyjne." });
}

function begin(ksef: Ksef, asking: Asking, authentication: Authentication): Answer {
  const reference = ksef.references.next("AU", asking.wall);
  ksef.authentications.set(reference, authentication);
  return json(202, { referenceNumber: reference, authenticationToken: issueToken(ksef, asking, { authentication, reference }, "OperationToken") });
}

function ofToken(ksef: Ksef, asking: Asking): Known | undefined {
  const claims = ksef.tokens.read(asking.headers, "OperationToken", asking.wall);
  const authentication = claims ? ksef.authentications.get(claims.arn) : undefined;
  return claims && authentication ? { reference: claims.arn, authentication } : undefined;
}

function issueToken(ksef: Ksef, { wall }: Asking, { authentication, reference }: Known, typ: "OperationToken" | "ContextToken" | "RefreshToken"): object {
  const life = { OperationToken: OPERATION_MS, ContextToken: ACCESS_MS, RefreshToken: REFRESH_MS }[typ];
  const { token, validUntil } = ksef.tokens.make({ typ, cit: authentication.contextType, civ: authentication.context, arn: reference }, wall, life);
  return { token, validUntil: isoTime(validUntil) };
}
