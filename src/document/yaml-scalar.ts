const NULLS: ReadonlySet<string> = new Set(["", "~", "null", "Null", "NULL"]);
const TRUES: ReadonlySet<string> = new Set(["true", "True", "TRUE"]);
const FALSES: ReadonlySet<string> = new Set(["false", "False", "FALSE"]);
const DECIMAL = /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/;
const PREFIXED = /^0(o[0-7]+|x[0-9a-fA-F]+)$/;
const LEADING_ZERO = /^[-+]?0\d+(\.\d*)?$/;

/** Digits with a leading zero and no quotes: a code that a number would cut short. */
export function isUnquotedCode(source: string): boolean {
  return LEADING_ZERO.test(source);
}

/** What a plain scalar means by the core schema of YAML 1.2 (section 10.3); `yes`, `on` and dates are strings there. */
export function resolvePlain(source: string): string | number | boolean | null {
  if (NULLS.has(source)) return null;
  if (TRUES.has(source)) return true;
  if (FALSES.has(source)) return false;
  if (DECIMAL.test(source) || PREFIXED.test(source)) return Number(source);
  return source;
}
