/** Something that runs until it is stopped. */
export interface Stoppable {
  stop(): void | Promise<void>;
}

/** Collects what was started, to stop it in reverse order. */
export interface Lifetime {
  /** Stops everything, the last one first. */
  stop(): Promise<void>;
  /** Adds a thing and gives it back. */
  own<T extends Stoppable>(thing: T): T;
}

/** Makes an empty lifetime. `stop` stops everything even when one of them fails, then throws the first fault. */
export function lifetime(): Lifetime {
  const owned: Stoppable[] = [];
  return {
    own(thing) {
      owned.push(thing);
      return thing;
    },
    async stop() {
      const faults: unknown[] = [];
      for (let thing = owned.pop(); thing !== undefined; thing = owned.pop()) {
        try {
          await thing.stop();
        } catch (fault) {
          faults.push(fault);
        }
      }
      if (faults.length > 0) throw faults[0];
    },
  };
}
