import { pino } from "pino";
import type { Clock } from "../base/clock.ts";
import { isoTime } from "./iso-time.ts";
import type { LogOptions } from "./options.ts";
import { createRedactor } from "./redact.ts";
import type { Sink } from "./sink.ts";

/** What goes with an event. Secrets and credentials in it are replaced before it is written. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Tells what happened: one JSON line an event. Events are short texts in lower case, the same each time. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** A log whose owner may change how it works while it runs. */
export interface LogControl extends Log {
  /** From now on only events of this level and above are written. */
  setLevel(level: LogOptions["level"]): void;
  /** From now on these texts are replaced wherever they appear. */
  setSecrets(secrets: readonly string[]): void;
}

/** Names that every line has already. */
const TAKEN: ReadonlySet<string> = new Set(["level", "time", "msg"]);

function withoutTaken(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [TAKEN.has(name) ? `${name}_` : name, value]));
}

/** Makes the log. Events are rare, so each one is handed to the writer at once. */
export function createLog(options: Pick<LogOptions, "level">, env: { readonly clock: Clock; readonly sink: Sink }): LogControl {
  const time = isoTime();
  let redact = createRedactor({ secrets: [] });
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${time(env.clock.wall())}"`,
      formatters: { level: (level) => ({ level }) },
    },
    {
      write(line: string) {
        env.sink.write(line);
        env.sink.flush();
      },
    },
  );
  const at = (level: LogOptions["level"]) => (event: string, fields: LogFields = {}): void => {
    if (logger.isLevelEnabled(level)) logger[level](withoutTaken(redact(fields) as object), "%s", redact(event));
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    setLevel(level) {
      logger.level = level;
    },
    setSecrets(secrets) {
      redact = createRedactor({ secrets });
    },
  };
}
