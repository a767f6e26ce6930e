import type { BanViews } from "../admin/ban-views.ts";
import { isoTime } from "../observe/iso-time.ts";
import type { Log } from "../observe/log.ts";
import type { Bans } from "../waf/bans/bans.ts";

/** What the admin API shows of bans, and does to them. What is lifted stands in the log. */
export function banViews(bans: Bans, log: Log): BanViews {
  const time = isoTime();
  return {
    list: () => bans.list().map(({ address, reason, since, left, refused }) => ({ address, reason, since: time(since), secondsLeft: Math.ceil(left / 1000), refused })),
    lift(address) {
      const lifted = bans.lift(address);
      if (lifted) log.info("ban lifted", { client: address });
      return lifted;
    },
    liftAll() {
      const count = bans.liftAll();
      log.info("bans lifted", { count });
      return count;
    },
  };
}
