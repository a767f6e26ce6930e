/** What counts on through reloads: new options change what it allows and forget nothing. */
export interface Configurable<Options> {
  configure(options: Options): void;
  stop(): void;
}

/** Things that outlive configurations, by key. One lasts from the first configuration that uses it to the last that lets it go. */
export interface Lasting<Options, Thing> {
  /** The thing of this key, which goes by these options from now on; `make` makes it where it is new. Each use is followed by one `letGo` with the same options. */
  use(key: string, options: Options, make: () => Thing): Thing;
  letGo(key: string, options: Options): void;
  all(): Thing[];
  /** Stops all of them, and forgets none. */
  stop(): void;
}

interface Used<Options, Thing> {
  readonly thing: Thing;
  /** What each configuration that uses it says of it; the newest one counts. */
  readonly said: Options[];
}

/** Makes an empty table. */
export function createLasting<Options, Thing extends Configurable<Options>>(): Lasting<Options, Thing> {
  const table = new Map<string, Used<Options, Thing>>();
  const all = (): Thing[] => [...table.values()].map(({ thing }) => thing);
  return {
    all,
    use(key, options, make) {
      const known = table.get(key);
      if (known !== undefined) {
        known.said.push(options);
        known.thing.configure(options);
        return known.thing;
      }
      const thing = make();
      table.set(key, { thing, said: [options] });
      return thing;
    },
    letGo(key, options) {
      const used = table.get(key);
      if (used === undefined) return;
      const newest = used.said.at(-1);
      used.said.splice(used.said.lastIndexOf(options), 1);
      const left = used.said.at(-1);
      if (left === undefined) {
        table.delete(key);
        used.thing.stop();
      } else if (left !== newest) {
        // A configuration that was not taken over after all changes nothing.
        used.thing.configure(left);
      }
    },
    stop() {
      for (const thing of all()) thing.stop();
    },
  };
}
