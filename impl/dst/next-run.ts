/** Requests the collector's next run, as late as its back-off allows. Under the garbage lock, by the run that ends. */
import { type Access, read, readOnce, write } from "../memory/access.ts";
import { queueDelayedWork } from "../sync/delayed-work.ts";
import { type BackOff, isRounded, roundedDelay } from "./delay.ts";
import type { Dst } from "./dst.ts";
import { Garbage } from "./layout.ts";

/** Nothing is left to collect: no run, and the next entry will make it hurry. */
export function* sleepUntilGarbage({ garbage, limits }: Dst): Access {
  yield write(Garbage.growth(garbage), limits.maxTicks);
}

/** The back-off at present. */
export function* readBackOff({ garbage }: Dst): Access<BackOff> {
  const delay = yield read(Garbage.delay(garbage));
  const growth = yield read(Garbage.growth(garbage));
  return { delay, growth };
}

/**
 * Stores the back-off and requests a run after its delay; a run that is already requested stays as it is, and is no
 * later.
 */
export function* askForRun(dst: Dst, { delay, growth }: BackOff): Access {
  yield write(Garbage.delay(dst.garbage), delay);
  yield write(Garbage.growth(dst.garbage), growth);
  let ticks = delay;
  if (isRounded(delay, dst.limits)) {
    const now = yield readOnce(dst.jiffies);
    ticks = roundedDelay(delay, now, dst.limits);
  }
  yield* queueDelayedWork(dst.work, ticks, dst.jiffies);
}
