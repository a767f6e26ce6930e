/** Methods that are taken where these are: whoever may GET may ask for the head alone (RFC 9110 section 9.3.2). */
export function withHead(methods: readonly string[]): ReadonlySet<string> {
  return new Set(methods.includes("GET") ? [...methods, "HEAD"] : methods);
}
