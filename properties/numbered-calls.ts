/**
 * The calls of a scenario, and the number under which a checker knows each on each object: asked for once, a look-up
 * ever after.
 */
import type { OnlineChecker } from "./linearizability/online.ts";

export interface NumberedCalls<Call> {
  /** @throws RangeError if the scenario has no such operation */
  callAt(number: number): Call;
  /** The checker's number of the call with this number on the object with this identity, 0 for no object. */
  operationId(number: number, identity: number): number;
}

/** @param identitiesMax the largest identity an object may have */
export function numberedCalls<Call, Operation>(
  calls: readonly Call[],
  identitiesMax: number,
  checker: Pick<OnlineChecker<Operation, number>, "internOperation">,
  operationOf: (call: Call, identity: number) => Operation,
): NumberedCalls<Call> {
  /** -1 where the number has not been asked for yet. */
  const operationIds = new Int32Array(calls.length * (identitiesMax + 1)).fill(-1);

  function callAt(number: number): Call {
    const call = calls[number];
    if (call === undefined) throw new RangeError(`operation ${number} is none of the scenario's ${calls.length}`);
    return call;
  }

  return {
    callAt,
    operationId(number, identity) {
      const place = number * (identitiesMax + 1) + identity;
      const known = operationIds[place] ?? -1;
      if (known !== -1) return known;
      const id = checker.internOperation(operationOf(callAt(number), identity));
      operationIds[place] = id;
      return id;
    },
  };
}
