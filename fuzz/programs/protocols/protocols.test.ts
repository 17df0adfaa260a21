import { expect, test } from "vitest";
import { exploreWeakProgram } from "#fuzz/explore/explore-weak-program.ts";
import { exploreProgram } from "#fuzz/explore/explore-program.ts";
import { protocolNamed, protocols } from "./protocols.ts";

test.each(protocols.map(({ name }) => name))("%s holds in every execution under lkmm", (name) => {
  const { violation, complete, executions } = exploreWeakProgram(protocolNamed(name).makeProgram(), { memory: "lkmm" });
  expect(violation).toBeUndefined();
  expect(complete).toBe(true);
  expect(executions).toBeGreaterThan(0);
});

/** A search by unordered loads relies on the address dependency, which ra does not have. */
const DEPENDENT = "insert-optimistic-lookup";

test.each(["tso", "ra"] as const)("every protocol without dependencies holds in every execution under %s", (memory) => {
  const others = protocols.filter(({ name }) => memory === "tso" || name !== DEPENDENT);
  const verdicts = others.map((protocol) => {
    const { violation, complete } = exploreWeakProgram(protocol.makeProgram(), { memory });
    return [protocol.name, complete, violation?.because];
  });
  expect(verdicts).toEqual(others.map(({ name }) => [name, true, undefined]));
});

test("every protocol holds under sequential consistency, with all checks of the machine", () => {
  const verdicts = protocols.map((protocol) => [protocol.name, exploreProgram(protocol.makeProgram()).violation]);
  expect(verdicts).toEqual(protocols.map(({ name }) => [name, undefined]));
});

test("an unknown protocol is refused with the list of known ones", () => {
  expect(() => protocolNamed("none")).toThrow(/no protocol "none"; there are seqlock, /u);
});
