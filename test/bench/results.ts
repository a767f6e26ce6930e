import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Figures } from "./budgets.ts";
import type { Measured } from "./figures.ts";

/** What is kept of a run: enough to compare it with another, nothing that names the machine. */
export interface Results {
  readonly date: string;
  readonly machine: { readonly cpu: string; readonly cores: number };
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: Figures;
  readonly measured: Omit<Measured, "samples"> & { readonly samples: Readonly<Record<string, unknown>> };
}

/** Puts a run's results into the form in which they are kept. */
export function resultsOf(measured: Measured, figures: Figures, versions: Readonly<Record<string, string>>): Results {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    machine: { cpu: processors[0]?.model.trim() ?? "unknown", cores: processors.length },
    versions: { node: process.versions.node, ...versions },
    figures,
    measured: { ...measured, samples: Object.fromEntries(measured.samples) },
  };
}

/** The file in the results folder that a run of this moment belongs into. */
export function keptFile({ date }: Results): string {
  const name = `${date.slice(0, 16).replaceAll(":", "")}.json`;
  return join(fileURLToPath(new URL("./results/", import.meta.url)), name);
}

/** Writes results as JSON, making the folder where it is missing. */
export function writeResults(file: string, results: Results): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, rounded, 2)}\n`);
}

/** Digits past the third say nothing and make comparing files hard. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Math.round(value * 1000) / 1000 : value;
}
