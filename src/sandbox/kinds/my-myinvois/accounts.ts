import { type Answer, jsonAnswer } from "../../answer.ts";
import type { PlatformRequest, RequestHeaders } from "../../kind.ts";
import { platformWall, settingOf, type World } from "../../world.ts";
import { SETTINGS } from "./settings.ts";

/** Tokens and who they stand for. */
export interface Accounts {
  /** Client credentials give a token of 60 minutes. */
  login(request: PlatformRequest): Answer;
  /** The taxpayer's number of a request; null where its token is not accepted. */
  taxpayer(headers: RequestHeaders): string | null;
}

const LIFE_S = 3600;
const SOMEBODY = "C2584563200";

/** Makes the identity service. Tokens are JWTs whose signature nobody checks. */
export function createAccounts(world: World): Accounts {
  return {
    login({ body, headers }) {
      const form = new URLSearchParams(body.bytes.toString("utf8"));
      const client = form.get("client_id") ?? "";
      if (form.get("grant_type") !== "client_credentials") return jsonAnswer(400, { error: "unsupported_grant_type" });
      if (client === "" || (form.get("client_secret") ?? "") === "") return jsonAnswer(400, { error: "invalid_client" });
      const behalf = headers["onbehalfof"];
      const tin = typeof behalf === "string" && behalf !== "" ? behalf : /^C\d{8,}$/.test(client) ? client : SOMEBODY;
      const now = Math.floor(platformWall(world) / 1000);
      const token = jwt({ iss: "https://identity.example", client_id: client, TaxpayerTIN: tin, iat: now, exp: now + LIFE_S, scope: ["InvoicingAPI"] });
      return jsonAnswer(200, { access_token: token, token_type: "Bearer", expires_in: LIFE_S, scope: "InvoicingAPI" }, { "cache-control": "no-store" });
    },
    taxpayer(headers) {
      const claims = claimsOf(headers);
      if (!settingOf(world, SETTINGS, "login")) return claims?.tin ?? SOMEBODY;
      return claims !== null && claims.exp * 1000 > platformWall(world) ? claims.tin : null;
    },
  };
}

/** Who counts for the limits: the client that the token was given to. */
export function clientOf({ headers, body }: PlatformRequest): string {
  return claimsOf(headers)?.client ?? new URLSearchParams(body.bytes.toString("latin1")).get("client_id") ?? "";
}

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.c2ltdWxhdGVk`;
}

function claimsOf(headers: RequestHeaders): { readonly tin: string; readonly client: string; readonly exp: number } | null {
  const given = headers["authorization"];
  const payload = typeof given === "string" ? given.split(".")[1] : undefined;
  if (payload === undefined) return null;
  try {
    const { TaxpayerTIN, client_id, exp } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { readonly TaxpayerTIN: string; readonly client_id: string; readonly exp: number };
    return { tin: TaxpayerTIN, client: client_id, exp };
  } catch {
    return null;
  }
}
