/**
 * The public surface: everything that a module outside this project may import, as `quiesce`.
 *
 * A list of names and nothing else. Project code imports the file that defines a name; this one is for users' modules,
 * including the examples.
 */

// ---- Accesses to shared memory: each is one `yield`.
export {
  type Access,
  type AccessKind,
  type Address,
  allocate,
  assertHolds,
  atomicAdd,
  atomicAddReturn,
  atomicAddReturnAcquire,
  atomicAddReturnRelaxed,
  atomicAddReturnRelease,
  awaitEqual,
  awaitEqualRelaxed,
  awaitUnequal,
  awaitUnequalRelaxed,
  callRcu,
  cmpxchg,
  cmpxchgAcquire,
  cmpxchgRelaxed,
  cmpxchgRelease,
  free,
  loadAcquire,
  mutexLock,
  mutexUnlock,
  NIL,
  type RcuCallback,
  rcuAssignPointer,
  rcuDereference,
  rcuDereferenceProtected,
  rcuReadLock,
  rcuReadUnlock,
  read,
  readOnce,
  readUnordered,
  smpMb,
  smpMbAfterAtomic,
  smpMbAfterSpinlock,
  smpMbBeforeAtomic,
  smpRmb,
  smpWmb,
  spinLock,
  spinTrylock,
  spinUnlock,
  storeRelease,
  synchronizeRcu,
  write,
  writeOnce,
  writeUnordered,
  xchg,
  xchgAcquire,
  xchgRelaxed,
  xchgRelease,
} from "#impl/memory/access.ts";

// ---- Shared memory: a heap, structs in it, slabs of objects that are allocated and freed.
export { createHeap, type Heap, place, placeSlab } from "#impl/memory/heap.ts";
export { type Fields, type Struct, struct, type StructLayout, withTags } from "#impl/memory/struct.ts";

// ---- Synchronisation made of accesses.
export { readBegin, readRetry, type Seqlock, writeSeqlock, writeSequnlock } from "#impl/sync/seqlock.ts";
export { readLock, readUnlock, writeLock, writeUnlock } from "#impl/sync/rwlock.ts";
export { acquireAlive, acquireUnlessDead, DEAD, markDead, release } from "#impl/sync/refcount.ts";
export { acquireUnlessZero, releaseWasLast } from "#impl/sync/kref.ts";
export { callRcuCounted, countedCallback, rcuBarrier } from "#impl/sync/rcu-barrier.ts";
export { addLast, initialiseLink, Link, LINK_WORDS, memberAfter, takeOut } from "#impl/sync/list.ts";
export { advanceClock, type Clock, placeClock, placeTimedWork } from "#impl/sync/jiffies.ts";
export { DelayedWork, placeDelayedWork, queueDelayedWork, workerLoop } from "#impl/sync/delayed-work.ts";
export { cancelWork, CancellableWork, cancellableLoop, placeCancellableWork } from "#impl/sync/cancellable-work.ts";
export { cancelDelayedWork, modifyDelayedWork } from "#impl/sync/modify-delayed-work.ts";
export { sleepWhile, WaitList, wakeOne } from "#impl/native/wait-list.ts";

// ---- A structure, its model and its operations.
export { defineSystem } from "./systems/define-system.ts";
export {
  type Argument,
  argument,
  type Limit,
  limit,
  type OptionalArgument,
  optional,
  parsedArgument,
  word,
} from "./systems/operation-arguments.ts";
export { type Caller, composite, operation, type Outcome, type Returned } from "./systems/operation-table.ts";
export type { System } from "./systems/system.ts";
export type { Scenario, ScenarioContents } from "./systems/scenario.ts";
export { parseScenario } from "./systems/parse-scenario.ts";
export type { Plan } from "./systems/system-definition.ts";

// ---- A check in a test of any runner, and the scripts that failures leave.
export { reproduce } from "./counterexample/reproduce.ts";
export type { Reproduction } from "./counterexample/reproduction.ts";
export { check, type Checked, type CheckOptions, type TestContext } from "./runner/check.ts";

// ---- Properties and watchers.
export type { Violation } from "#properties/violation.ts";
export type { WatchedAccess, Watcher } from "#properties/watcher.ts";

export type { ProgressCondition } from "#properties/machine/progress-condition.ts";

// ---- Models.
export type { Model } from "#model/model.ts";
export { casRegister } from "#model/objects/cas-register.ts";
export { counter } from "#model/objects/counter.ts";
export { kvMap } from "#model/objects/kv-map.ts";
export { multiRegister } from "#model/objects/multi-register.ts";
export { mutex } from "#model/objects/mutex.ts";
export { priorityQueue } from "#model/objects/priority-queue.ts";
export { queue } from "#model/objects/queue.ts";
export { register } from "#model/objects/register.ts";
export { set } from "#model/objects/set.ts";
export { stack } from "#model/objects/stack.ts";
export {
  counterSteps,
  mapSteps,
  mutexSteps,
  queueSteps,
  registerSteps,
  semaphoreSteps,
  setSteps,
  stackSteps,
} from "#model/objects/word-steps.ts";

// ---- Programs of a few threads.
export { share, thread, threads, type ToyProgram, toyProgram } from "./programs/toy-program.ts";
export { type Exploration, explore, type ExploreOptions, type ExplorerModel } from "./explore/explore.ts";
export type { ExploredProgram } from "./explore/explored-program.ts";
export type { Program, ThreadBody } from "./machine/program.ts";

// ---- Recorded histories, and litmus tests.
export {
  check as checkHistory,
  type CheckOptions as HistoryOptions,
  type CheckVerdict as HistoryVerdict,
} from "#properties/linearizability/check.ts";
export type { History, HistoryOperation } from "#properties/linearizability/history.ts";
export { checkLitmus, type LitmusResult } from "#model/memory/litmus/check-litmus.ts";
export type { LitmusBounds } from "#model/memory/litmus/candidate-search.ts";
export { memoryModels } from "#model/memory/models.ts";

// ---- What quiesce.config.ts exports.
export type { Configuration } from "./host/configuration.ts";
// ---- Unmodified code over SharedArrayBuffer.
export { sharedMemory, type SharedMemoryTest } from "./javascript/shared-memory.ts";
