/** The reading of recorded operations by locks. */
import type { MutexOperation } from "#model/objects/mutex.ts";
import type { OwnerMutexOperation } from "#model/objects/owner-mutex.ts";
import type { Scalar } from "#model/object-shape.ts";
import { memberOf, scalarOf } from "../recorded-value.ts";
import { acknowledged, expected, plainName, unknownFunction } from "./meaning.ts";
import type { Asked, MeaningOr, Reading } from "./meaning.ts";

const KINDS: ReadonlyMap<string, MutexOperation["kind"]> = new Map([
  ["acquire", "acquire"],
  ["lock", "acquire"],
  ["tryacquire", "acquire"],
  ["trylock", "acquire"],
  ["release", "release"],
  ["unlock", "release"],
]);

export function mutexMeaning(asked: Asked, reading: Reading): MeaningOr<MutexOperation, null | false> {
  const kind = KINDS.get(plainName(asked.f));
  if (kind === undefined) return unknownFunction(asked.f, "acquire, release");
  if (asked.argument !== undefined && asked.argument !== null)
    return expected(
      `nothing, or [key nil], as the argument of ${asked.f} (the owner is for owner-mutex)`,
      asked.argument,
    );
  return endedMeaning({ kind }, asked, reading);
}

/** The owner is the argument, or its client field, or else the client itself. */
export function ownerMutexMeaning(asked: Asked, reading: Reading): MeaningOr<OwnerMutexOperation, null | false> {
  const kind = KINDS.get(plainName(asked.f));
  if (kind === undefined) return unknownFunction(asked.f, "acquire, release");
  const owner = ownerOf(asked);
  return owner === undefined
    ? expected("an owner, or nothing where it is the client", asked.argument)
    : endedMeaning({ kind, owner }, asked, reading);
}

function ownerOf({ argument, client }: Asked): Scalar | undefined {
  if (argument === undefined || argument === null) return client;
  const named = memberOf(argument, "owner") ?? memberOf(argument, "client");
  return scalarOf(named === undefined ? argument : named);
}

function endedMeaning<Operation>(
  operation: Operation,
  asked: Asked,
  reading: Reading,
): MeaningOr<Operation, null | false> {
  if (asked.isPending) return { operation, response: undefined };
  const ending = acknowledged(asked, reading);
  return typeof ending === "object" ? ending : { operation, response: ending === "done" ? null : false };
}
