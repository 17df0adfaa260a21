/** A file system of inodes and blocks, each with its own lock. */
import { type Access, mutexLock, mutexUnlock, readOnce, writeOnce } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { sctBench, share, threads, type ToyBody, type ToyProgram, toyProgram } from "./toy-program.ts";

/** Each thread gives an inode a block if it has none: the first free block at or after twice the inode's number. */
function fileSystem(
  heap: Heap,
  threadCount: number,
  inodes: number,
  blocks: number,
  inodeOf: (me: number) => number,
): ToyBody {
  // The inode locks come last: the words after them belong to no object.
  const at = share(heap, "fs", { busy: blocks, inode: inodes, blockLocks: blocks, inodeLocks: inodes });
  function* allocateBlock(inode: number): Access {
    yield mutexLock(at.inodeLocks + inode);
    if ((yield readOnce(at.inode + inode)) === 0) {
      for (let block = (inode * 2) % blocks, tries = 0; tries < blocks; block = (block + 1) % blocks, tries++) {
        yield mutexLock(at.blockLocks + block);
        if ((yield readOnce(at.busy + block)) === 0) {
          yield writeOnce(at.busy + block, 1);
          yield writeOnce(at.inode + inode, block + 1);
          yield mutexUnlock(at.blockLocks + block);
          break;
        }
        yield mutexUnlock(at.blockLocks + block);
      }
    }
    yield mutexUnlock(at.inodeLocks + inode);
  }
  return { threads: threads("thread", threadCount, (me) => allocateBlock(inodeOf(me))) };
}

const INODES = 26;

export const fileSystems: readonly ToyProgram[] = [
  toyProgram({
    name: "filesystem",
    about: "inodes and blocks, each with its own mutex",
    parameters: { N: 3, NI: 4, NB: 3 },
    build: (heap, { N, NI, NB }) => fileSystem(heap, N, NI, NB, (me) => me % NI),
  }),
  toyProgram({
    name: "fsbench_bad",
    about: `${INODES + 1} threads, each at the inode of its number, of ${INODES} inodes and as many blocks`,
    source: sctBench,
    parameters: {},
    bug: {
      what: `thread ${INODES + 1} uses the lock after the last of ${INODES}, on every schedule`,
      depth: 1,
      violates: ["memory-safety"],
    },
    build: (heap) => fileSystem(heap, INODES + 1, INODES, INODES, (me) => me),
    corrected: (heap) => fileSystem(heap, INODES, INODES, INODES, (me) => me),
  }),
];
