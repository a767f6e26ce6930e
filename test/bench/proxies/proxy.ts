/** What a proxy needs to be started. */
export interface Setup {
  /** Temporary folder for configuration, logs and state; removed with the benchmark. */
  readonly folder: string;
  /** Port of the origin on loopback. */
  readonly origin: number;
}

/** A proxy that serves. */
export interface RunningProxy {
  readonly port: number;
  /** Every process whose CPU time and memory count as the proxy's (descendants are found by themselves). */
  readonly pids: readonly number[];
  /** Port of its admin listener, where it has one. */
  readonly admin?: number;
}

/** One row of the table. */
export interface Proxy {
  readonly name: string;
  /** Answers `/hit/**` from a cache of its own, for an hour. */
  readonly caches: boolean;
  /** The installed version; undefined when it is not installed here. */
  version(): string | undefined;
  /** Starts it on core 0 and settles when it forwards. Fails when it does not within 15 s. */
  start(setup: Setup): Promise<RunningProxy>;
  /** Starts one more that serves TLS with the tests' certificate for localhost (ECDSA P-256), at the port that it gives; absent where it is not compared there. */
  startSecure?(setup: Setup): Promise<RunningProxy>;
}
