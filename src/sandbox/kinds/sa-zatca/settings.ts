/** What a test may set: hours for which a hash is remembered, whether unknown credentials are refused, and whether clearance is switched on. */
export const SETTINGS = { rememberedHours: 24, login: true, clearance: true };
