import type { AcmeFailure } from "./issuer.ts";

/** Why a step did not come about. */
export interface Fault {
  readonly failure: AcmeFailure;
  /** Type of the authority's problem document behind `urn:ietf:params:acme:error:`; null: there was none, or another one. */
  readonly problem: string | null;
  /** Status of the answer; null: none came. */
  readonly status: number | null;
}

/** What a step gives, or why it gave nothing. */
export type Step<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

/** A fault. */
export interface Failed {
  readonly ok: false;
  readonly fault: Fault;
}

/** Longest text of somebody else that is told on. */
const LONGEST = 600;

/** A step that worked. */
export function done<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** A step that failed; what more is known of it in `known`. */
export function failed(kind: AcmeFailure["kind"], detail: string, known: { readonly retryAfter?: number | null; readonly problem?: string | null; readonly status?: number | null } = {}): Failed {
  const { retryAfter = null, problem = null, status = null } = known;
  return { ok: false, fault: { failure: { kind, detail, retryAfter }, problem, status } };
}

/** Somebody stopped it. */
export function stopped(doing: string): Failed {
  return failed("stopped", `${doing}: stopped`);
}

/** A text of somebody else on one line, without what could forge one, and not too long. */
export function tame(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST)}…`;
}
