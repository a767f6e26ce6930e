import { manualClock } from "../../src/base/clock.ts";
import { createBreaker, type Breaker, type CallOutcome, type HalfOpenMode } from "../../src/upstream/breaker.ts";
import { upstreamOptions } from "../../src/upstream/options.ts";

/** A probe whose results the test gives when it likes. */
function probeByHand() {
  const asked: ((healthy: boolean) => void)[] = [];
  return {
    asked,
    run: () => new Promise<boolean>((resolve) => asked.push(resolve)),
    /** Answers the oldest probe and lets the breaker see it. */
    async answer(healthy: boolean) {
      asked.shift()?.(healthy);
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

/** A breaker on a clock that stands still, with what it told. */
export function setUp(mode: HalfOpenMode = "reads", written: object = {}) {
  const clock = manualClock();
  const probe = probeByHand();
  const moves: string[] = [];
  const breaker = createBreaker(upstreamOptions.parse({ breaker: written }).breaker, {
    clock, mode, probe: probe.run,
    onTransition: (from, to, why) => moves.push(`${from} > ${to}: ${why}`),
  });
  return { clock, probe, moves, breaker };
}

/** Sends one call; false when it is not let in. */
export function call(breaker: Breaker, outcome: CallOutcome, ms = 10): boolean {
  const ticket = breaker.enter();
  if (ticket === 0) return false;
  breaker.leave(ticket, outcome, ms);
  return true;
}

/** Sends failing calls. */
export function fail(breaker: Breaker, times = 5): void {
  for (let i = 0; i < times; i++) call(breaker, "failure");
}
