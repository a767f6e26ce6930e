import { createLasting } from "../lasting.ts";
import { EndpointSlots, type Slots, type SlotsEnv, type SlotsOptions } from "./slots.ts";

/** The slots of all endpoints. They outlive configurations: a reload forgets neither a limit that was learnt nor who has a slot. */
export interface Concurrency {
  /** The slots of this key, made where they are new. Each `use` is followed by one `letGo` with the same options. */
  use(key: string, options: SlotsOptions): Slots;
  letGo(key: string, options: SlotsOptions): void;
  stop(): void;
}

/** Makes an empty table. */
export function createConcurrency(env: SlotsEnv): Concurrency {
  const slots = createLasting<SlotsOptions, EndpointSlots>();
  return {
    use: (key, options) => slots.use(key, options, () => new EndpointSlots(options, env)),
    letGo: slots.letGo,
    stop: slots.stop,
  };
}
