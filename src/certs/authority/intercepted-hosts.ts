/** As much of a listener as says what it intercepts. */
export interface Intercepting {
  readonly intercept?: { readonly hosts: readonly string[]; readonly authority: string } | undefined;
}

/** All hosts and wildcards that listeners intercept with an authority, each once. */
export function interceptedHosts(listeners: readonly Intercepting[], authority: string): string[] {
  return [...new Set(listeners.flatMap(({ intercept }) => (intercept?.authority === authority ? intercept.hosts : [])))];
}
