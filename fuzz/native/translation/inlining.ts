/**
 * Inlines the simplest accesses and the addresses of fields, on real threads.
 *
 * The engine inlines small functions up to a limit for each function that it compiles, and the many accesses of a
 * lookup reach it. The inlined code means the same as the functions of impl/native/atomics.ts.
 */
import type { NodePath } from "@babel/traverse";
import type * as t from "@babel/types";
import type SourceText from "magic-string";
import { endOf, startOf } from "./position.ts";
import { importOf } from "./procedures.ts";

/** The heap, as modules import it from the module of atomics. */
export const HEAP_NAME = "$words";

export interface Inlining {
  /** The module's specifier for the module of atomics. */
  readonly atomics: string;
  /** The place of an object's field, if the name imported from there is a struct with such a field. */
  placeOf(specifier: string, name: string, field: string): FieldPlace | undefined;
}

/** A field of the object at `base` is at `factor * base + offset`. */
export interface FieldPlace {
  readonly factor: number;
  readonly offset: number;
}

/** The texts before, between and after the arguments of an access. */
const WRITTEN_OUT: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    ["read", "readUnordered", "rcuDereferenceProtected"].map((name) => [name, [`${HEAP_NAME}[`, "]"]]),
  ),
  ...Object.fromEntries(["write", "writeUnordered"].map((name) => [name, [`${HEAP_NAME}[`, "] = ", " "]])),
  ...Object.fromEntries(
    ["readOnce", "loadAcquire", "rcuDereference"].map((name) => [name, [`Atomics.load(${HEAP_NAME}, `, ")"]]),
  ),
  ...Object.fromEntries(
    ["writeOnce", "storeRelease", "rcuAssignPointer"].map((name) => [
      name,
      [`Atomics.store(${HEAP_NAME}, `, ", ", ")"],
    ]),
  ),
  ...Object.fromEntries(
    ["cmpxchg", "cmpxchgAcquire", "cmpxchgRelaxed", "cmpxchgRelease"].map((name) => [
      name,
      [`Atomics.compareExchange(${HEAP_NAME}, `, ", ", ", ", ")"],
    ]),
  ),
  ...Object.fromEntries(
    ["xchg", "xchgAcquire", "xchgRelaxed", "xchgRelease"].map((name) => [
      name,
      [`Atomics.exchange(${HEAP_NAME}, `, ", ", ")"],
    ]),
  ),
  atomicAdd: [`Atomics.add(${HEAP_NAME}, `, ", ", ")"],
};

/** Inlines the access with that name; returns whether it did. */
export function writeAccessOut(call: t.CallExpression, name: string, text: SourceText): boolean {
  const around = WRITTEN_OUT[name];
  if (around === undefined || around.length !== call.arguments.length + 1) return false;
  return writeAround(call, around, text);
}

/** Inlines the address of a field, `Peer.left(peer)`, if the call is one. */
export function writeFieldOut(call: NodePath<t.CallExpression>, { placeOf }: Inlining, text: SourceText): void {
  const { callee } = call.node;
  if (
    callee.type !== "MemberExpression" ||
    callee.computed ||
    callee.object.type !== "Identifier" ||
    callee.property.type !== "Identifier"
  )
    return;
  const binding = call.scope.getBinding(callee.object.name);
  if (binding === undefined || !binding.path.isImportSpecifier() || call.node.arguments.length !== 1) return;
  const from = importOf(binding.path);
  const { imported } = binding.path.node;
  const place =
    from === undefined || imported.type !== "Identifier"
      ? undefined
      : placeOf(from, imported.name, callee.property.name);
  if (place !== undefined)
    writeAround(call.node, ["((", `)${place.factor === 1 ? "" : ` * ${place.factor}`} + ${place.offset})`], text);
}

/** Keeps the arguments, and puts these texts before, between and after them. */
function writeAround(call: t.CallExpression, around: readonly string[], text: SourceText): boolean {
  const parts = call.arguments;
  if (parts.some((part) => part.type === "SequenceExpression" || part.type === "SpreadElement")) return false;
  let from = startOf(call);
  for (const [index, part] of parts.entries()) {
    text.overwrite(from, startOf(part), String(around[index]));
    from = endOf(part);
  }
  text.overwrite(from, endOf(call), String(around[parts.length]));
  return true;
}
