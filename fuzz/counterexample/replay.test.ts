import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ACCESS, request } from "#impl/memory/access.ts";
import { accessText } from "#reports/recorded-execution.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { strategies } from "#fuzz/strategies/strategies.ts";
import { earlyFree, lostUpdate } from "./example-programs.fixture.ts";
import { accessTexts, divergenceText, replay, type Replayed } from "./replay.ts";

const programs: readonly (() => Program)[] = [
  () => earlyFree(),
  () => earlyFree({ waits: true, reads: 3 }),
  () => lostUpdate({ threads: 3, additions: 2 }),
  () => lostUpdate({ locked: true }),
];

/** Runs one execution and returns its choices. */
function choicesOf(program: Program, strategy = strategies[0]?.create({ seed: 1 })): Int32Array {
  const machine = new Machine(program);
  if (strategy !== undefined) machine.run(strategy);
  return machine.choices.slice(0, machine.steps);
}

function because({ divergence }: Replayed): string {
  return divergence === undefined ? "" : divergenceText("it", divergence);
}

test("the execution of any strategy is the same on replay", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...programs),
      fc.constantFrom(...strategies),
      fc.nat(1000),
      fc.integer({ min: 1, max: 4 }),
      (make, entry, seed, executions) => {
        const machine = new Machine(make());
        const strategy = entry.create({ seed });
        for (let execution = 0; execution < executions; execution++) machine.run(strategy);
        const choices = machine.choices.slice(0, machine.steps);
        const words = machine.words.slice();
        const program = make();
        const replayed = replay(program, { choices });
        // A replay adds the other access of a data race.
        const because = replayed.violation?.because.slice(0, machine.violation?.because.length);
        expect(replayed.violation && { ...replayed.violation, because }).toEqual(machine.violation);
        expect(replayed.kind).toBe(machine.violation === undefined ? "passed" : "violated");
        expect(replayed.accesses.map(({ thread }) => thread)).toEqual([...choices]);
        expect([...program.heap.words]).toEqual([...words]);
        // Once more, with the accesses compared.
        expect(replay(make(), { choices, accesses: accessTexts(replayed.execution) }).kind).toBe(replayed.kind);
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});

test("every access has its source line", () => {
  const { execution } = replay(earlyFree(), { choices: choicesOf(earlyFree()) });
  const source = readFileSync(new URL("./example-programs.fixture.ts", import.meta.url), "utf8").split("\n");
  const accesses = execution.rows.filter((row) => row.kind === "access");
  expect(accesses.length).toBeGreaterThan(5);
  for (const { access, location } of accesses) {
    expect(location?.file).toBe("fuzz/counterexample/example-programs.fixture.ts");
    expect(source[(location?.line ?? 0) - 1]).toContain(`yield ${access}(`);
  }
});

test("a failed assertion has the line of the assertion", () => {
  const make = (): Program => lostUpdate();
  const { violation, location } = replay(make(), { choices: [0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1] });
  expect(violation).toEqual({ property: "assertion", because: "2 additions give 1", address: 0 });
  const source = readFileSync(new URL("./example-programs.fixture.ts", import.meta.url), "utf8").split("\n");
  expect(source[(location?.line ?? 0) - 1]).toContain("yield assertHolds(");
});

test("the registers are the ordinary ones again after a replay, even a diverged one", () => {
  const before = request;
  replay(lostUpdate(), { choices: [7] });
  expect(request).toBe(before);
});

test("a thread that does not exist stops the replay at its step", () => {
  expect(because(replay(lostUpdate(), { choices: [0, 0, 7] }))).toBe(
    "schedule it: access 3 asks for thread 7, and there are threads 0 to 1",
  );
  expect(because(replay(lostUpdate(), { choices: [-1] }))).toBe(
    "schedule it: access 1 asks for thread -1, and there are threads 0 to 1",
  );
});

test("a thread that has returned stops the replay at its step", () => {
  const alone = replay(lostUpdate(), { choices: [0, 0, 0, 0, 0, 0, 0] });
  expect(because(alone)).toBe("schedule it: access 7 asks for thread 0 (adder 1), which has returned");
  expect(alone.accesses).toHaveLength(6);
  expect(alone.kind).toBe("diverged");
});

test("a thread that has to wait stops the replay, which names what it waits for", () => {
  expect(because(replay(lostUpdate({ threads: 2, locked: true }), { choices: [0, 1, 1] }))).toBe(
    "schedule it: access 2 asks for thread 1 (adder 2), which waits in spinLock counter.lock",
  );
});

test("an access other than the recorded one stops the replay, and both are named", () => {
  const choices = [0, 1, 1];
  const accesses = ["readOnce counter.value", "readOnce counter.value", "writeOnce counter.lock\u001b"];
  expect(because(replay(lostUpdate(), { choices, accesses }))).toBe(
    "schedule it: access 3 is writeOnce counter.lock\\u{1b} by thread 1 (adder 2), and the program asks for writeOnce counter.value instead",
  );
});

test("a forced access that differs from the recording also stops the replay", () => {
  // After both have added, adder 1 waits for the lock that adder 2 holds: only adder 2 can continue.
  const choices = [0, 0, 1, 1, 1, 0];
  expect(because(replay(lostUpdate(), { choices }))).toBe(
    "schedule it: access 6 asks for thread 0 (adder 1), which waits in spinLock counter.lock",
  );
});

test("an execution that ends before its schedule has diverged", () => {
  const choices = [...choicesOf(lostUpdate({ locked: true })), 1];
  expect(because(replay(lostUpdate({ locked: true }), { choices }))).toMatch(
    /^schedule it: access \d+ asks for thread 1 \(adder 2\), and the execution has ended$/,
  );
});

test("a schedule that ends before the execution is exhausted, not diverged", () => {
  expect(replay(lostUpdate(), { choices: [0, 0] })).toMatchObject({ kind: "exhausted" });
  expect(replay(lostUpdate(), { choices: [] })).toMatchObject({ kind: "exhausted" });
});

test("a replay stops at the requested access", () => {
  const choices = choicesOf(lostUpdate());
  for (const until of [0, 1, 4]) {
    const stopped = replay(lostUpdate(), { choices }, { until });
    expect(stopped.kind).toBe("stopped");
    expect(stopped.accesses).toHaveLength(until);
  }
});

test("preemptions are the switches away from a thread that could go on", () => {
  expect(replay(lostUpdate(), { choices: [0, 1, 0] }).preemptions).toBe(2);
  expect(replay(lostUpdate(), { choices: [0, 0, 0, 0, 0, 0, 1] }).preemptions).toBe(0);
});

test("rows show reads, writes, locks, allocations, and what the thread holds", () => {
  const { execution } = replay(
    earlyFree(),
    { choices: [0, 1, 1, 1, 1, 1, 1, 1, 1] },
    { operations: { operation: (n) => `call ${n}`, response: (n, r) => `${n}: ${r}` } },
  );
  const shown = execution.rows.map((row) =>
    row.kind === "access" ? `${accessText(row)} ${row.effect} [${row.holds.join(", ")}]` : `${row.kind} ${row.text}`,
  );
  expect(shown).toEqual([
    "begin call 0",
    "rcuDereference box.current item#1 [rcu]",
    "begin call 1",
    "spinLock box.lock  [box.lock]",
    "readOnce box.current item#1 [box.lock]",
    "allocate item → item#2 [box.lock]",
    "writeOnce item#2.value → 2 [box.lock]",
    "writeOnce item#2.refcount → 1 [box.lock, ref item#2]",
    "rcuAssignPointer box.current item#1 → item#2 [box.lock, ref item#2]",
    "spinUnlock box.lock  [ref item#2]",
    "free item#1  [ref item#2]",
  ]);
  expect(execution.violation?.object).toBe("item#1");
});

test("a wait for a grace period is shown at its beginning and its end", () => {
  const { execution, accesses } = replay(earlyFree({ waits: true }), { choices: [0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1] });
  const waits = execution.rows.filter((row) => row.kind === "access" && row.access === "synchronizeRcu");
  expect(waits.map((row) => row.kind === "access" && row.effect)).toEqual(["(waits)", "(over)"]);
  expect(accesses.filter(({ kind }) => kind === ACCESS.synchronizeRcu).map(({ waits: waiting }) => waiting)).toEqual([
    true,
    false,
  ]);
});
