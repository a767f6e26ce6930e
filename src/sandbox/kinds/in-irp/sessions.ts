import { createCipheriv, createDecipheriv } from "node:crypto";
import { type Answer, jsonAnswer } from "../../answer.ts";
import type { PlatformRequest, RequestHeaders } from "../../kind.ts";
import type { World } from "../../world.ts";

/** A taxpayer that has signed in. */
export interface SignedIn {
  readonly gstin: string;
  /** Session encryption key: 32 bytes, AES-256 in ECB mode with PKCS7 padding. */
  readonly sek: Buffer;
}

/** Tokens and session keys. */
export interface Sessions {
  /** A token of 360 minutes; the same one until its last ten. */
  authenticate(request: PlatformRequest): Answer;
  /** Who a request is from; null where its token is not accepted. */
  of(headers: RequestHeaders): SignedIn | null;
}

interface Session extends SignedIn {
  readonly token: string;
  readonly at: number;
}

const LIFE_MS = 360 * 60_000;
const LAST_MS = 10 * 60_000;

/** Makes the authentication service. The real one wants its request under a public key that is handed out by other means; here it is base64 alone. */
export function createSessions(world: World): Sessions {
  const byGstin = new Map<string, Session>();

  return {
    authenticate({ headers, body }) {
      const gstin = textOf(headers["gstin"]);
      const asked = readLogin(body.bytes);
      if (gstin === "" || asked === null) return failed("1004", "Gstin, UserName, Password or AppKey is missing");
      const known = byGstin.get(gstin);
      const left = known === undefined ? 0 : LIFE_MS - (world.clock.now() - known.at);
      const session = known !== undefined && left > LAST_MS ? known : begin(gstin);
      const seconds = Math.floor((LIFE_MS - (world.clock.now() - session.at)) / 1000);
      return jsonAnswer(200, { Status: 1, Data: { ClientId: textOf(headers["client_id"]), UserName: asked.UserName, AuthToken: session.token, Sek: encrypt(session.sek, Buffer.from(asked.AppKey, "base64")), TokenExpiresInSeconds: seconds }, ErrorDetails: null, InfoDtls: null });
    },
    of(headers) {
      const session = byGstin.get(textOf(headers["gstin"]));
      const valid = session !== undefined && session.token === textOf(headers["authtoken"]) && world.clock.now() - session.at < LIFE_MS;
      return valid ? session : null;
    },
  };

  function begin(gstin: string): Session {
    const bytes = (count: number): Buffer => Buffer.from(Array.from({ length: count }, () => Math.floor(world.random.next() * 256)));
    const session = { gstin, sek: bytes(32), token: bytes(16).toString("base64url"), at: world.clock.now() };
    byGstin.set(gstin, session);
    return session;
  }
}

/** Encrypts as this platform does: AES-256 in ECB mode, base64. */
export function encrypt(plain: Uint8Array, key: Uint8Array): string {
  const cipher = createCipheriv("aes-256-ecb", key, null);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64");
}

/** The contrary; null where the key is another one. */
export function decrypt(text: string, key: Uint8Array): Buffer | null {
  try {
    const decipher = createDecipheriv("aes-256-ecb", key, null);
    return Buffer.concat([decipher.update(Buffer.from(text, "base64")), decipher.final()]);
  } catch {
    return null;
  }
}

/** The platform's form of a failure. */
export function failed(code: string, message: string, info: readonly object[] | null = null, status = 200): Answer {
  return jsonAnswer(status, { Status: 0, ErrorDetails: [{ ErrorCode: code, ErrorMessage: message }], Data: null, InfoDtls: info });
}

function readLogin(bytes: Buffer): { readonly UserName: string; readonly AppKey: string } | null {
  try {
    const { Data } = JSON.parse(bytes.toString("utf8")) as { readonly Data: string };
    const { UserName, Password, AppKey } = JSON.parse(Buffer.from(Data, "base64").toString("utf8")) as Record<string, string | undefined>;
    return UserName === undefined || Password === undefined || AppKey === undefined || Buffer.from(AppKey, "base64").length !== 32 ? null : { UserName, AppKey };
  } catch {
    return null;
  }
}

function textOf(value: string | readonly string[] | undefined): string {
  return typeof value === "string" ? value : "";
}
