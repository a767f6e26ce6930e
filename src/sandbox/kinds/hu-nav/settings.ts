/** What tests may change about the simulated NAV. */
export const SETTINGS = {
  /** How long an invoice is RECEIVED, PROCESSING and SAVED, a third each, in ms. */
  processingMs: 1500,
  /** Whether an address may ask once a second; it is not certain that NAV's limit covers version 3. */
  throttled: true,
  /** By how much each request beyond that is held back, in ms. */
  delayMs: 4000,
};
