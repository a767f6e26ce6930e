import type { Leaf } from "./leaf.ts";
import type { ChangeHook } from "./change-hook.ts";
import type { CertificateOptions, OnChangeOptions } from "./options.ts";

/** The hooks of all certificates that have one. */
export interface ChangeHooks {
  /** Takes those of a configuration; one that is the same goes on. */
  configure(certificates: Readonly<Record<string, CertificateOptions>>): void;
  changed(name: string, leaf: Leaf): void;
  stop(): Promise<void>;
}

/** Makes an empty table; `make` makes the hook of a certificate. */
export function createChangeHooks(make: (name: string, options: OnChangeOptions) => ChangeHook): ChangeHooks {
  const hooks = new Map<string, { readonly written: string; readonly hook: ChangeHook }>();
  const ending = new Set<Promise<void>>();

  function end(name: string, hook: ChangeHook): void {
    hooks.delete(name);
    const ended: Promise<void> = hook.stop().finally(() => ending.delete(ended));
    ending.add(ended);
  }

  return {
    configure(certificates) {
      for (const [name, { written, hook }] of hooks) if (JSON.stringify(certificates[name]?.onChange) !== written) end(name, hook);
      for (const [name, { onChange }] of Object.entries(certificates)) {
        if (onChange !== undefined && !hooks.has(name)) hooks.set(name, { written: JSON.stringify(onChange), hook: make(name, onChange) });
      }
    },
    changed: (name, leaf) => hooks.get(name)?.hook.changed(leaf),
    async stop() {
      for (const [name, { hook }] of hooks) end(name, hook);
      await Promise.all(ending);
    },
  };
}
