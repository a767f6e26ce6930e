/** A running proxy that the attack suite can be pointed at. */
export interface ProxyUnderTest {
  readonly name: string;
  /** Port of its plain HTTP/1.1 listener on loopback. */
  readonly port: number;
  stop(): Promise<void>;
}
