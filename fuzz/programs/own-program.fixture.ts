/** A toy program as a user writes one, complete in this file. */
import { assertHolds, cmpxchg, readOnce, writeOnce } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { increase, share, threads, type ToyBody, toyProgram } from "./toy-program.ts";

function runOnce(heap: Heap, runners: number, claim: "look, then set" | "compare and exchange"): ToyBody {
  const at = share(heap, "once", { claimed: 1, runs: 1 });
  return {
    threads: threads("runner", runners, function* () {
      if (claim === "look, then set") {
        if ((yield readOnce(at.claimed)) !== 0) return;
        yield writeOnce(at.claimed, 1);
      } else if ((yield cmpxchg(at.claimed, 0, 1)) !== 0) return;
      const runs = yield* increase(at.runs);
      yield assertHolds(runs === 1, `it has run ${runs} times`);
    }),
  };
}

export const program = toyProgram({
  name: "run-once",
  about: "N threads want to run a function once",
  parameters: { N: 2 },
  bug: { what: "a second thread looks before the first has set the flag", depth: 2, violates: ["assertion"] },
  build: (heap, { N }) => runOnce(heap, N, "look, then set"),
  corrected: (heap) => runOnce(heap, 2, "compare and exchange"),
});
