/** What a scene's configuration may say of its own. */
export interface Wording {
  /** The state directory; default: `state` in the configuration's folder. */
  readonly state?: string;
  /** More top-level keys. */
  readonly top?: string;
  /** Takes the place of the site's `identity`. */
  readonly identity?: string;
  /** Routes before the ordinary one, in the form of a YAML list at the left margin. */
  readonly routes?: string;
  /** Lines of the ordinary route's `submission` that take the place of those of the same name. */
  readonly submission?: Readonly<Record<string, string>>;
  readonly timeouts?: string;
}

/** Words about the sandbox's answers, and the way out of doubt by its query. */
const SUBMISSION: Readonly<Record<string, string>> = {
  key: "[{ json: /orderNo }]",
  scope: "[{ json: /sellerTaxNo }]",
  accepted: "[{ status: 200, json: /code, equals: 0 }]",
  notExecuted: "[{ status: 503, json: /code, in: [5030, 5031] }, { status: 401 }]",
  final: "[{ status: 400 }]",
  inDoubt: "[{ status: 504 }, { contentType: text/html }]",
  reference: "{ json: /invoiceNo }",
  resolve: "[{ query: { method: GET, path: \"/api/invoices?orderNo={key}&sellerTaxNo={scope}\" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: 1500ms, every: 100ms, for: 10min }, hold]",
};

/** A route that journals submissions, as one item of a YAML list. A `match` beside method and path is written `header: {…}`. */
export function submissionRoute(name: string, changes: Readonly<Record<string, string>> = {}, { match = "", more = "" } = {}): string {
  const lines = Object.entries({ ...SUBMISSION, ...changes }).map(([key, value]) => `      ${key}: ${value}`);
  return [`  - name: ${name}`, `    match: { methods: [POST], path: /api/invoices${match === "" ? "" : `, ${match}`} }`, "    class: submit", ...(more === "" ? [] : [`    ${more}`]), "    submission:", ...lines].join("\n");
}

/**
 * A Taxgate before the platform at `origin`. A breaker that never opens and quick probes keep the rows apart: what a row
 * breaks, the next one finds whole.
 */
export function configuration(origin: string, { state = "{folder}/state", top = "", identity, routes = "", submission = {}, timeouts = "{ connect: 1s, response: 8s, total: 12s }" }: Wording = {}): string {
  return `version: 1
state: { dir: "${state}" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 2s }
${top}
regions: { home: { endpoints: [{ url: "${origin}" }] } }
upstream:
  timeouts: ${timeouts}
  health: { every: 100ms, healthyAfter: 1, slowStart: 0ms, outlierAfter: 1000 }
  breaker: { consecutiveFailures: 1000, minimumRequests: 10000, slowCall: 30s, openFor: 100ms, halfOpenProbes: 1 }
  retry: { attempts: 4, budget: 100%, backoff: 20ms..100ms }
${identity === undefined ? "" : `identity: ${identity}`}
routes:
${routes}
${submissionRoute("issue", submission)}
  - { name: codes, match: { methods: [GET], path: /api/codes }, class: read }
`;
}
