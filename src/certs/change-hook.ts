import type { Clock } from "../base/clock.ts";
import { instantText } from "../base/instant.ts";
import { tellOutcome, type CommandRunner } from "../base/run-command.ts";
import type { Leaf } from "./leaf.ts";
import type { OnChangeOptions } from "./options.ts";
import type { WebhookCaller } from "./webhook.ts";

/** Tells an administrator's programs that another certificate is in use. */
export interface ChangeHook {
  /** The certificate is in use from now on. While the programs still run for one before, only the latest is remembered. */
  changed(leaf: Pick<Leaf, "names" | "notAfter" | "fingerprint">): void;
  /** Ends what runs and starts nothing more; resolves once nothing runs. */
  stop(): Promise<void>;
}

/** How one of the two went. */
export interface HookOutcome {
  readonly how: "command" | "webhook";
  readonly ok: boolean;
  /** For people; empty where it went well. */
  readonly why: string;
  /** In ms. */
  readonly took: number;
}

/** What it needs. */
export interface ChangeHookEnv {
  /** The certificate's name in the configuration. */
  readonly name: string;
  readonly options: OnChangeOptions;
  readonly clock: Clock;
  readonly run: CommandRunner;
  readonly call: WebhookCaller;
  readonly ran: (outcome: HookOutcome) => void;
}

type News = Parameters<ChangeHook["changed"]>[0];

/** Makes one for a certificate: the command, then the webhook, whatever became of the command; never two rounds at once. */
export function createChangeHook({ name, options, clock, run, call, ran }: ChangeHookEnv): ChangeHook {
  const stopped = new AbortController();
  const bounds = { timeout: options.timeout, signal: stopped.signal };
  let latest: News | null = null;
  let round: Promise<void> | null = null;

  async function command(argv: readonly string[]): Promise<string> {
    const outcome = await run({ argv: [...argv, name], ...bounds });
    return outcome.kind === "ended" && outcome.code === 0 ? "" : `running '${argv[0]}': ${tellOutcome(outcome)}`;
  }

  async function webhook(url: string, { names, notAfter, fingerprint }: News): Promise<string> {
    const outcome = await call({ url, body: { name, names, notAfter: instantText(notAfter), fingerprint }, ...bounds });
    return outcome.ok ? "" : outcome.why;
  }

  async function timed(how: HookOutcome["how"], work: Promise<string>): Promise<void> {
    const since = clock.now();
    const why = await work;
    ran({ how, ok: why === "", why, took: clock.now() - since });
  }

  async function tellAll(): Promise<void> {
    for (let news = latest; news !== null && !stopped.signal.aborted; news = latest) {
      latest = null;
      if (options.command !== undefined) await timed("command", command(options.command));
      if (options.webhook !== undefined && !stopped.signal.aborted) await timed("webhook", webhook(options.webhook, news));
    }
    round = null;
  }

  return {
    changed(leaf) {
      latest = leaf;
      round ??= tellAll();
    },
    async stop() {
      stopped.abort();
      await round;
    },
  };
}
