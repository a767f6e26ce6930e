import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const NEWMAN = fileURLToPath(new URL("../../../node_modules/newman/bin/newman.js", import.meta.url));
const COLLECTION = fileURLToPath(new URL("./collection.json", import.meta.url));
const AUTHORITY = fileURLToPath(new URL("../../support/tls/ca.pem", import.meta.url));
const RUN_BOUND_MS = 40_000;

/** A row of the collection's data: documents that are submitted together. */
export interface BatchRow {
  readonly client: string;
  readonly codes: readonly string[];
}

/** What the application was left with. */
export interface Left {
  /** Rows of which every test of the last run passed. */
  readonly done: readonly BatchRow[];
  readonly failed: readonly BatchRow[];
  readonly runs: number;
  /** Statuses of the answers to submissions, in order; 0 where none came. */
  readonly told: readonly number[];
}

interface Report {
  readonly run: { readonly executions: readonly Execution[] };
}

interface Execution {
  readonly cursor: { readonly iteration: number };
  readonly item: { readonly name: string };
  readonly response?: { readonly code: number };
  readonly requestError?: unknown;
  readonly assertions?: readonly { readonly error?: unknown }[];
}

/** How it goes about it. Times in milliseconds. */
export interface Manners {
  readonly folder: string;
  readonly patience: number;
  readonly pollEvery: number;
  readonly runs: number;
}

/** An application that runs the collection, and runs it again for the rows of which something failed. */
export async function runCollection(origin: string, rows: readonly BatchRow[], manners: Manners): Promise<Left> {
  const told: number[] = [];
  let failed = rows;
  let runs = 0;
  for (; failed.length > 0 && runs < manners.runs; runs++) {
    const { run } = await newman(origin, failed, manners);
    told.push(...run.executions.filter(({ item }) => item.name === "submit documents").map(({ response }) => response?.code ?? 0));
    failed = failed.filter((_, index) => !isDone(run.executions.filter(({ cursor }) => cursor.iteration === index)));
  }
  return { done: rows.filter((row) => !failed.includes(row)), failed, runs, told };
}

function isDone(executions: readonly Execution[]): boolean {
  const isSeen = executions.some(({ item }) => item.name === "get document details");
  return isSeen && executions.every(({ requestError, assertions = [] }) => requestError === undefined && assertions.every(({ error }) => error === undefined));
}

async function newman(origin: string, rows: readonly BatchRow[], { folder, patience, pollEvery }: Manners): Promise<Report> {
  const [data, report] = [join(folder, "rows.json"), join(folder, "report.json")];
  writeFileSync(data, JSON.stringify(rows));
  const variables = Object.entries({ idBaseUrl: origin, apiBaseUrl: origin, clientSecret: "secret", pollEvery }).flatMap(([name, value]) => ["--env-var", `${name}=${value}`]);
  const options = ["--iteration-data", data, ...variables, "--ssl-extra-ca-certs", AUTHORITY, "--timeout-request", String(patience), "--reporters", "json", "--reporter-json-export", report, "--suppress-exit-code"];
  await new Promise<void>((resolve, reject) => {
    execFile(process.execPath, ["--no-deprecation", NEWMAN, "run", COLLECTION, ...options], { cwd: folder, timeout: RUN_BOUND_MS }, (fault, stdout, stderr) => {
      if (fault === null) resolve();
      else reject(new Error(`running newman: ${fault.message} ${stdout} ${stderr}`));
    });
  });
  return JSON.parse(readFileSync(report, "utf8")) as Report;
}
