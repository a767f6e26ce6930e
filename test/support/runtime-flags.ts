/** What the launcher, the image and the service unit hand to Node: whoever measures the product measures it with these. */
export const RUNTIME_FLAGS: readonly string[] = ["--max-semi-space-size=8"];
