import { OperatorError } from "../base/errors.ts";
import type { CertificateOptions } from "./options.ts";

/** Remembers by certificate why what stands in its files was refused when it was last read. */
export interface RefusedFiles {
  /**
   * Makes something of every certificate of a configuration; what `make` refuses of files is noted in the place of all before.
   * Rejects with the first fault. Behind it only files are looked at: all that are broken are to be named, and nothing is to be made.
   */
  readAll<Made>(certificates: Readonly<Record<string, CertificateOptions>>, make: (name: string, options: CertificateOptions) => Promise<Made>): Promise<ReadonlyMap<string, Made>>;
  /** Notes more of them. */
  note(reasons: ReadonlyMap<string, string>): void;
  /** All files hold what is used. */
  forget(): void;
  /** For people; null: nothing was refused. */
  why(name: string): string | null;
}

/** Makes an empty memory. */
export function createRefusedFiles(): RefusedFiles {
  let refused: ReadonlyMap<string, string> = new Map();
  return {
    async readAll<Made>(certificates: Readonly<Record<string, CertificateOptions>>, make: (name: string, options: CertificateOptions) => Promise<Made>) {
      const made = new Map<string, Made>();
      const faults: { readonly name: string; readonly fault: unknown }[] = [];
      for (const [name, options] of Object.entries(certificates)) {
        if (faults.length > 0 && options.files === undefined) continue;
        await make(name, options).then((one) => void made.set(name, one), (fault: unknown) => void faults.push({ name, fault }));
      }
      refused = new Map(faults.flatMap(({ name, fault }) => (certificates[name]?.files !== undefined && fault instanceof OperatorError ? [[name, fault.message.replace(`certificates.${name}: `, "")]] : [])));
      const [first] = faults;
      if (first !== undefined) throw first.fault as Error;
      return made;
    },
    note(reasons) {
      refused = new Map([...refused, ...reasons]);
    },
    forget() {
      refused = new Map();
    },
    why: (name) => refused.get(name) ?? null,
  };
}
