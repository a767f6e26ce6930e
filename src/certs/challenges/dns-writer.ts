import { tellOutcome, type CommandRunner } from "../../base/run-command.ts";
import type { DnsOptions } from "../options.ts";
import type { WebhookCaller } from "../webhook.ts";
import type { DnsRecord } from "./dns-record.ts";

/** What is to become of a record. */
export type DnsAction = "present" | "clear";

/** Whether it was done; `why` says what was run and how it ended. */
export type Written = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** Has a record written or taken away. Never rejects. */
export type DnsWriter = (action: DnsAction, record: DnsRecord, signal?: AbortSignal) => Promise<Written>;

/** What runs programs and calls webhooks. */
export interface HookEnv {
  readonly run: CommandRunner;
  readonly call: WebhookCaller;
}

/**
 * Makes a writer that uses the command or the webhook, one call after another: most hooks read a zone, change it and write
 * it back, and two at once would lose a record of a domain or its wildcard.
 */
export function createDnsWriter(options: DnsOptions, { run, call }: HookEnv): DnsWriter {
  let last: Promise<unknown> = Promise.resolve();

  async function write(action: DnsAction, { name, value }: DnsRecord, signal?: AbortSignal): Promise<Written> {
    const { command, webhook, timeout } = options;
    const bounds = { timeout, ...(signal === undefined ? {} : { signal }) };
    if (webhook !== undefined) return call({ url: webhook, body: { action, name, value }, ...bounds });
    if (command === undefined) return { ok: false, why: "dns-01 needs 'dns.command' or 'dns.webhook'" };
    const outcome = await run({ argv: [...command, action, name, value], ...bounds });
    if (outcome.kind === "ended" && outcome.code === 0) return { ok: true };
    return { ok: false, why: `running '${command[0]} … ${action} ${name}': ${tellOutcome(outcome)}` };
  }

  return (action, record, signal) => {
    const written = last.then(() => write(action, record, signal));
    last = written;
    return written;
  };
}
