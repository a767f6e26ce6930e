import { createBallast } from "../../base/ballast.ts";

/** Room that is kept so that outcomes can still be written when the disk is full. */
export interface Reserve {
  /** True while the room has been given up: new entries are refused. */
  spent(): boolean;
  /** Gives it up; false where it was given up before. */
  spend(now: number): boolean;
  /** Takes it again once there is room; looks at most once a second (monotonic ms). */
  refill(now: number): void;
}

/** Looking for room is a call of the system; it is not made for each group. */
const LOOK_EVERY = 1000;

/** Takes `bytes` of the disk. A disk that has them not is full from the start: new entries would use up what outcomes need. */
export function openReserve(file: string, bytes: number): Reserve {
  const ballast = createBallast(file, bytes);
  let looked = Number.NEGATIVE_INFINITY;
  return {
    spent: () => !ballast.held(),
    spend(now) {
      looked = now;
      return ballast.free();
    },
    refill(now) {
      if (ballast.held() || now - looked < LOOK_EVERY) return;
      looked = now;
      ballast.restore();
    },
  };
}
