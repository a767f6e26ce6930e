/** What the attack suite's configuration depends on. */
export interface AttackSetting {
  readonly upstreamPort: number;
  /** Certificate and key files of a TLS listener with HTTP/2; left out, there is none. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/**
 * The configuration that all attacks run against: a pass lane, the three opt-ins, and one route for WebSocket. The firewall only
 * tells: what it stops has tables of its own (test/waf), and here everything that is valid has to arrive.
 */
export function attackYaml({ upstreamPort, tls }: AttackSetting): string {
  return `version: 1
state: { dir: "{folder}/state" }
listeners:
  - { name: plain, bind: 127.0.0.1:0 }
${tls === undefined ? "" : "  - { name: tls, bind: 127.0.0.1:0, tls: { certificates: [edge], http2: true } }\n"}admin: { bind: 127.0.0.1:0 }
health: { bind: 127.0.0.1:0 }
drain: { grace: 0s, max: 3s }
waf: { mode: detect }
${tls === undefined ? "" : `certificates:\n  edge: { files: { cert: "${tls.cert}", key: "${tls.key}" } }\n`}regions:
  home: { endpoints: [{ url: http://127.0.0.1:${upstreamPort} }] }
upstream:
  breaker: { consecutiveFailures: 10000, failureRatio: 1, minimumRequests: 100000 }
  health: { connect: false }
routes:
  - { name: slash, match: { path: /slash/** }, allow: [encoded-slash], class: pass }
  - { name: percent, match: { path: /percent/** }, allow: [encoded-percent], class: pass }
  - { name: parameters, match: { path: /parameters/** }, allow: [path-parameters], class: pass }
  - { name: socket, match: { path: /ws/** }, class: pass, upgrade: [websocket] }
  - { name: rest, match: { path: /** }, class: pass }
`;
}
