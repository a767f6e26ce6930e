import type { ClientRefusal } from "../../observe/tls-recorders.ts";

/** OpenSSL's names for what it found, by what that means here. */
const MEANINGS: Readonly<Record<string, ClientRefusal>> = {
  CERT_REVOKED: "revoked",
  CRL_HAS_EXPIRED: "list-expired",
  CRL_NOT_YET_VALID: "list-expired",
  UNABLE_TO_GET_CRL: "list-missing",
  UNABLE_TO_GET_CRL_ISSUER: "list-missing",
  CRL_SIGNATURE_FAILURE: "list-missing",
  CERT_HAS_EXPIRED: "expired",
  CERT_NOT_YET_VALID: "expired",
  UNABLE_TO_GET_ISSUER_CERT: "untrusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "untrusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "untrusted",
  DEPTH_ZERO_SELF_SIGNED_CERT: "untrusted",
  SELF_SIGNED_CERT_IN_CHAIN: "untrusted",
  CERT_UNTRUSTED: "untrusted",
  UNSPECIFIED: "none",
};

/**
 * Why a handshake failed, where it was for the client's certificate; null: it was for something else. `isStranger`: its
 * chain is known, and does not lead to an authority; of several faults OpenSSL names the last, which is a list that such a
 * chain cannot have.
 */
export function clientRefusal(error: { readonly code?: string }, authorizationError: unknown, isStranger: boolean): ClientRefusal | null {
  if (error.code === "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE") return "none";
  if (typeof authorizationError !== "string") return null;
  const meaning = MEANINGS[authorizationError] ?? "other";
  return isStranger && meaning.startsWith("list-") ? "untrusted" : meaning;
}
