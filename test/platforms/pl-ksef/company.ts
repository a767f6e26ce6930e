import { constants, createCipheriv, createHash, publicEncrypt, X509Certificate, type KeyObject } from "node:crypto";
import type { AppAnswer, Gate } from "../../drill/platform/app.ts";
import { jsonOf } from "../../drill/platform/gate.ts";

/*
 * What a legacy application of KSeF sends, without the public client: it sees the answers as they come, and nothing is tried
 * again behind its back.
 */

/** One company (a context of KSeF's) that has signed in. */
export interface Company {
  readonly nip: string;
  /** Asks for a session of single invoices. */
  openSession(): Promise<AppAnswer>;
  /** `patience` in ms; absent: the gate's own. */
  post(path: string, body: unknown, patience?: number): Promise<AppAnswer>;
  get(path: string): Promise<AppAnswer>;
}

/** Of every session. */
const KEY = Buffer.alloc(32, 7);
const IV = Buffer.alloc(16, 9);

/** The key that the platform publishes. */
export async function platformKey(gate: Gate): Promise<KeyObject> {
  const [first] = jsonOf(await gate.send({ method: "GET", path: "/v2/security/public-key-certificates" })) as unknown as readonly { readonly certificate: string }[];
  return new X509Certificate(Buffer.from(first?.certificate ?? "", "base64")).publicKey;
}

/** Signs a company in with a token of KSeF's. Throws where the platform does not let it. */
export async function signIn(gate: Gate, key: KeyObject, nip: string): Promise<Company> {
  const ask = async (method: string, path: string, token: string, body?: unknown, patience?: number): Promise<AppAnswer> =>
    gate.send({ method, path, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "content-type": "application/json" }) }, ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(patience === undefined ? {} : { patience }) });
  const { challenge, timestampMs } = jsonOf(await gate.send({ method: "POST", path: "/v2/auth/challenge" }));
  const begun = jsonOf(await ask("POST", "/v2/auth/ksef-token", "", { challenge, contextIdentifier: { type: "Nip", value: nip }, encryptedToken: wrap(key, Buffer.from(`token|${String(timestampMs)}`)) }));
  const { token: operation } = begun["authenticationToken"] as { readonly token: string };
  const { token } = jsonOf(await ask("POST", "/v2/auth/token/redeem", operation))["accessToken"] as { readonly token: string };
  const opening = { formCode: { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" }, encryption: { encryptedSymmetricKey: wrap(key, KEY), initializationVector: IV.toString("base64") } };
  return {
    nip,
    openSession: () => ask("POST", "/v2/sessions/online", token, opening),
    post: (path, body, patience) => ask("POST", path, token, body, patience),
    get: (path) => ask("GET", path, token),
  };
}

/** What is sent for an invoice. Its hash is the same in every session; here the rest is, too. */
export function envelope(xml: string): object {
  const plain = Buffer.from(xml);
  const cipher = createCipheriv("aes-256-cbc", KEY, IV);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return { invoiceHash: sha256(plain), invoiceSize: plain.length, encryptedInvoiceHash: sha256(sealed), encryptedInvoiceSize: sealed.length, encryptedInvoiceContent: sealed.toString("base64") };
}

function wrap(key: KeyObject, bytes: Buffer): string {
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, bytes).toString("base64");
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("base64");
}
