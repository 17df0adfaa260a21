import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { decideFile } from "#fuzz/campaign/history/decide-file.fixture.ts";
import type { CheckResult } from "#fuzz/campaign/history/check-task.ts";
import { exclusionOf } from "./exclusion.ts";
import { valueOfText } from "./value-of-text.ts";

const scratch = mkdtempSync(join(tmpdir(), "outcomes-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const field = join(import.meta.dirname, "../../../shared/data/field");

interface Options {
  readonly initial?: string;
  readonly capacity?: number;
  readonly exclude?: readonly string[];
}

function decide(path: string, model: string, { initial, capacity, exclude = [] }: Options = {}): Promise<CheckResult> {
  return decideFile({
    file: path,
    model,
    initial: initial === undefined ? undefined : valueOfText(initial),
    capacity,
    exclude: exclude.flatMap((each) => exclusionOf(each) ?? []),
    condition: "linearizability",
    timeMs: undefined,
    keys: "split",
    method: "automatic",
  });
}

let files = 0;
async function verdict(text: string, model: string, options?: Options): Promise<string> {
  files += 1;
  const path = join(scratch, `history-${files}`);
  writeFileSync(path, text);
  const result = await decide(path, model, options);
  return result.kind === "fault" ? result.fault.replace(path, "FILE") : result.outcome.kind;
}

/** JSON arrays of sequential operations, by one client. */
function inOrder(...operations: readonly (readonly [string, unknown, unknown])[]): string {
  return operations.map((operation, i) => JSON.stringify([0, ...operation, 2 * i, 2 * i + 1])).join("\n");
}

/** EDN of sequential operations: function, value at the invocation, type and value of the completion. */
function events(...operations: readonly (readonly [string, string, string, string])[]): string {
  return operations
    .flatMap(([f, value, type, returned]) => [
      `{:process 0, :type :invoke, :f :${f}, :value ${value}}`,
      `{:process 0, :type :${type}, :f :${f}, :value ${returned}}`,
    ])
    .join("\n");
}

interface Case {
  readonly what: string;
  readonly model: string;
  readonly text: string;
  readonly options?: Options;
  readonly expected: "holds" | "violated";
}

const cases: readonly Case[] = [
  // Counters.
  {
    what: "an increment adds its argument",
    model: "counter",
    text: inOrder(["increment", 5, null], ["read", null, 5]),
    expected: "holds",
  },
  {
    what: "and not 1",
    model: "counter",
    text: inOrder(["increment", 5, null], ["read", null, 1]),
    expected: "violated",
  },
  {
    what: "a decrement subtracts it",
    model: "counter",
    text: inOrder(["add", 5, true], ["dec", 2, null], ["dec", null, null], ["read", null, 2]),
    expected: "holds",
  },
  {
    what: "Jepsen's counter repeats what it adds",
    model: "counter",
    text: events(["add", "3", "ok", "3"], ["read", "nil", "ok", "3"]),
    expected: "holds",
  },
  {
    what: "add-and-get returns the sum",
    model: "counter",
    text: inOrder(["addAndGet", 2, 2], ["get_and_add", 3, 2], ["incrementAndGet", null, 6]),
    expected: "holds",
  },
  { what: "get-and-add does not", model: "counter", text: inOrder(["get-and-add", 2, 2]), expected: "violated" },
  {
    what: "a counter starts at the given value",
    model: "counter",
    options: { initial: "-7" },
    text: inOrder(["inc", null, null], ["read", null, -6]),
    expected: "holds",
  },
  {
    what: "sums keep every digit",
    model: "counter",
    text: '[0,"add",9007199254740993,null,0,1]\n[0,"add",2,null,2,3]\n[0,"read",null,9007199254740994,4,5]',
    expected: "violated",
  },
  {
    what: "an increment that was refused adds nothing",
    model: "counter",
    text: inOrder(["inc", null, false], ["read", null, 0]),
    expected: "holds",
  },
  // Registers.
  {
    what: "a keyword is not a string",
    model: "register",
    text: events(["write", ":a", "ok", ":a"], ["read", "nil", "ok", '":a"']),
    expected: "violated",
  },
  {
    what: "a keyword is that keyword",
    model: "register",
    text: events(["write", ":a", "ok", ":a"], ["read", "nil", "ok", ":a"]),
    expected: "holds",
  },
  {
    what: "a keyword at first",
    model: "register",
    options: { initial: ":free" },
    text: events(["read", "nil", "ok", ":free"]),
    expected: "holds",
  },
  {
    what: "5N is 5, and 1M is 1",
    model: "register",
    text: events(
      ["write", "5N", "ok", "5N"],
      ["read", "nil", "ok", "5"],
      ["write", "1", "ok", "1"],
      ["read", "nil", "ok", "1M"],
    ),
    expected: "holds",
  },
  {
    what: "different ratios differ",
    model: "register",
    text: events(["write", "1/3", "ok", "1/3"], ["read", "nil", "ok", "2/3"]),
    expected: "violated",
  },
  {
    what: "equal ratios in different spellings are equal",
    model: "register",
    text: events(["write", "2/6", "ok", "2/6"], ["read", "nil", "ok", "1/3"]),
    expected: "holds",
  },
  {
    what: "decimals keep every digit",
    model: "register",
    text: events(
      ["write", "0.1234567890123456789M", "ok", "0.1234567890123456789M"],
      ["read", "nil", "ok", "0.1234567890123456788M"],
    ),
    expected: "violated",
  },
  {
    what: "characters are not strings",
    model: "register",
    text: events(["write", "\\a", "ok", "\\a"], ["read", "nil", "ok", '"a"']),
    expected: "violated",
  },
  {
    what: "the members of a set have no order",
    model: "register",
    text: events(["write", "#{1 2}", "ok", "#{1 2}"], ["read", "nil", "ok", "#{2 1}"]),
    expected: "holds",
  },
  {
    what: "tagged values differ by tag and value",
    model: "register",
    text: events(["write", '#inst "2024"', "ok", '#inst "2024"'], ["read", "nil", "ok", '#uuid "2024"']),
    expected: "violated",
  },
  {
    what: "a JSON object is a value, whatever the order of its fields",
    model: "register",
    text: '[0,"w",{"a":1,"b":2},null,0,1]\n[0,"r",null,{"b":2,"a":1},2,3]',
    expected: "holds",
  },
  {
    what: "nil in EDN is an unseen read",
    model: "register",
    text: events(["write", "1", "ok", "1"], ["read", "nil", "ok", "nil"]),
    expected: "holds",
  },
  {
    what: "unless the register starts as nil",
    model: "register",
    options: { initial: "null" },
    text: events(["write", "1", "ok", "1"], ["read", "nil", "ok", "nil"]),
    expected: "violated",
  },
  {
    what: "null in JSON arrays is null",
    model: "register",
    text: inOrder(["w", 1, null], ["r", null, null]),
    expected: "violated",
  },
  {
    what: "null as the start is not the empty string",
    model: "kv-map",
    options: { initial: "null" },
    text: inOrder(["get", ["k"], null], ["get", ["j"], ""]),
    expected: "violated",
  },
  {
    what: "a map starts as null",
    model: "kv-map",
    options: { initial: "null" },
    text: inOrder(["get", ["k"], null], ["append", ["k", "x"], null], ["get", ["k"], "x"]),
    expected: "holds",
  },
  {
    what: "transactions on registers that start as null",
    model: "multi-register",
    options: { initial: "null" },
    text: inOrder(["txn", [["r", "x", null]], [["r", "x", null]]]),
    expected: "holds",
  },
  {
    what: "null read by a transaction is null in JSON arrays",
    model: "multi-register",
    text: inOrder(["txn", [["r", "x", null]], [["r", "x", null]]]),
    expected: "violated",
  },
  {
    what: "a write that was refused writes nothing",
    model: "register",
    text: inOrder(["w", 1, false], ["r", null, 0]),
    expected: "holds",
  },
  {
    what: "Jepsen's register of booleans repeats false",
    model: "register",
    text: events(["write", "false", "ok", "false"], ["read", "nil", "ok", "false"]),
    expected: "holds",
  },
  {
    what: "a cas that returns false found another value",
    model: "cas-register",
    text: inOrder(["cas", [0, 1], false]),
    expected: "violated",
  },
  {
    what: "a cas that returns false changes nothing",
    model: "cas-register",
    text: inOrder(["cas", [3, 1], false], ["r", null, 0]),
    expected: "holds",
  },
  {
    what: "a failed cas never happened",
    model: "cas-register",
    text: events(["cas", "[0 1]", "fail", "[0 1]"], ["read", "nil", "ok", "0"]),
    expected: "holds",
  },
  {
    what: "a cas may name its values",
    model: "cas-register",
    text: inOrder(["compareAndSet", { old: 0, new: 5 }, true], ["get", null, 5]),
    expected: "holds",
  },
  {
    what: "an ok event without a value means that the cas swapped",
    model: "cas-register",
    text: events(["cas", "[0 1]", "ok", "nil"], ["read", "nil", "ok", "1"]),
    expected: "holds",
  },
  // By key.
  {
    what: "registers by key",
    model: "register",
    text: events(["write", "[:x 1]", "ok", "[:x 1]"], ["read", "[:y nil]", "ok", "[:y 0]"]),
    expected: "holds",
  },
  {
    what: "each by itself",
    model: "register",
    text: events(["write", "[:x 1]", "ok", "[:x 1]"], ["read", "[:x nil]", "ok", "[:x 0]"]),
    expected: "violated",
  },
  {
    what: 'keys 1 and "1" are different',
    model: "register",
    text: events(["write", "[1 1]", "ok", "[1 1]"], ["read", '["1" nil]', "ok", '["1" 0]']),
    expected: "holds",
  },
  {
    what: "cas by key, in Jepsen's tuples",
    model: "cas-register",
    text: events(
      ["write", "[1 0]", "ok", "[1 0]"],
      ["cas", "[1 [0 5]]", "ok", "[1 [0 5]]"],
      ["read", "[1 nil]", "ok", "[1 5]"],
    ),
    expected: "holds",
  },
  {
    what: "a queue for each key",
    model: "queue",
    text: inOrder(["push", ["a", 1], null], ["push", ["b", 2], null], ["pop", ["b"], 2], ["pop", ["a"], 1]),
    expected: "holds",
  },
  {
    what: "first in, first out for each key",
    model: "queue",
    text: inOrder(["push", ["a", 1], null], ["push", ["a", 2], null], ["pop", ["a"], 2], ["pop", ["a"], 1]),
    expected: "violated",
  },
  {
    what: "locks by key",
    model: "mutex",
    text: inOrder(["acquire", ["a"], null], ["acquire", ["b"], null]),
    expected: "holds",
  },
  {
    what: "a key of its own",
    model: "queue",
    text: '{"client":0,"key":"a","op":"push","argument":1,"output":null,"call":0,"return":1}\n{"client":0,"key":"b","op":"pop","output":1,"call":2,"return":3}',
    expected: "violated",
  },
  // Containers.
  {
    what: "a push that was refused",
    model: "queue",
    text: inOrder(["push", 1, null], ["push", 2, false], ["pop", null, 1], ["pop", null, null]),
    expected: "holds",
  },
  {
    what: "is no success",
    model: "queue",
    text: inOrder(["push", 1, null], ["push", 2, false], ["pop", null, 1], ["pop", null, 2]),
    expected: "violated",
  },
  {
    what: "with a capacity, only a full queue refuses",
    model: "queue",
    options: { capacity: 2 },
    text: inOrder(["push", 1, null], ["push", 2, false]),
    expected: "violated",
  },
  {
    what: "and it does",
    model: "queue",
    options: { capacity: 1 },
    text: inOrder(["push", 1, null], ["push", 2, null]),
    expected: "violated",
  },
  {
    what: "a full queue has room again",
    model: "queue",
    options: { capacity: 1 },
    text: inOrder(["offer", 1, true], ["offer", 2, false], ["poll", null, 1], ["offer", 3, true]),
    expected: "holds",
  },
  {
    what: "a stack with a capacity",
    model: "stack",
    options: { capacity: 1 },
    text: inOrder(["push", 1, null], ["push", 2, false], ["pop", null, 1]),
    expected: "holds",
  },
  {
    what: "both ends of a deque",
    model: "deque",
    text: inOrder(
      ["addFirst", 1, null],
      ["rpush", 2, null],
      ["push_front", 0, null],
      ["pop-back", null, 2],
      ["pollFirst", null, 0],
      ["lpop", null, 1],
      ["rpop", null, null],
    ),
    expected: "holds",
  },
  {
    what: "the other end of a deque",
    model: "deque",
    text: inOrder(["push-back", 1, null], ["push-back", 2, null], ["pop-front", null, 2]),
    expected: "violated",
  },
  {
    what: "a deque with a capacity",
    model: "deque",
    options: { capacity: 1 },
    text: inOrder(["push-back", 1, null], ["push-front", 2, false]),
    expected: "holds",
  },
  {
    what: "a priority queue orders wide numbers",
    model: "priority-queue",
    text: '[0,"push",9007199254740994,null,0,1]\n[0,"push",9007199254740993,null,2,3]\n[0,"pop",null,9007199254740993,4,5]',
    expected: "holds",
  },
  {
    what: "by all their digits",
    model: "priority-queue",
    text: '[0,"push",9007199254740994,null,0,1]\n[0,"push",9007199254740993,null,2,3]\n[0,"pop",null,9007199254740994,4,5]',
    expected: "violated",
  },
  {
    what: "the smallest and the largest",
    model: "double-ended-priority-queue",
    text: inOrder(
      ["insert", 2, null],
      ["insert", 3, null],
      ["insert", 1, null],
      ["pop-max", null, 3],
      ["extractMin", null, 1],
    ),
    expected: "holds",
  },
  {
    what: "and not the other",
    model: "double-ended-priority-queue",
    text: inOrder(["push", 2, null], ["push", 3, null], ["pop-max", null, 2]),
    expected: "violated",
  },
  // Sets.
  {
    what: "a set with remove",
    model: "set",
    text: inOrder(["add", 1, true], ["remove", 1, true], ["remove", 1, false], ["has", 1, false], ["add", 1, true]),
    expected: "holds",
  },
  {
    what: "what was removed is gone",
    model: "set",
    text: inOrder(["add", 1, true], ["rem", 1, true], ["contains", 1, true]),
    expected: "violated",
  },
  {
    what: "Jepsen's set is read as a whole",
    model: "set",
    text: events(
      ["add", "1", "ok", "1"],
      ["add", "[2]", "ok", "[2]"],
      ["remove", "1", "ok", "1"],
      ["read", "nil", "ok", "#{[2]}"],
    ).replaceAll("[2]", "2"),
    expected: "holds",
  },
  {
    what: "and may have lost a key",
    model: "set",
    text: events(["add", "1", "ok", "1"], ["add", "2", "ok", "2"], ["read", "nil", "ok", "[2]"]),
    expected: "violated",
  },
  {
    what: "keys of a set are not independent in its reads",
    model: "set",
    text: '[0,"add",1,null,0,9]\n[1,"add",2,null,0,9]\n[2,"read",null,[1],1,8]\n[3,"read",null,[2],1,8]',
    expected: "violated",
  },
  // Locks.
  {
    what: "a lock that was not acquired",
    model: "mutex",
    text: inOrder(
      ["acquire", null, null],
      ["tryAcquire", null, false],
      ["release", null, null],
      ["acquire", null, true],
    ),
    expected: "holds",
  },
  { what: "was taken by somebody", model: "mutex", text: inOrder(["acquire", null, false]), expected: "violated" },
  {
    what: "a mutex is released by any client",
    model: "mutex",
    text: '["a","acquire",null,null,0,1]\n["b","release",null,null,2,3]',
    expected: "holds",
  },
  {
    what: "a lock with an owner is not",
    model: "owner-mutex",
    text: '["a","acquire",null,null,0,1]\n["b","release",null,null,2,3]',
    expected: "violated",
  },
  {
    what: "but reports that it refused",
    model: "owner-mutex",
    text: '["a","lock",null,null,0,1]\n["b","unlock",null,false,2,3]\n["a","unlock",null,true,4,5]',
    expected: "holds",
  },
  {
    what: "the owner is the argument",
    model: "owner-mutex",
    text: inOrder(["acquire", "a", null], ["release", "b", null]),
    expected: "violated",
  },
  {
    what: "or what it names",
    model: "owner-mutex",
    text: events(["acquire", "{:client :a}", "ok", "{:client :a}"], ["release", "{:client :a}", "ok", "{:client :a}"]),
    expected: "holds",
  },
  // Banks.
  {
    what: "transfers keep the total",
    model: "bank",
    text: events(
      ["read", "nil", "ok", "{0 10, 1 5}"],
      ["transfer", "{:from 0, :to 1, :amount 3}", "ok", "{:from 0, :to 1, :amount 3}"],
      ["read", "nil", "ok", "{0 7, 1 8}"],
    ),
    expected: "holds",
  },
  {
    what: "a read with another total",
    model: "bank",
    text: events(
      ["read", "nil", "ok", "{0 10, 1 5}"],
      ["transfer", "{:from 0, :to 1, :amount 3}", "ok", "{:from 0, :to 1, :amount 3}"],
      ["read", "nil", "ok", "{0 7, 1 5}"],
    ),
    expected: "violated",
  },
  {
    what: "the total is given",
    model: "bank",
    options: { initial: "15" },
    text: events(["read", "nil", "ok", "{0 10, 1 4}"]),
    expected: "violated",
  },
  {
    what: "the balances are given",
    model: "bank",
    options: { initial: '{"0": 10, "1": 5}' },
    text: events(["transfer", "[0 1 3]", "ok", "[0 1 3]"], ["read", "nil", "ok", "{0 7, 1 8}"]),
    expected: "holds",
  },
  {
    what: "an account below 0",
    model: "bank",
    text: events(["read", "nil", "ok", "{0 1, 1 5}"], ["transfer", "[0 1 3]", "ok", "[0 1 3]"]),
    expected: "violated",
  },
  {
    what: "an account that may be below 0",
    model: "bank-with-overdraft",
    text: events(
      ["read", "nil", "ok", "{0 1, 1 5}"],
      ["transfer", "[0 1 3]", "ok", "[0 1 3]"],
      ["read", "nil", "ok", "{0 -2, 1 8}"],
    ),
    expected: "holds",
  },
  {
    what: "a transfer that failed",
    model: "bank",
    text: events(
      ["read", "nil", "ok", "{0 1, 1 5}"],
      ["transfer", "[0 1 3]", "fail", "[0 1 3]"],
      ["read", "nil", "ok", "{0 1, 1 5}"],
    ),
    expected: "holds",
  },
  {
    what: "balances in a list",
    model: "bank",
    text: events(
      ["read", "nil", "ok", "[10 5]"],
      ["transfer", "[0 1 3]", "ok", "[0 1 3]"],
      ["read", "nil", "ok", "[7 8]"],
    ),
    expected: "holds",
  },
  // Orders and times.
  {
    what: "seconds with nine decimals",
    model: "register",
    text: '[0,"w",1,null,1761225307.057190246,1761225307.057190300]\n[1,"r",null,0,1761225307.057190301,1761225307.057190900]',
    expected: "violated",
  },
  {
    what: "dates",
    model: "register",
    text: "client,f,argument,output,call,return\na,write,1,,2024-01-02T03:04:05.000000001Z,2024-01-02T03:04:05.000000002Z\nb,read,,0,2024-01-02T03:04:05.000000003Z,2024-01-02T04:04:05.000000004+01:00",
    expected: "violated",
  },
  {
    what: "operations left out",
    model: "register",
    options: { exclude: ["noop", "client=9"] },
    text: `${inOrder(["w", 1, null], ["noop", null, null], ["r", null, 1])}\n[9,"w",5,null,2,3]`,
    expected: "holds",
  },
];

for (const { what, model, text, options, expected } of cases) {
  test(`${model}: ${what}`, async () => {
    expect(await verdict(text, model, options)).toBe(expected);
  });
}

const faults: readonly (readonly [string, string, string, string])[] = [
  [
    "a result that is something else",
    "register",
    inOrder(["w", 1, 2]),
    "FILE:1: expected null, true, false or its argument as the result of w, found 2",
  ],
  [
    "a read with the name of a register",
    "register",
    inOrder(["r", "x", 0]),
    'FILE:1: expected nothing or [key] as the argument of r, found "x"',
  ],
  [
    "a read without a result",
    "register",
    '{"client":0,"op":"read","call":0,"return":1}',
    "FILE:1: expected a result of read, found nothing",
  ],
  [
    "a cas without a result",
    "cas-register",
    '{"client":0,"op":"cas","args":[0,1],"call":0,"return":1}',
    "FILE:1: expected a result of cas, found nothing",
  ],
  [
    "a look-up without a result",
    "set",
    '{"client":0,"op":"has","args":1,"call":0,"return":1}',
    "FILE:1: expected a result of has, found nothing",
  ],
  [
    "a write of nothing",
    "register",
    '{"client":0,"op":"write","payload":7,"call":0,"return":1}',
    "FILE:1: expected a scalar to write, found nothing",
  ],
  [
    "a pop that returns false",
    "queue",
    inOrder(["pop", null, false]),
    "FILE:1: expected the value popped, or null for none, found false",
  ],
  [
    "a key that is missing",
    "register",
    inOrder(["w", ["k", 1], null], ["w", 2, null]),
    "FILE:2: expected [key value], as the operation of line 1 has a key, found 2 of w",
  ],
  [
    "a key only in a later operation",
    "register",
    inOrder(["w", 1, null], ["w", ["k", 1], null]),
    'FILE:2: expected no key, as the operation of line 1 has none, found ["k",1] of w',
  ],
  [
    "a result of another key",
    "register",
    events(["write", "[1 2]", "ok", "[3 2]"]),
    "FILE:1: expected a result with the key 1, found [3,2]",
  ],
  [
    "an owner of a mutex",
    "mutex",
    inOrder(["acquire", "a", null]),
    'FILE:1: expected nothing, or [key nil], as the argument of acquire (the owner is for owner-mutex), found "a"',
  ],
  [
    "half a transfer",
    "bank",
    events(["transfer", "{:from 0}", "ok", "{:from 0}"]),
    'FILE:1: expected a transfer such as {:from 0, :to 1, :amount 5} of a whole amount, found "{:from 0}"',
  ],
  [
    "invalid balances",
    "bank",
    events(["read", "nil", "ok", "{0 nil}"]),
    'FILE:1: expected the balances by account, such as {0 10, 1 5}, in whole numbers, found "{0 nil}"',
  ],
  ["half a unit to add", "counter", inOrder(["add", 0.5, null]), "FILE:1: expected a whole number to add, found 0.5"],
  [
    "a transaction that returns as another",
    "multi-register",
    inOrder(["txn", [["r", "x", null]], [["r", "y", 0]]]),
    'FILE:1: expected the same reads and writes as the invocation, found [["r","y",0]]',
  ],
];

for (const [what, model, text, expected] of faults) {
  test(`${model}: ${what} is named with its line`, async () => {
    expect(await verdict(text, model)).toBe(expected);
  });
}

test("no operations are an error that counts what the file has instead", async () => {
  expect(await verdict("", "register")).toBe("FILE: expected operations to check, found none");
  expect(await verdict("[]", "register")).toBe("FILE: expected operations to check, found none");
  expect(await verdict("{:process :nemesis, :type :info, :f :start, :value nil}", "register")).toBe(
    "FILE: expected operations to check, found none (notes: 1)",
  );
  expect(await verdict(inOrder(["w", 1, null]), "register", { exclude: ["w"] })).toBe(
    "FILE: expected operations to check, found none (left out by --exclude: 1)",
  );
  expect(await verdict(events(["write", "1", "fail", "1"]), "register")).toBe(
    "FILE: expected operations to check, found none (failed: 1)",
  );
  expect(await verdict(inOrder(["w", 1, false]), "register")).toBe(
    "FILE: expected operations to check, found none (refused: 1)",
  );
});

/** The expected verdicts, from the README beside the files. */
const FIELD: readonly (readonly [string, string, Options, string])[] = [
  ["array-of-objects.json", "register", {}, "violated"],
  ["object-a-line.jsonl", "register", {}, "violated"],
  ["named-clients.edn", "register", {}, "violated"],
  ["wide-number.jsonl", "register", {}, "violated"],
  ["times-in-nanoseconds.jsonl", "register", {}, "violated"],
  ["counter-by-five.jsonl", "counter", {}, "holds"],
  ["initial-null-reads-null.jsonl", "register", { initial: "null" }, "holds"],
  ["nil-start-cas.edn", "cas-register", { initial: "null" }, "holds"],
  ["queue-full-refused.jsonl", "queue", {}, "holds"],
  ["bigint.edn", "register", {}, "holds"],
  ["modern.log", "register", {}, "holds"],
  ["history.txt", "register", {}, "holds"],
  ["keyed.edn", "cas-register", {}, "holds"],
];

test.skipIf(!existsSync(field))(
  "files modelled on those in the field get the right verdict (skipped where ../shared/data/field is missing)",
  async () => {
    for (const [name, model, options, expected] of FIELD) {
      const result = await decide(join(field, name), model, options);
      expect([name, result.kind === "decided" ? result.outcome.kind : result.fault]).toEqual([name, expected]);
    }
  },
);
