/** Operations as the examples of porcupine, a checker in Go, write them: its register, key-value and etcd models. */
import { expect, test } from "vitest";
import { porcupineInput, porcupineOutput } from "./porcupine-operation.ts";

test("an input with field names is read by the meaning of the names", () => {
  expect(porcupineInput({ op: 1, key: "a", value: "x" })).toEqual({ f: "put", key: "a", argument: "x" });
  expect(porcupineInput({ Op: 2, Key: "a", Value: "y" })).toEqual({ f: "append", key: "a", argument: "y" });
  expect(porcupineInput({ op: 0, key: "a", value: "" })).toEqual({ f: "get", key: "a", argument: null });
  expect(porcupineInput({ op: true, value: 0 })).toEqual({ f: "read", key: undefined, argument: null });
  expect(porcupineInput({ op: false, value: 7 })).toEqual({ f: "write", key: undefined, argument: 7 });
  expect(porcupineInput({ op: 1, arg1: 3, arg2: 0 })).toEqual({ f: "write", key: undefined, argument: 3 });
  expect(porcupineInput({ op: 2, arg1: 3, arg2: 4 })).toEqual({ f: "cas", key: undefined, argument: [3, 4] });
  expect(porcupineInput({ op: "Enqueue", value: 4 })).toEqual({ f: "enqueue", key: undefined, argument: 4 });
});

test("an input without field names is an operation and at most two values", () => {
  expect(porcupineInput([true, 0])).toEqual({ f: "read", key: undefined, argument: null });
  expect(porcupineInput([false, 5])).toEqual({ f: "write", key: undefined, argument: 5 });
  expect(porcupineInput([1, "a", "x"])).toEqual({ f: "put", key: "a", argument: "x" });
  expect(porcupineInput([2, 3, 4])).toEqual({ f: "cas", key: undefined, argument: [3, 4] });
  expect(porcupineInput([0, 1, 2, 3])).toContain("at most two values");
  expect(porcupineInput([9])).toContain("expected an input with the names of its fields");
});

test("an input that names no operation says what is expected", () => {
  expect(porcupineInput("put")).toBe("expected a struct with the operation's name as its input");
  expect(porcupineInput({ key: "a" })).toContain("expected the operation's name");
  expect(porcupineInput({ op: 9 })).toContain("expected the operation's name");
  expect(porcupineInput({ op: "" })).toContain("expected the operation's name");
});

test("a field without a meaning is an error, unless nobody set it", () => {
  expect(porcupineInput({ op: 1, value: 2, colour: "red" })).toContain("field colour");
  expect(porcupineInput({ op: 1, value: 2, colour: "", inner: { a: 0, b: { c: null } } })).toMatchObject({
    f: "write",
  });
  expect(porcupineInput({ op: 1, value: 2, inner: { a: 1 } })).toContain("field inner");
  expect(porcupineOutput("read", { value: 2, colour: "red" })).toContain("field colour");
});

test("the output of a read is its value, null where it does not exist, nothing where nobody saw it", () => {
  expect(porcupineOutput("read", 3)).toEqual({ result: 3 });
  expect(porcupineOutput("get", { value: "x" })).toEqual({ result: "x" });
  expect(porcupineOutput("read", { ok: true, exists: true, value: 4, unknown: false })).toEqual({ result: 4 });
  expect(porcupineOutput("read", { ok: false, exists: false, value: 0, unknown: false })).toEqual({ result: null });
  expect(porcupineOutput("read", { unknown: true })).toEqual({ result: undefined });
  expect(porcupineOutput("read", {})).toBe("expected the value read in the output");
});

test("the output of a cas is whether it was done, and that of a write is not looked at", () => {
  expect(porcupineOutput("cas", { ok: true, exists: false, value: 0, unknown: false })).toEqual({ result: true });
  expect(porcupineOutput("cas", { ok: false, exists: false, value: 0, unknown: false })).toEqual({ result: false });
  expect(porcupineOutput("cas", { ok: true })).toEqual({ result: true });
  expect(porcupineOutput("put", { ok: false, nonsense: 1 })).toEqual({ result: null });
});

test("an output with an error other than a missing key is refused", () => {
  expect(porcupineOutput("get", { err: "ErrNoKey", value: "" })).toEqual({ result: "" });
  expect(porcupineOutput("get", { err: "OK", value: "x" })).toEqual({ result: "x" });
  expect(porcupineOutput("get", { err: "ErrWrongLeader", value: "" })).toContain("ErrWrongLeader");
});
