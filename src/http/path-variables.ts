const NO_VARIABLES: Readonly<Record<string, string>> = {};

/**
 * Makes a reader of the variables of a path by its pattern, such as `/sessions/{session}/invoices`; none where it does not
 * match. Decoded, because a number is the same one in a path and in a body; what cannot be decoded stays as it is.
 */
export function pathVariables(pattern: string): (path: string) => Readonly<Record<string, string>> {
  const names = pattern.split("/").flatMap((segment, index) => (/^\{.*\}$/.test(segment) ? [[segment.slice(1, -1), index] as const] : []));
  if (names.length === 0) return () => NO_VARIABLES;
  return (path) => {
    const parts = path.split("/");
    return Object.fromEntries(names.flatMap(([name, index]) => (parts[index] === undefined ? [] : [[name, decoded(parts[index])] as const])));
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
