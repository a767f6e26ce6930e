import type { FoundAuthorityView, ReloadResult } from "../admin/views.ts";
import { OperatorError } from "../base/errors.ts";
import type { GoodLoad } from "./generations.ts";
import { formatProblem, type Problem } from "../config/problem.ts";
import type { Surroundings } from "../pipeline/generation.ts";

/** Tells of a reload in log and metrics, and gives what the one who asked for it is told. */
export interface ReloadReport {
  refused(generation: number, problems: readonly Problem[]): ReloadResult;
  /** A reload that threw: an operator's mistake by its message; a fault of ours in the log alone, for the process goes on. */
  failed(generation: number, file: string, fault: unknown): ReloadResult;
  unchanged(generation: number, authorities: readonly FoundAuthorityView[]): ReloadResult;
  applied(generation: number, load: AppliedLoad): ReloadResult;
}

/** A load that is in use now. */
export interface AppliedLoad extends Pick<GoodLoad, "warnings"> {
  /** Options that changed. */
  readonly changes: readonly string[];
  readonly pendingRestart: readonly string[];
  readonly authorities: readonly FoundAuthorityView[];
}

/** Makes the report. */
export function reloadReport({ log, metrics }: Pick<Surroundings, "log" | "metrics">): ReloadReport {
  function refused(generation: number, problems: readonly Problem[]): ReloadResult {
    metrics.reloaded("refused");
    for (const problem of problems) log.error("configuration refused", { at: formatProblem(problem) });
    return { result: "refused", generation, problems };
  }

  return {
    refused,
    failed(generation, file, fault) {
      const mistake = fault instanceof OperatorError;
      if (!mistake) log.error("reload failed", { fault: String((fault as Error).stack ?? fault) });
      const message = mistake ? fault.message : "a fault inside Taxgate; the log has the details";
      return refused(generation, [{ file, line: 1, column: 1, path: "(file)", message }]);
    },
    unchanged(generation, authorities) {
      metrics.reloaded("unchanged");
      log.info("configuration unchanged", { generation });
      return { result: "unchanged", generation, authorities };
    },
    applied(generation, { changes, pendingRestart, warnings, authorities }) {
      metrics.reloaded("applied");
      log.info("configuration applied", { generation, changes: changes.slice(0, 20), pendingRestart });
      for (const warning of warnings) log.warn("configuration warning", { at: formatProblem(warning) });
      return { result: "applied", generation, changes, pendingRestart, warnings, authorities };
    },
  };
}
