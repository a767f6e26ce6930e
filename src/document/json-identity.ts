/**
 * A text that is the same for JSON values that are equal, and different for all others; null for what equals nothing. `type`
 * and `text` are as a pointer finds them.
 */
export function identityOf(type: string, text: string): string | null {
  switch (type) {
    case "string":
      return `"${text}`;
    case "number":
      return normalNumber(text);
    case "boolean":
    case "null":
      return text;
    default:
      return null;
  }
}

/** A number by its digits, never through a double: `1.0`, `10e-1` and `1` are `1e0`. */
function normalNumber(text: string): string {
  const [, sign = "", units = "", fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = units + fraction;
  let start = 0;
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end--;
  while (start < end && digits[start] === "0") start++;
  if (start === end) return "0";
  // An exponent that is rounded here stays far beyond those of numbers in options.
  return `${sign}${digits.slice(start, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
