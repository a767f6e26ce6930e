/** Every figure that a budget binds. A figure that no part of the benchmark measures yet is printed as such. */
export type FigureName =
  | `${"get" | "post" | "read"}.${"micros" | "nginx" | "http-proxy"}`
  | "cacheHit.micros"
  | "cacheHit.nginx"
  | `${"tlsGet" | "handshake" | "resumed"}.${"micros" | "nginx"}`
  | "resumed.share"
  | "submission.micros"
  | "submission.perSecond"
  | "submission.addedP50"
  | "journal.claimP99"
  | "latency.addedP50"
  | "latency.addedP99"
  | `${"idle" | "used" | "start"}.${"sources" | "bundled"}`
  | `transfer.${"upload" | "download"}`;

/** The bar that a figure must keep, and the aim that it should reach. */
export interface Budget {
  readonly name: FigureName;
  readonly title: string;
  readonly unit: "µs" | "×" | "ms" | "MB" | "/s" | "%";
  readonly bar: number;
  readonly aim?: number;
  /** Set where more is better. */
  readonly atLeast?: true;
}

/** Measured figures; those that were not measured are missing. */
export type Figures = Partial<Record<FigureName, number>>;

/** The project's budgets for the whole pipeline with its defaults on. The one place where the numbers stand. */
export const budgets: readonly Budget[] = [
  { name: "get.micros", title: "GET, CPU per request", unit: "µs", bar: 50, aim: 35 },
  { name: "get.nginx", title: "GET against nginx", unit: "×", bar: 3.2, aim: 2 },
  { name: "get.http-proxy", title: "GET against http-proxy", unit: "×", bar: 0.7, aim: 0.45 },
  { name: "post.micros", title: "POST, CPU per request", unit: "µs", bar: 50, aim: 35 },
  { name: "post.nginx", title: "POST against nginx", unit: "×", bar: 3.2, aim: 2 },
  { name: "post.http-proxy", title: "POST against http-proxy", unit: "×", bar: 0.7, aim: 0.45 },
  { name: "read.micros", title: "read miss, CPU per request", unit: "µs", bar: 50, aim: 35 },
  { name: "read.nginx", title: "read miss against nginx", unit: "×", bar: 3.2, aim: 2 },
  { name: "read.http-proxy", title: "read miss against http-proxy", unit: "×", bar: 0.7, aim: 0.45 },
  { name: "cacheHit.micros", title: "cache hit 1.1 kB, CPU per request", unit: "µs", bar: 26, aim: 19 },
  { name: "cacheHit.nginx", title: "cache hit against nginx's", unit: "×", bar: 2, aim: 1.4 },
  { name: "submission.micros", title: "submission, CPU, 64 in flight", unit: "µs", bar: 130, aim: 100 },
  { name: "submission.perSecond", title: "submissions a core, 64 in flight", unit: "/s", bar: 5000, atLeast: true },
  { name: "submission.addedP50", title: "submission, added p50 at 500/s", unit: "ms", bar: 2 },
  { name: "journal.claimP99", title: "claim p99 at 500/s, 10 M entries", unit: "ms", bar: 5 },
  { name: "tlsGet.micros", title: "GET over TLS, CPU per request", unit: "µs", bar: 60 },
  { name: "tlsGet.nginx", title: "GET over TLS against nginx", unit: "×", bar: 3 },
  { name: "handshake.micros", title: "full TLS handshake, CPU", unit: "µs", bar: 700 },
  { name: "handshake.nginx", title: "full TLS handshake against nginx", unit: "×", bar: 2 },
  { name: "resumed.micros", title: "resumed TLS handshake and GET, CPU", unit: "µs", bar: 800 },
  { name: "resumed.nginx", title: "resumed TLS handshake and GET against nginx", unit: "×", bar: 2.5 },
  { name: "resumed.share", title: "tickets that were taken", unit: "%", bar: 99, atLeast: true },
  { name: "latency.addedP50", title: "added latency, unloaded, p50", unit: "ms", bar: 0.3 },
  { name: "latency.addedP99", title: "added latency, unloaded, p99", unit: "ms", bar: 1.5 },
  { name: "idle.sources", title: "idle resident, from sources", unit: "MB", bar: 150 },
  { name: "idle.bundled", title: "idle resident, bundled", unit: "MB", bar: 110 },
  { name: "used.sources", title: "resident after 1,000 requests, from sources", unit: "MB", bar: 150 },
  { name: "used.bundled", title: "resident after 1,000 requests, bundled", unit: "MB", bar: 110 },
  { name: "start.sources", title: "start to first byte, from sources", unit: "ms", bar: 600 },
  { name: "start.bundled", title: "start to first byte, bundled", unit: "ms", bar: 300 },
  { name: "transfer.upload", title: "100 MB upload, resident growth", unit: "MB", bar: 20 },
  { name: "transfer.download", title: "100 MB download, resident growth", unit: "MB", bar: 20 },
];

/** Whether a measured value keeps a bound of its budget. */
export function keeps(budget: Budget, value: number, bound: number): boolean {
  return budget.atLeast === true ? value >= bound : value <= bound;
}

/** The budgets whose bar a measured figure misses. */
export function missedBars(figures: Figures): Budget[] {
  return budgets.filter((budget) => {
    const value = figures[budget.name];
    return value !== undefined && !keeps(budget, value, budget.bar);
  });
}
