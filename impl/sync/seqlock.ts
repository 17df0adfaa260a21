/**
 * A sequence lock: writers exclude one another; readers take nothing and find out afterwards whether a writer entered.
 *
 * The sequence is odd while a writer is inside. `lock` guards writes to it, so a writer reads it plainly; all other
 * threads use marked loads. The two smpWmb keep a writer's writes between its two increments; they pair with the two
 * smpRmb, which keep a reader's reads between its two reads of the sequence.
 *
 * Source: Linux include/linux/seqlock.h.
 */
import {
  type Access,
  type Address,
  awaitEqual,
  read,
  readOnce,
  smpRmb,
  smpWmb,
  spinLock,
  spinUnlock,
  writeOnce,
} from "../memory/access.ts";

/** The two words of a sequence lock. */
export interface Seqlock {
  readonly lock: Address;
  readonly sequence: Address;
}

/** Enters as the writer; waits for the writer before. No sleeping until {@link writeSequnlock}. */
export function* writeSeqlock({ lock, sequence }: Seqlock): Access {
  yield spinLock(lock);
  const even = yield read(sequence);
  yield writeOnce(sequence, (even + 1) | 0);
  yield smpWmb();
}

/** Leaves as the writer: readers that began before {@link writeSeqlock} will see that the sequence moved. */
export function* writeSequnlock({ lock, sequence }: Seqlock): Access {
  yield smpWmb();
  const odd = yield read(sequence);
  yield writeOnce(sequence, (odd + 1) | 0);
  yield spinUnlock(lock);
}

/** Waits until no writer is inside; returns the sequence to pass to {@link readRetry}. */
export function* readBegin({ sequence }: Seqlock): Access<number> {
  const even = yield awaitEqual(sequence, 1, 0);
  yield smpRmb();
  return even;
}

/**
 * Did a writer enter since the {@link readBegin} that returned `begun`? Then the values read in between prove nothing.
 */
export function* readRetry({ sequence }: Seqlock, begun: number): Access<boolean> {
  yield smpRmb();
  const found = yield readOnce(sequence);
  return found !== begun;
}
