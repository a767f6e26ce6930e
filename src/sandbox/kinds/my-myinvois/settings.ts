/** What a test may set: how long validation takes, in milliseconds, and whether unknown tokens are refused. */
export const SETTINGS = { processingMs: 2000, login: true };
