import { contains, parseNetwork, type Network } from "./cidr.ts";
import { OperatorError } from "./errors.ts";
import { remembered } from "./remembered.ts";

/** Networks that are asked about on every request. */
export interface NetworkSet {
  readonly empty: boolean;
  /** True when the address lies in one of them; what is no address lies in none. */
  has(address: string): boolean;
}

/** Addresses whose answer is remembered. Peers are few (one application, some balancers); strangers only cost a look. */
const REMEMBERED = 1024;

/** Compiles networks; `what` names the option in the OperatorError that a malformed one throws. */
export function networkSet(texts: readonly string[], what: string): NetworkSet {
  const networks = texts.map((text) => network(text, what));
  const lookUp = remembered(REMEMBERED, (address) => networks.some((each) => contains(each, plainAddress(address))));
  const empty = networks.length === 0;
  return { empty, has: (address) => !empty && lookUp(address) };
}

function network(text: string, what: string): Network {
  const parsed = parseNetwork(text);
  if (parsed === null) throw new OperatorError(`read ${what}: "${text}" is no network such as 10.0.0.0/8`);
  return parsed;
}

/** An IPv4 address that a dual-stack socket reports as `::ffff:10.0.0.1`, in its own form; any other as it is. */
export function plainAddress(address: string): string {
  const mapped = address.startsWith("::ffff:") || address.startsWith("::FFFF:");
  return mapped && address.includes(".") ? address.slice(7) : address;
}
