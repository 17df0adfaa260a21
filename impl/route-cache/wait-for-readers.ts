import { type Access, NIL } from "../memory/access.ts";
import type { Runner } from "../sync/cpu.ts";
import { pserializePerform } from "../sync/pserialize.ts";
import type { Network } from "./network.ts";

/**
 * Waits until no reader can be at the object that the caller has just unlinked.
 *
 * Under the big lock there are no readers to wait for, and waiting would be a deadlock: a soft interrupt that waits for
 * the lock keeps its CPU from being quiescent.
 */
export function* waitForReaders({ cpus, softnetLock }: Network, runner: Runner): Access {
  if (softnetLock === NIL) yield* pserializePerform(cpus, runner);
}
