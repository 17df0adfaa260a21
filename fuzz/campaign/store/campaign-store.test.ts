import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { SearchOutcome, SearchTask } from "../scenario/search-task.ts";
import type { Job } from "../job.ts";
import { type FoundViolation, openStore } from "./campaign-store.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-store-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const freshPath = (): string => join(folder, `${++files}.db`);

const task: SearchTask = { scenario: { name: "one", system: "test" }, strategy: "pos", seed: 1, executionsMax: 10 };
const job: Job<"search"> = { kind: "search", task };
const outcome: SearchOutcome = { kind: "searched", executions: 10, accesses: 99 };
const violation: FoundViolation = {
  cause: "leak a:1 b:2 0",
  property: "leak",
  because: "peer#1 is lost",
  scenario: "one",
  lines: "a:1 b:2",
  trace: "{}",
};

test("a job's outcome survives reopening the store, for the same code alone", () => {
  const path = freshPath();
  const store = openStore(path);
  expect(store.outcomesOf("code").outcomeOf(job)).toBeUndefined();
  store.outcomesOf("code").keep(job, { outcome, milliseconds: 7 });
  store.close();
  const again = openStore(path);
  expect(again.outcomesOf("code").outcomeOf(job)).toEqual({ outcome, milliseconds: 7 });
  expect(again.outcomesOf("other").outcomeOf(job)).toBeUndefined();
  again.close();
});

test("an outcome that is not final is not kept", () => {
  const store = openStore(freshPath());
  store.outcomesOf("code").keep(job, { outcome: { ...outcome, kind: "stopped" }, milliseconds: 7 });
  expect(store.outcomesOf("code").outcomeOf(job)).toBeUndefined();
  store.close();
});

test("pairs count once, whatever pieces they come in, and storing a piece again changes nothing", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }), { maxLength: 3 }), {
        maxLength: 5,
      }),
      (pieces) => {
        const store = openStore(":memory:");
        const known = new Set<number>();
        for (const [number, schedules] of pieces.entries()) {
          const before = known.size;
          for (const pair of schedules.flat()) known.add(pair);
          const discoveries = schedules.map((pairs, execution) => ({ execution, choices: [0, 1], pairs }));
          const seen = { scenario: "one", strategy: "pos", executions: 5, isViolated: false, discoveries };
          expect(store.see(`job ${number}`, seen)).toBe(known.size - before);
          expect(store.see(`job ${number}`, seen)).toBe(0);
        }
        expect(store.corpus().reduce((sum, { found }) => sum + found, 0)).toBe(known.size);
        expect(store.curve()).toHaveLength(pieces.length);
        store.close();
      },
    ),
    { seed: 1, numRuns: 40 },
  );
});

test("a violation of a known cause is updated, and a fixed one is marked", () => {
  const store = openStore(freshPath());
  const [monday, tuesday, friday] = ["2026-11-02", "2026-11-03", "2026-11-06"].map((day) => new Date(day));
  if (monday === undefined || tuesday === undefined || friday === undefined) throw new Error("no days");
  expect(store.meet(violation, "code 1", monday)).toBe(true);
  expect(store.meet({ ...violation, scenario: "another" }, "code 2", tuesday)).toBe(false);
  const [stored] = store.violations();
  expect(stored).toMatchObject({ scenario: "one", lastCode: "code 2", isFailing: true });
  expect([stored?.firstSeen, stored?.lastSeen]).toEqual([monday.toISOString(), tuesday.toISOString()]);
  store.recheck(violation.cause, "code 3", false, friday);
  expect(store.violations()).toMatchObject([{ lastSeen: tuesday.toISOString(), lastCode: "code 3", isFailing: false }]);
  store.close();
});

test("a store of the first version is migrated to the present one with all its contents", () => {
  const path = freshPath();
  const present = openStore(path);
  present.outcomesOf("code").keep(job, { outcome, milliseconds: 7 });
  present.close();
  const first = new DatabaseSync(path);
  first.exec("DROP TABLE reads_from; DROP TABLE corpus; DROP TABLE curve; PRAGMA user_version = 1");
  first.close();
  const store = openStore(path);
  expect(store.outcomesOf("code").outcomeOf(job)?.milliseconds).toBe(7);
  expect(store.curve()).toEqual([]);
  store.close();
});

test("an unusable file is refused in one line", () => {
  const held = freshPath();
  const holder = openStore(held);
  expect(() => openStore(held)).toThrow(/^store .*: another campaign holds it; let that end, or name another file$/);
  holder.close();

  const newer = freshPath();
  openStore(newer).close();
  const file = new DatabaseSync(newer);
  file.exec("PRAGMA user_version = 99");
  file.close();
  expect(() => openStore(newer)).toThrow(
    /^store .*: it is of version 99, and this quiesce knows versions up to \d+; use a newer one$/,
  );

  const text = freshPath();
  writeFileSync(text, "this is no database, and it is long enough to look at".repeat(99));
  expect(() => openStore(text)).toThrow(/^store .*: it is no store of a campaign; name another file$/);

  const foreign = freshPath();
  const other = new DatabaseSync(foreign);
  other.exec("CREATE TABLE peers (address)");
  other.close();
  expect(() => openStore(foreign)).toThrow(/: it is no store of a campaign; name another file$/);

  const whole = freshPath();
  const store = openStore(whole);
  for (let cause = 0; cause < 500; cause++) store.meet({ ...violation, cause: `${cause}` }, "code", new Date(0));
  store.close();
  const cut = freshPath();
  copyFileSync(whole, cut);
  truncateSync(cut, 40_000);
  expect(() => openStore(cut)).toThrow(/^store .*: it is damaged; move it away, or restore it from a copy$/);
});

test("a full disk is reported in one line, and stored data stays", () => {
  const path = freshPath();
  openStore(path).close();
  const store = openStore(path, { pagesMax: 20 });
  let kept = 0;
  const fill = (): void => {
    for (; kept < 1_000; kept++)
      store.meet({ ...violation, cause: `${kept}`, trace: "x".repeat(500) }, "code", new Date(0));
  };
  expect(fill).toThrow(/^store .*: the disk is full; what was kept before is safe, so make room and start again$/);
  expect(kept).toBeGreaterThan(0);
  store.close();
  const again = openStore(path);
  expect(again.violations()).toHaveLength(kept);
  again.close();
});
