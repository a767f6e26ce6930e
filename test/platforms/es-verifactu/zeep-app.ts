import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { invoiceFields, PATH, type Sold } from "./records.ts";
import type { Booked, SoapApp } from "./soap-app.ts";

const SCRIPT = fileURLToPath(new URL("zeep_app.py", import.meta.url));
/** A Python with zeep and lxml; undefined where there is none. One's own may stand before Debian's, without Debian's packages. */
export const PYTHON = ["python3", "/usr/bin/python3"].find((python) => spawnSync(python, ["-c", "import zeep"]).status === 0);

/** Why tests that need it are skipped; false where they need not be. */
export const WITHOUT_ZEEP: string | false = PYTHON === undefined ? "python3-zeep is not installed" : false;

/** An application that must be ended. */
export interface ZeepApp extends SoapApp {
  end(): void;
}

/** Starts the application; it asks one thing after the other. */
export function zeepApp(wsdl: string, origin: string, patience: number): ZeepApp {
  const child = spawn(PYTHON ?? "python3", [SCRIPT, wsdl, origin + PATH, String(patience / 1000)], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();

  async function ask(asked: object): Promise<unknown> {
    child.stdin.write(`${JSON.stringify(asked)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error("asking the zeep application: it has ended");
    return JSON.parse(value) as unknown;
  }

  return {
    book: async (sold: Sold) => (await ask({ book: invoiceFields(sold) })) as Booked,
    look: async ({ number, date }: Sold) => (await ask({ number, date })) as string[],
    end: () => void child.kill(),
  };
}
