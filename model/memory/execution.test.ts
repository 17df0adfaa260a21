import { expect, test } from "vitest";
import type { MemoryEvent, Tag } from "./event.ts";
import { allowed, forbiddenBy, termsOf, type Execution } from "./execution.ts";
import { lkmm } from "./lkmm.ts";
import type { MemoryModel } from "./memory-model.ts";
import { memoryModels } from "./models.ts";
import { ra } from "./ra.ts";
import { pairsOf, type Pair } from "./relation.ts";
import { sc } from "./sc.ts";
import { tso } from "./tso.ts";

const initial = (variable: string): MemoryEvent => ({ kind: "IW", thread: -1, variable });
const read = (thread: number, variable: string, tag: Tag = "Once"): MemoryEvent => ({
  kind: "R",
  thread,
  variable,
  tag,
});
const write = (thread: number, variable: string, tag: Tag = "Once"): MemoryEvent => ({
  kind: "W",
  thread,
  variable,
  tag,
});
const fence = (thread: number, tag: Tag): MemoryEvent => ({ kind: "F", thread, tag });

/** Half of a read-modify-write. */
function half(kind: "R" | "W", thread: number, variable = "x", tag: Tag = "Once"): MemoryEvent {
  return { kind, thread, variable, tag, rmw: true };
}

/** Program order between neighbours of one thread. */
function poOf(events: readonly MemoryEvent[]): Pair[] {
  return events.flatMap((event, i) =>
    i > 0 && event.thread >= 0 && events[i - 1]?.thread === event.thread ? [[i - 1, i] as const] : [],
  );
}

/** The names of the four models that allow an execution, as a text. */
function allowedBy(execution: Execution): string {
  return [...memoryModels.values()]
    .filter((model) => allowed(execution, model))
    .map(({ name }) => name)
    .join(" ");
}

/** Both processes miss the other's write. `between` stands between write and read in each. */
function storeBuffering(...between: readonly Tag[]): Execution {
  const middle = (thread: number): MemoryEvent[] => between.map((tag) => fence(thread, tag));
  const events = [
    initial("x"),
    initial("y"),
    write(0, "x"),
    ...middle(0),
    read(0, "y"),
    write(1, "y"),
    ...middle(1),
    read(1, "x"),
  ];
  const reads = events.map((_, i) => i).filter((i) => events[i]?.kind === "R");
  const [first = -1, second = -1] = reads;
  return {
    events,
    po: poOf(events),
    rf: [
      [1, first],
      [0, second],
    ],
    co: [
      [0, 2],
      [1, first + 1],
    ],
  };
}

/** The message is seen, but not the write before it. */
function messagePassing(release: Tag, acquire: Tag): Execution {
  const events = [
    initial("x"),
    initial("y"),
    write(0, "x"),
    write(0, "y", release),
    read(1, "y", acquire),
    read(1, "x"),
  ];
  return {
    events,
    po: [
      [2, 3],
      [4, 5],
    ],
    rf: [
      [3, 4],
      [0, 5],
    ],
    co: [
      [0, 2],
      [1, 3],
    ],
  };
}

test("store buffering is allowed except under sc, and by no model with full fences", () => {
  expect(allowedBy(storeBuffering())).toBe("lkmm tso ra");
  expect(allowedBy(storeBuffering("Wmb"))).toBe("lkmm tso ra");
  expect(allowedBy(storeBuffering("Mb"))).toBe("");
});

test("under tso, message passing is in order even without release and acquire", () => {
  expect(allowedBy(messagePassing("Once", "Once"))).toBe("lkmm ra");
  expect(allowedBy(messagePassing("Rel", "Once"))).toBe("lkmm ra");
  expect(allowedBy(messagePassing("Rel", "Acq"))).toBe("");
});

test("load buffering is allowed by lkmm only, and not with a data dependency", () => {
  const events = [initial("x"), initial("y"), read(0, "x"), write(0, "y"), read(1, "y"), write(1, "x")];
  const execution: Execution = {
    events,
    po: [
      [2, 3],
      [4, 5],
    ],
    rf: [
      [5, 2],
      [3, 4],
    ],
    co: [
      [0, 5],
      [1, 3],
    ],
  };
  expect(allowedBy(execution)).toBe("lkmm");
  expect(
    allowedBy({
      ...execution,
      data: [
        [2, 3],
        [4, 5],
      ],
    }),
  ).toBe("");
});

test("independent readers disagree under release and acquire, not under tso", () => {
  const events = [
    initial("x"),
    initial("y"),
    write(0, "x", "Rel"),
    read(1, "x", "Acq"),
    read(1, "y", "Acq"),
    write(2, "y", "Rel"),
    read(3, "y", "Acq"),
    read(3, "x", "Acq"),
  ];
  const execution: Execution = {
    events,
    po: [
      [3, 4],
      [6, 7],
    ],
    rf: [
      [2, 3],
      [1, 4],
      [5, 6],
      [0, 7],
    ],
    co: [
      [0, 2],
      [1, 5],
    ],
  };
  expect(allowedBy(execution)).toBe("lkmm ra");
});

test("a lost update breaks atomicity in every model", () => {
  const events = [initial("x"), half("R", 0), half("W", 0), half("R", 1), half("W", 1)];
  const lost: Execution = {
    events,
    po: [
      [1, 2],
      [3, 4],
    ],
    rmw: [
      [1, 2],
      [3, 4],
    ],
    rf: [
      [0, 1],
      [0, 3],
    ],
    co: [
      [0, 2],
      [2, 4],
    ],
  };
  expect(allowedBy(lost)).toBe("");
  for (const model of memoryModels.values()) expect(forbiddenBy(lost, model)?.axiom.name).toBe("atomicity");
  expect(
    allowedBy({
      ...lost,
      rf: [
        [0, 1],
        [2, 3],
      ],
    }),
  ).toBe("lkmm sc tso ra");
});

/** Store buffering whose writes are those of exchanges. */
function exchange(tag: Tag): Execution {
  const events = [
    initial("x"),
    initial("y"),
    half("R", 0, "x", tag),
    half("W", 0, "x", tag),
    read(0, "y"),
    half("R", 1, "y", tag),
    half("W", 1, "y", tag),
    read(1, "x"),
  ];
  return {
    events,
    po: [
      [2, 3],
      [3, 4],
      [5, 6],
      [6, 7],
    ],
    rmw: [
      [2, 3],
      [5, 6],
    ],
    rf: [
      [0, 2],
      [1, 4],
      [1, 5],
      [0, 7],
    ],
    co: [
      [0, 3],
      [1, 6],
    ],
  };
}

test("store buffering between full read-modify-writes is forbidden; between relaxed ones it depends", () => {
  expect(allowedBy(exchange("Mb"))).toBe("");
  expect(allowedBy(exchange("Once"))).toBe("lkmm ra");
});

test("a grace period waits for a section that began before it, in every model", () => {
  const events = [
    initial("x"),
    initial("y"),
    write(0, "x"),
    fence(0, "GPR"),
    write(0, "y"),
    fence(1, "RLock"),
    read(1, "y"),
    read(1, "x"),
    fence(1, "RUnlock"),
  ];
  const execution: Execution = {
    events,
    po: poOf(events),
    rf: [
      [4, 6],
      [0, 7],
    ],
    co: [
      [0, 2],
      [1, 4],
    ],
  };
  expect(allowedBy(execution)).toBe("");
  expect(forbiddenBy(execution, lkmm)?.axiom.name).toBe("rcu");
  // Without the section, only program order of the reader forbids it, and lkmm and ra do not keep that.
  const bare = events.map((event): MemoryEvent =>
    event.tag === "RLock" || event.tag === "RUnlock" ? fence(1, "Barrier") : event,
  );
  expect(allowedBy({ ...execution, events: bare })).toBe("lkmm ra");
});

test("a reader that opens its section around the whole grace period is stopped under sc by the rcu axiom", () => {
  const events = [
    initial("x"),
    initial("y"),
    write(0, "x"),
    fence(0, "GPR"),
    write(0, "y"),
    fence(1, "RLock"),
    read(1, "x"),
    read(1, "y"),
    fence(1, "RUnlock"),
  ];
  const around: Execution = {
    events,
    po: poOf(events),
    rf: [
      [0, 6],
      [4, 7],
    ],
    co: [
      [0, 2],
      [1, 4],
    ],
  };
  expect(forbiddenBy(around, sc)?.axiom.name).toBe("rcu");
  expect(allowedBy(around)).toBe("");
});

test("fences in RC11 give release and acquire to relaxed accesses", () => {
  const events = [
    initial("x"),
    initial("y"),
    write(0, "x"),
    fence(0, "Wmb"),
    write(0, "y"),
    read(1, "y"),
    fence(1, "Rmb"),
    read(1, "x"),
  ];
  const execution: Execution = {
    events,
    po: poOf(events),
    rf: [
      [4, 5],
      [0, 7],
    ],
    co: [
      [0, 2],
      [1, 4],
    ],
  };
  expect(allowed(execution, ra)).toBe(false);
  expect(forbiddenBy(execution, ra)?.axiom.name).toBe("release-acquire");
});

test("program order and coherence may be given as neighbouring pairs", () => {
  const events = [initial("x"), write(0, "x"), write(0, "x"), read(1, "x"), read(1, "x"), fence(1, "Mb"), read(1, "x")];
  const execution: Execution = {
    events,
    po: poOf(events),
    rf: [
      [2, 3],
      [2, 4],
      [0, 6],
    ],
    co: [
      [0, 1],
      [1, 2],
    ],
  };
  expect(forbiddenBy(execution, lkmm)?.axiom.name).toBe("coherence");
  expect(pairsOf(termsOf(execution, lkmm).co)).toEqual([
    [0, 1],
    [0, 2],
    [1, 2],
  ]);
});

test("a plain write against the order around it breaks plain coherence, and a race is a flag", () => {
  const events: MemoryEvent[] = [
    initial("x"),
    initial("y"),
    { kind: "W", thread: 0, variable: "x" },
    write(0, "y", "Rel"),
    read(1, "y", "Acq"),
    { kind: "R", thread: 1, variable: "x" },
  ];
  const base = {
    events,
    po: [
      [2, 3],
      [4, 5],
    ],
    co: [
      [0, 2],
      [1, 3],
    ],
  } as const;
  const stale: Execution = {
    ...base,
    rf: [
      [3, 4],
      [0, 5],
    ],
  };
  expect(forbiddenBy(stale, lkmm)?.axiom.name).toBe("plain-coherence");
  expect(
    allowed(
      {
        ...base,
        rf: [
          [3, 4],
          [2, 5],
        ],
      },
      lkmm,
    ),
  ).toBe(true);
});

test("data that is not an execution is rejected with the event at fault", () => {
  const { events, po, rf, co } = messagePassing("Once", "Once");
  expect(() => allowed({ events, po, rf: [[3, 4]], co }, tso)).toThrow("event 5 is a read, and reads from no write");
  expect(() =>
    allowed(
      {
        events,
        po,
        rf: [
          [3, 4],
          [0, 5],
          [2, 5],
        ],
        co,
      },
      tso,
    ),
  ).toThrow("event 5 reads from two writes, 0 and 2");
  expect(() =>
    allowed(
      {
        events,
        po,
        rf: [
          [2, 4],
          [0, 5],
        ],
        co,
      },
      tso,
    ),
  ).toThrow("rf relates event 2 of x to event 4 of y");
  expect(() => allowed({ events, po, rf, co: [[0, 3]] }, tso)).toThrow("co relates event 0 of x to event 3 of y");
  expect(() => allowed({ events, po: [[2, 9]], rf, co }, tso)).toThrow(
    "pair (2, 9) is outside a relation over 6 events",
  );
});

test("a model without an axiom allows what the axiom forbids", () => {
  const weakened: MemoryModel = { ...lkmm, axioms: lkmm.axioms.filter(({ name }) => name !== "propagation") };
  expect(allowed(storeBuffering("Mb"), weakened)).toBe(true);
});

test("every derivation consists of relations of its model and stays inside the relation it explains", () => {
  const execution = storeBuffering("Mb");
  for (const model of memoryModels.values()) {
    const terms = termsOf(execution, model);
    for (const [name, chains] of Object.entries(model.derivations)) {
      expect(terms.relation(name).size).toBe(execution.events.length);
      for (const item of chains.flat())
        expect(terms.relation(item.replace(/[?*]$/, "")).size).toBe(execution.events.length);
    }
  }
  expect(() => termsOf(execution, sc).relation("nope")).toThrow("the model defines no relation named nope");
});
