import { createHmac, randomBytes, type KeyObject } from "node:crypto";
import type { StubAuthority } from "./stub-authority.ts";
import { decoded, type StubJws } from "./stub-jws.ts";
import { problem, type StubAnswer, type StubKind, type StubRequest, type StubSettings } from "./stub-settings.ts";

/** What an authority has written down, and how it answers by it. */
export interface StubBook {
  /** It is reached here from now on. */
  open(origin: string): void;
  urlOf(path: string): string;
  kindOf(path: string): StubKind;
  keyOf(kid: string): KeyObject | null;
  /** A fresh one, which is good once. */
  nonce(): string;
  answer(request: StubRequest, signed: StubJws | null): Promise<StubAnswer>;
  readonly issued: readonly string[];
  forget(): void;
}

interface Authorization {
  readonly identifier: { readonly type: string; readonly value: string };
  readonly wildcard: boolean;
  readonly tokens: ReadonlyMap<string, string>;
  told: string | null;
  looks: number;
}

interface Order {
  readonly account: string;
  readonly identifiers: readonly { readonly type: string; readonly value: string }[];
  readonly authorizations: readonly string[];
  certificate: string | null;
  looks: number;
}

const KINDS: Readonly<Record<string, StubKind>> = {
  directory: "directory",
  nonce: "nonce",
  account: "account",
  "new-order": "new-order",
  order: "order",
  authorization: "authorization",
  challenge: "challenge",
  finalize: "finalize",
  certificate: "certificate",
  alternate: "alternate",
  "renewal-info": "renewal-info",
};

/** An empty book. */
export function createStubBook(settings: StubSettings, authority: StubAuthority): StubBook {
  let origin = "";
  let count = 0;
  const issued: string[] = [];
  const nonces = new Set<string>();
  const accounts = new Map<string, KeyObject>();
  const authorizations = new Map<string, Authorization>();
  const orders = new Map<string, Order>();
  const chains = new Map<string, { chain: string; alternate: string }>();
  const urlOf = (path: string): string => origin + path;
  const next = (): string => String(++count);

  const directory = (): StubAnswer => ({
    status: 200,
    body: {
      newNonce: urlOf("/nonce"),
      newAccount: urlOf("/account"),
      newOrder: urlOf("/new-order"),
      ...(settings.renewalInfo === null ? {} : { renewalInfo: urlOf("/renewal-info") }),
      meta: { ...(settings.profiles === null ? {} : { profiles: settings.profiles }), ...(settings.eab === null ? {} : { externalAccountRequired: true }) },
    },
  });

  const renewalInfo = (id: string): StubAnswer => {
    const said = settings.renewalInfo?.(id) ?? null;
    if (said === null) return problem(404, "malformed", "unknown certificate");
    const { start, end, retryAfter, ...rest } = said;
    return { status: 200, headers: retryAfter === undefined ? {} : { "retry-after": retryAfter }, body: { suggestedWindow: { start, end }, ...rest } };
  };

  const account = ({ key, payload, header }: StubJws): StubAnswer => {
    const known = [...accounts].find(([, other]) => key?.equals(other) === true)?.[0];
    if (payload?.["termsOfServiceAgreed"] !== true) return problem(403, "userActionRequired", "agree first");
    if (settings.eab !== null && !isBound(payload["externalAccountBinding"], settings.eab, header)) return problem(403, "externalAccountRequired", "the binding does not fit");
    const url = known ?? urlOf(`/account/${next()}`);
    if (key !== null) accounts.set(url, key);
    return { status: known === undefined ? 201 : 200, headers: { location: url }, body: { status: "valid" } };
  };

  const newOrder = ({ payload, header }: StubJws): StubAnswer => {
    const identifiers = (payload?.["identifiers"] ?? []) as Order["identifiers"];
    const made = identifiers.map(({ type, value }) => {
      const id = next();
      const tokens = new Map(settings.challenges.map((challenge) => [challenge, randomBytes(24).toString("base64url")]));
      authorizations.set(id, { identifier: { type, value: value.replace(/^\*\./, "") }, wildcard: value.startsWith("*."), tokens, told: settings.alreadyValid ? "" : null, looks: settings.pendingLooks });
      return id;
    });
    const id = next();
    orders.set(id, { account: String(header["kid"]), identifiers, authorizations: made, certificate: null, looks: settings.processingLooks });
    return showOrder(id, 201);
  };

  const stateOf = (id: string): "pending" | "valid" | "invalid" => {
    const found = authorizations.get(id);
    if (found === undefined || found.told === null || found.looks > 0 || settings.finds === "pending") return "pending";
    return settings.finds === "valid" || found.told === "" ? "valid" : "invalid";
  };

  const showAuthorization = (id: string): StubAnswer => {
    const found = authorizations.get(id);
    if (found === undefined) return problem(404, "malformed", "no such authorization");
    const status = stateOf(id);
    if (found.told !== null && found.looks > 0) found.looks--;
    const challenges = [...found.tokens].map(([type, token]) => ({
      type,
      token,
      url: urlOf(`/challenge/${id}/${type}`),
      status: found.told === type ? status : "pending",
      ...(found.told === type && status === "invalid" ? { error: settings.finds } : {}),
    }));
    return { status: 200, body: { status, identifier: found.identifier, ...(found.wildcard ? { wildcard: true } : {}), challenges } };
  };

  const tell = (id: string, type: string): StubAnswer => {
    const found = authorizations.get(id);
    if (found === undefined) return problem(404, "malformed", "no such challenge");
    found.told ??= type;
    return { status: 200, body: { type, status: "processing", url: urlOf(`/challenge/${id}/${type}`), token: found.tokens.get(type) } };
  };

  const showOrder = (id: string, status = 200): StubAnswer => {
    const order = orders.get(id);
    if (order === undefined) return problem(404, "malformed", "no such order");
    const states = order.authorizations.map(stateOf);
    const before = states.includes("invalid") ? "invalid" : states.includes("pending") ? "pending" : "ready";
    const after = order.looks-- > 0 ? "processing" : "valid";
    const now = order.certificate === null ? before : after;
    const body = { status: now, identifiers: order.identifiers, authorizations: order.authorizations.map((one) => urlOf(`/authorization/${one}`)), finalize: urlOf(`/finalize/${id}`) };
    return { status, headers: { location: urlOf(`/order/${id}`) }, body: now === "valid" ? { ...body, certificate: urlOf(`/certificate/${order.certificate}`) } : body };
  };

  const finalize = async (id: string, { payload }: StubJws): Promise<StubAnswer> => {
    const order = orders.get(id);
    if (order === undefined) return problem(404, "malformed", "no such order");
    if (order.certificate !== null || order.authorizations.some((one) => stateOf(one) !== "valid")) return problem(403, "orderNotReady", "not ready");
    const wall = settings.wall();
    const { names, chain, alternate } = await authority.sign(Buffer.from(String(payload?.["csr"]), "base64url"), wall - 1000, wall + settings.lifetime);
    const wanted = order.identifiers.map(({ value }) => value).toSorted();
    if (names.toSorted().join() !== wanted.join()) return problem(400, "badCSR", `the request is for ${names.join()}`);
    order.certificate = next();
    chains.set(order.certificate, { chain, alternate });
    issued.push(chain);
    return showOrder(id);
  };

  const certificate = (id: string, which: "chain" | "alternate"): StubAnswer => {
    const found = chains.get(id);
    if (found === undefined) return problem(404, "malformed", "no such certificate");
    return { status: 200, headers: { "content-type": "application/pem-certificate-chain", link: [`<${urlOf("/directory")}>;rel="index"`, `</alternate/${id}>; rel="alternate"`] }, body: found[which] };
  };

  const signedAnswer = (kind: StubKind, id: string, type: string, signed: StubJws): StubAnswer | Promise<StubAnswer> => {
    if (kind === "account") return account(signed);
    if (kind === "new-order") return newOrder(signed);
    if (kind === "order") return showOrder(id);
    if (kind === "authorization") return showAuthorization(id);
    if (kind === "challenge") return tell(id, type);
    if (kind === "finalize") return finalize(id, signed);
    return kind === "certificate" || kind === "alternate" ? certificate(id, kind === "certificate" ? "chain" : "alternate") : problem(404, "malformed", "no such place");
  };

  return {
    issued,
    urlOf,
    open: (at) => void (origin = at),
    kindOf: (path) => KINDS[path.split("/")[1] ?? ""] ?? "unknown",
    keyOf: (kid) => accounts.get(kid) ?? null,
    nonce() {
      const nonce = randomBytes(16).toString("base64url");
      nonces.add(nonce);
      return nonce;
    },
    async answer({ kind, path, method }, signed) {
      const [, , id = "", type = ""] = path.split("/");
      if (kind === "directory") return directory();
      if (kind === "nonce") return { status: method === "HEAD" ? 200 : 204 };
      if (kind === "renewal-info") return renewalInfo(id);
      if (signed === null) return problem(405, "malformed", "POST alone");
      if (signed.fault !== null) return problem(400, signed.fault.type, signed.fault.detail);
      if (!nonces.delete(String(signed.header["nonce"])) || settings.rejectNonces-- > 0) return problem(400, "badNonce", "another nonce, please");
      settings.rejectNonces = 0;
      return signedAnswer(kind, id, type, signed);
    },
    forget() {
      for (const table of [nonces, accounts, authorizations, orders, chains]) table.clear();
    },
  };
}

/** Is the account's key bound to the external account (RFC 8555 section 7.3.4)? */
function isBound(binding: unknown, { kid, hmacKey }: NonNullable<StubSettings["eab"]>, outer: StubJws["header"]): boolean {
  const jws = binding as { protected: string; payload: string; signature: string } | undefined;
  if (jws === undefined) return false;
  const header = decoded(jws.protected) as Readonly<Record<string, unknown>>;
  const mac = createHmac("sha256", Buffer.from(hmacKey, "base64url")).update(`${jws.protected}.${jws.payload}`).digest("base64url");
  return header["alg"] === "HS256" && header["kid"] === kid && header["url"] === outer["url"] && !("nonce" in header) && jws.signature === mac && JSON.stringify(decoded(jws.payload)) === JSON.stringify(outer["jwk"]);
}
