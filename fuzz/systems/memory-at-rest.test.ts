/** Abstraction functions of all systems: they accept memory as the code leaves it, and reject changed words. */
import { expect, test } from "vitest";
import { Machine } from "#fuzz/machine/machine.ts";
import { oneByOne } from "#fuzz/strategies/one-by-one.ts";
import { systems } from "./all-systems.ts";
import type { Scenario } from "./scenario.ts";

/** A few operations that leave objects of every kind in memory. */
const OPERATIONS: Readonly<Record<string, readonly unknown[]>> = {
  peers: [
    { kind: "get", address: "v4/10", create: true },
    { kind: "get", address: "v6/1", create: true },
    { kind: "put", address: "v4/10" },
    { kind: "nextIdentifier", address: "v6/1", more: 3 },
  ],
  neighbours: [
    { kind: "transmit", address: "1/1" },
    { kind: "transmit", address: "m1" },
    { kind: "answer", gid: "1" },
    { kind: "transmit", address: "2/1" },
    { kind: "sendByCookie" },
  ],
  "time-wait": [
    { kind: "add", connection: "lan4/80:1", sequence: 2, reuse: true },
    { kind: "add", connection: "wan6/80:1", sequence: 3, reuse: false },
  ],
  "route-cache": [
    { kind: "attach", interface: 2 },
    { kind: "add", route: "v4/16/4", interface: 2 },
    { kind: "assign", address: "v6/33", interface: 2 },
    { kind: "lookup", cache: "a", to: "v4/20" },
  ],
  dst: [
    { kind: "get", destination: "eth0/1" },
    { kind: "get", destination: "ib0/1", over: "private" },
    { kind: "down", device: "eth0" },
  ],
  "native-sync": [{ kind: "increment" }, { kind: "replace", value: 7, waits: false }, { kind: "request" }],
};

function operationsOf(system: string): readonly unknown[] {
  const name = Object.keys(OPERATIONS).find((one) => system.startsWith(one)) ?? "";
  const v4Only = system === "peers-rwlock" || system === "peers-rcu-list";
  return (OPERATIONS[name] ?? []).filter((one) => !(v4Only && JSON.stringify(one).includes("v6")));
}

for (const system of systems) {
  test(`${system.name}: memory at rest matches the model's state, and with a changed word it does not`, () => {
    const operations = operationsOf(system.name);
    const scenario: Scenario = {
      name: "one",
      system: system.name,
      initial: [],
      threads: [{ name: "only", operations }],
    };
    const program = system.compile(scenario);
    const machine = new Machine(program, { checksRest: true });
    expect(machine.run(oneByOne())).toBeUndefined();
    const watcher = program.watchers.find(({ property }) => property === "memory-at-rest");
    const { words } = machine;
    const noticed: number[] = [];
    for (let address = 1; address < program.heap.used; address++) {
      const before = words[address] ?? 0;
      if (before === 0) continue;
      words[address] = before ^ 1;
      let because: string | undefined;
      try {
        because = watcher?.rested?.(words);
      } catch {
        because = "the abstraction function cannot read it";
      }
      if (because !== undefined) noticed.push(address);
      words[address] = before;
    }
    expect(watcher?.rested?.(words)).toBeUndefined();
    expect(noticed.length).toBeGreaterThan(operations.length);
  });
}
