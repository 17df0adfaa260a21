/** The reading of recorded operations by locks. */
import type { MutexOperation } from "#model/objects/mutex.ts";
import type { OwnerMutexOperation } from "#model/objects/owner-mutex.ts";
import type { Scalar } from "#model/object-shape.ts";
import { memberOf, scalarOf } from "../recorded-value.ts";
import { acknowledged, expected, plainName, unknownFunction } from "./meaning.ts";
import type { RecordedCall, MeaningOr, Reading } from "./meaning.ts";

const KINDS: ReadonlyMap<string, MutexOperation["kind"]> = new Map([
  ["acquire", "acquire"],
  ["lock", "acquire"],
  ["tryacquire", "acquire"],
  ["trylock", "acquire"],
  ["release", "release"],
  ["unlock", "release"],
]);

export function mutexMeaning(call: RecordedCall, reading: Reading): MeaningOr<MutexOperation, null | false> {
  const kind = KINDS.get(plainName(call.f));
  if (kind === undefined) return unknownFunction(call.f, "acquire, release");
  if (call.argument !== undefined && call.argument !== null)
    return expected(
      `nothing, or [key nil], as the argument of ${call.f} (the owner is for owner-mutex)`,
      call.argument,
    );
  return endedMeaning({ kind }, call, reading);
}

/** The owner is the argument, or its client field, or else the client itself. */
export function ownerMutexMeaning(call: RecordedCall, reading: Reading): MeaningOr<OwnerMutexOperation, null | false> {
  const kind = KINDS.get(plainName(call.f));
  if (kind === undefined) return unknownFunction(call.f, "acquire, release");
  const owner = ownerOf(call);
  return owner === undefined
    ? expected("an owner, or nothing where it is the client", call.argument)
    : endedMeaning({ kind, owner }, call, reading);
}

function ownerOf({ argument, client }: RecordedCall): Scalar | undefined {
  if (argument === undefined || argument === null) return client;
  const named = memberOf(argument, "owner") ?? memberOf(argument, "client");
  return scalarOf(named === undefined ? argument : named);
}

function endedMeaning<Operation>(
  operation: Operation,
  call: RecordedCall,
  reading: Reading,
): MeaningOr<Operation, null | false> {
  if (call.isPending) return { operation, response: undefined };
  const ending = acknowledged(call, reading);
  return typeof ending === "object" ? ending : { operation, response: ending === "done" ? null : false };
}
