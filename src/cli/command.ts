import type { Exit } from "./exit-codes.ts";
import type { World } from "./world.ts";

/** Where a command reads and writes. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True where `out` is a terminal. */
  readonly tty: boolean;
}

/** A command as it was called, its arguments checked for number and its options for spelling. */
export interface Call {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly io: Io;
  readonly world: World;
}

/** An option such as `--role ROLE`. */
export interface CommandOption {
  readonly flags: string;
  readonly help: string;
  readonly choices?: readonly string[];
  readonly required?: boolean;
}

/** One command of the table. */
export interface Command {
  readonly name: string;
  /** Arguments in commander's form: `<file>`, `[file]`. */
  readonly args: readonly { readonly form: string; readonly help: string; readonly preset?: string }[];
  readonly summary: string;
  readonly options: readonly CommandOption[];
  /** Shown by `--help`, without the program's name. */
  readonly examples: readonly string[];
  readonly run: (call: Call) => Promise<Exit>;
}

/** The file that commands read when none is named. */
export const DEFAULT_FILE = "config/taxgate.yaml";

/** The argument of commands that read a configuration. */
export const FILE_ARGUMENT = { form: "[file]", help: "the configuration", preset: DEFAULT_FILE };
