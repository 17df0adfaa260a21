import fc from "fast-check";
import { expect, test } from "vitest";
import { ACCESS } from "#impl/memory/access.ts";
import { SPAN, Spans } from "./spans.ts";

const { operationBegins, sectionsOpen, sectionEnds, operationEnds } = SPAN;
const { rcuReadLock, rcuReadUnlock, beginOperation, endOperation, smpMb, assertHolds } = ACCESS;

test("a section opens with the next access, and ends immediately", () => {
  const spans = new Spans();
  expect(spans.marked(rcuReadLock, 0)).toBe(0);
  expect([spans.opensSection, spans.mayBegin, spans.depth]).toEqual([true, true, 0]);
  expect(spans.accessed()).toBe(sectionsOpen);
  expect([spans.opened, spans.depth, spans.mayBegin]).toEqual([1, 1, false]);
  expect(spans.accessed()).toBe(0);
  expect(spans.marked(rcuReadUnlock, 0)).toBe(sectionEnds);
  expect(spans.depth).toBe(0);
});

test("a section without an access never opens", () => {
  const spans = new Spans();
  spans.marked(rcuReadLock, 0);
  expect(spans.marked(rcuReadUnlock, 0)).toBe(0);
  expect(spans.accessed()).toBe(0);
});

test("an operation begins with its first access and ends immediately; without one it does both at its end", () => {
  const spans = new Spans();
  expect(spans.marked(beginOperation, 7)).toBe(0);
  expect([spans.opensSection, spans.mayBegin]).toEqual([false, true]);
  expect(spans.accessed()).toBe(operationBegins);
  expect(spans.operation).toBe(7);
  expect(spans.marked(endOperation, 1)).toBe(operationEnds);
  spans.marked(beginOperation, 0);
  expect(spans.marked(endOperation, 1)).toBe(operationBegins | operationEnds);
  expect(spans.operation).toBe(0);
});

test("several spans begin with one access; ending a section before any opened is reported", () => {
  const spans = new Spans();
  expect(spans.marked(rcuReadUnlock, 0)).toBe(sectionEnds);
  expect(spans.depth).toBe(-1);
  spans.reset();
  for (const kind of [rcuReadLock, beginOperation, rcuReadLock] as const) spans.marked(kind, 3);
  expect(spans.accessed()).toBe(operationBegins | sectionsOpen);
  expect([spans.opened, spans.depth, spans.operation]).toEqual([2, 2, 3]);
});

test("barriers and assertions are not spans", () => {
  const spans = new Spans();
  for (const kind of [smpMb, assertHolds] as const) expect(spans.marked(kind, 1)).toBe(0);
  expect(spans.mayBegin).toBe(false);
});

test("at each access exactly the sections not yet ended are open, whatever came before", () => {
  const mark = fc.constantFrom(rcuReadLock, rcuReadUnlock, "access" as const);
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 30 }), (marks) => {
      const spans = new Spans();
      let requested = 0;
      let opened = 0;
      let ended = 0;
      for (const each of marks) {
        if (each === rcuReadUnlock && requested === 0) continue;
        const events = each === "access" ? spans.accessed() : spans.marked(each, 0);
        requested += each === rcuReadLock ? 1 : each === rcuReadUnlock ? -1 : 0;
        if ((events & sectionsOpen) !== 0) opened += spans.opened;
        if ((events & sectionEnds) !== 0) ended++;
        if (each === "access") expect(opened - ended).toBe(requested);
        expect(spans.depth).toBe(opened - ended);
      }
    }),
    { seed: 1 },
  );
});
