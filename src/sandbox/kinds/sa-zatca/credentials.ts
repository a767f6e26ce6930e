import { type Answer, jsonAnswer } from "../../answer.ts";
import type { PlatformRequest, RequestHeaders } from "../../kind.ts";
import { settingOf, type World } from "../../world.ts";
import { SETTINGS } from "./settings.ts";

/** Who may submit: certificate tokens and their secrets, first for compliance, then for production. */
export interface Credentials {
  /** Whether a production certificate speaks. */
  mayReport(headers: RequestHeaders): boolean;
  /** Whether a certificate speaks, for compliance or for production. */
  mayCheck(headers: RequestHeaders): boolean;
  /** A certificate request and a one-time password give a certificate for compliance. */
  begin(request: PlatformRequest): Answer;
  /** A production certificate, the first or a renewed one. */
  grant(request: PlatformRequest): Answer;
}

/** Device tokens begin with this where nobody asked for them: tests and drills need no sign-in. */
const READY_MADE = "device-";
const COMPLIANCE = "ccsid";
const PRODUCTION = "pcsid";

/** Makes the registry of devices. */
export function createCredentials(world: World): Credentials {
  const issued = new Map<string, { readonly secret: string; readonly kind: string }>();
  let made = 0;

  function give(kind: string): Answer {
    made += 1;
    const token = Buffer.from(`${kind}-${world.name}-${made}`).toString("base64");
    const secret = Buffer.from(`secret-${made}`).toString("base64");
    issued.set(token, { secret, kind });
    return jsonAnswer(200, { requestID: 1_000_000 + made, dispositionMessage: "ISSUED", binarySecurityToken: token, secret });
  }

  /** The kind of the certificate; null where nobody knows it. */
  function holder(headers: RequestHeaders): string | null {
    if (!settingOf(world, SETTINGS, "login")) return PRODUCTION;
    const given = typeof headers["authorization"] === "string" ? headers["authorization"] : "";
    const [scheme = "", value = ""] = given.split(" ");
    const token = scheme === "Basic" ? Buffer.from(value, "base64").toString("latin1") : value;
    const at = token.lastIndexOf(":");
    const [name, secret] = at < 0 ? [token, null] : [token.slice(0, at), token.slice(at + 1)];
    if (name.startsWith(READY_MADE)) return PRODUCTION;
    const known = issued.get(name);
    return known !== undefined && (secret === null || known.secret === secret) ? known.kind : null;
  }

  return {
    mayReport: (headers) => holder(headers) === PRODUCTION,
    mayCheck: (headers) => holder(headers) !== null,
    begin(request) {
      const otp = request.headers["otp"];
      if (typeof otp !== "string" || otp === "") return jsonAnswer(400, { code: "Missing-OTP", message: "OTP is required" });
      return give(COMPLIANCE);
    },
    grant(request) {
      if (holder(request.headers) === null) return jsonAnswer(401, { status: 401, error: "Unauthorized" });
      // A renewed certificate is not compliant yet: it has to pass the checks before it may report.
      return request.operation === "renewal" ? { ...give(COMPLIANCE), status: 428 } : give(PRODUCTION);
    },
  };
}
