import type { FaultTerms } from "./fault-check.ts";
import type { OperationSpec, PlatformKind } from "./kind.ts";

/** The operation of a request that fits none; faults and counters may name it in every kind. */
export const UNKNOWN = "unknown";

/** An operation that a request's head fits. */
export interface Candidate {
  readonly operation: OperationSpec;
  /** Named groups of the operation's path. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Finds the operation that a request asks for. */
export interface Routes {
  /** Operations that the head fits: those that ask about the body in order, up to and with the first that does not. */
  byHead(method: string, path: string): readonly Candidate[];
  /** Methods that a path knows; empty for a path that does not exist. */
  allow(path: string): readonly string[];
}

const NO_VARIABLES = {};

/** Names of a kind's operations in their order, then `unknown`. */
export function operationNames({ operations }: PlatformKind): readonly string[] {
  return [...operations.map(({ name }) => name), UNKNOWN];
}

/** What a fault set for platforms of a kind may name. */
export function termsOf(kind: PlatformKind): FaultTerms {
  return { operations: operationNames(kind), settings: kind.settings, limits: kind.limits.map(({ name }) => name) };
}

/** Makes the routes of a kind. */
export function createRoutes({ operations }: PlatformKind): Routes {

  function byHead(method: string, path: string): readonly Candidate[] {
    const found: Candidate[] = [];
    for (const operation of operations) {
      const match = operation.methods.includes(method) ? operation.path.exec(path) : null;
      if (!match) continue;
      found.push({ operation, variables: match.groups ?? NO_VARIABLES });
      if (!operation.body) break;
    }
    return found;
  }

  return {
    byHead,
    allow: (path) => [...new Set(operations.filter((operation) => operation.path.test(path)).flatMap(({ methods }) => methods))],
  };
}

/** Says what is wrong with a kind, one message a mistake: names twice, limits that are not there, bodies without a bound. */
export function kindMistakes(kind: PlatformKind): readonly string[] {
  const { operations, limits } = kind;
  const known = limits.map(({ name }) => name);
  return [
    ...twice(operationNames(kind)).map((name) => `operation "${name}" stands twice`),
    ...twice(known).map((name) => `limit "${name}" stands twice`),
    ...operations.flatMap((operation) => operationMistakes(operation, known)),
    ...limits.filter(({ windows, onDemand = false }) => (windows.length === 0 && !onDemand) || windows.some(({ count, ms }) => count < 1 || ms <= 0))
      .map(({ name }) => `limit "${name}" has no window, or one of nothing`),
  ];
}

function operationMistakes({ name, path, body, bound, limit }: OperationSpec, limits: readonly string[]): readonly string[] {
  return [
    ...(body && bound === undefined ? [`operation "${name}" looks at the body and has no bound`] : []),
    ...(limit !== undefined && !limits.includes(limit) ? [`operation "${name}" has the unknown limit "${limit}"`] : []),
    // A sticky or global expression remembers where it stopped, and would match every second time.
    ...(path.global || path.sticky ? [`operation "${name}" has a path with the flag g or y`] : []),
  ];
}

function twice(names: readonly string[]): readonly string[] {
  return names.filter((name, i) => names.indexOf(name) !== i);
}
