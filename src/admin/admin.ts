import type { Clock } from "../base/clock.ts";
import type { Log } from "../observe/log.ts";
import { createAuthenticator, type Authentication, type Authenticator, type Operator } from "./authenticate.ts";
import { createHealth, HEALTH_PATHS } from "./health.ts";
import { problem } from "./message.ts";
import type { AdminOptions, Role } from "./options.ts";
import { hostCheck, isLocal, originAllowed } from "./origin.ts";
import { ADMIN_ROUTES, type AdminRoute } from "./routes.ts";
import type { AdminViews } from "./views.ts";
import type { OwnAnswer, OwnRequest } from "../http/own-message.ts";

/** What the admin API needs from outside. */
export interface AdminEnv {
  readonly clock: Clock;
  readonly log: Log;
  /** The token in the state directory's `admin.token`: whoever may read that file is this machine's admin. */
  readonly localToken: string | null;
  readonly views: AdminViews;
}

/** The admin API without its listener. */
export interface Admin {
  /** Answers one request; rejects only for faults of the views. */
  handle(request: OwnRequest): Promise<OwnAnswer>;
  /** Takes new options from now on; tokens that were removed stop working at once. */
  configure(options: AdminOptions): void;
}

const RANK: Readonly<Record<Role, number>> = { viewer: 0, auditor: 0, operator: 1, admin: 2 };
const CHALLENGE = ["www-authenticate", 'Bearer realm="taxgate"'];

type Access = { readonly kind: "allowed"; readonly operator: Operator | null } | { readonly kind: "denied"; readonly answer: OwnAnswer };

const denied = (answer: OwnAnswer): Access => ({ kind: "denied", answer });

/**
 * Reads need a token's role, or no token where none is configured and the caller is this very machine. Actions, and reads
 * of the journal, always need a token: where none is configured, that of the state directory.
 */
function access(route: AdminRoute, said: Authentication, open: boolean): Access {
  switch (said.kind) {
    case "operator":
      if (RANK[said.operator.role] >= RANK[route.role]) return { kind: "allowed", operator: said.operator };
      return denied(problem("forbidden", `'${said.operator.name}' is ${said.operator.role}, and this takes ${route.role}`));
    case "anonymous":
      return open ? { kind: "allowed", operator: null } : denied(problem("unauthenticated", "show a token: 'Authorization: Bearer …'", CHALLENGE));
    case "wrong":
      return denied(problem("unauthenticated", "this token is not known", CHALLENGE));
    case "wait":
      return denied(problem("unauthenticated", `not checked; try again in ${said.seconds} s`, [...CHALLENGE, "retry-after", String(said.seconds)]));
  }
}

/** The route of a request, or the refusal. HEAD is answered like GET. */
function routeOf(request: OwnRequest): AdminRoute | OwnAnswer {
  const here = ADMIN_ROUTES.filter((route) => route.path === request.path);
  if (here.length === 0) return problem("no-route", "the admin API has no such path");
  const method = request.method === "HEAD" ? "GET" : request.method;
  const allow = here.map((route) => (route.method === "GET" ? "GET, HEAD" : route.method)).join(", ");
  return here.find((route) => route.method === method) ?? problem("method-not-allowed", `use ${allow}`, ["allow", allow]);
}

interface Rules {
  readonly hostAllowed: (request: OwnRequest) => boolean;
  readonly authenticate: Authenticator;
  readonly hasTokens: boolean;
}

function rulesFor(options: AdminOptions, env: AdminEnv): Rules {
  return { hostAllowed: hostCheck(options.bind.host, options.hosts), authenticate: createAuthenticator(options, env), hasTokens: options.tokens.length > 0 };
}

/**
 * Makes the admin API: Host, then Origin, then the route, then the token, then the role; only then the view or action.
 * Actions and refused tokens are logged with who and from where.
 */
export function createAdmin(options: AdminOptions, env: AdminEnv): Admin {
  let rules = rulesFor(options, env);
  const health = createHealth(() => env.views.ready(), (request) => request.query === "verbose" && isLocal(request) && rules.hostAllowed(request));

  const permit = async (route: AdminRoute, request: OwnRequest): Promise<Access> => {
    const said = await rules.authenticate(request);
    if (said.kind === "wrong") env.log.warn("admin token refused", { path: request.path, peer: request.peer.address });
    const open = isLocal(request) && route.locally !== "never" && (route.locally === "always" || !rules.hasTokens);
    return access(route, said, open);
  };
  const act = async (route: AdminRoute, request: OwnRequest, operator: Operator | null): Promise<OwnAnswer> => {
    const answer = await route.answer(env.views, request, operator);
    if (route.method === "POST") {
      env.log.info("admin action", { path: route.path, by: operator?.name, role: operator?.role, peer: request.peer.address, status: answer.status });
    }
    return answer;
  };
  return {
    async handle(request) {
      if (HEALTH_PATHS.includes(request.path)) return health(request);
      if (!rules.hostAllowed(request)) return problem("misdirected", "the admin API is not called by this name; see 'admin.hosts' in the configuration");
      const isRead = request.method === "GET" || request.method === "HEAD";
      if (!isRead && !originAllowed(request)) return problem("forbidden", "the request comes from another page");
      const route = routeOf(request);
      if ("status" in route) return route;
      const allowed = await permit(route, request);
      return allowed.kind === "denied" ? allowed.answer : act(route, request, allowed.operator);
    },
    configure(next) {
      rules = rulesFor(next, env);
    },
  };
}
