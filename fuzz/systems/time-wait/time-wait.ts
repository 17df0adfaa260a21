/** The compressed TIME_WAIT as a system to verify: operations as data, and their threads for the machine. */
import * as fc from "fast-check";
import { z } from "zod";
import { type Access, beginOperation, endOperation } from "#impl/memory/access.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { workerLoop } from "#impl/sync/delayed-work.ts";
import { advanceClock, type Clock, placeClock } from "#impl/sync/jiffies.ts";
import { addTimeWait } from "#impl/time-wait/add.ts";
import { countInTheWay } from "#impl/time-wait/bind.ts";
import { setKnob } from "#impl/time-wait/knobs.ts";
import { lookupTimeWait } from "#impl/time-wait/lookup.ts";
import { reopenTimeWait, restartTimeWait, type SegmentOutcome } from "#impl/time-wait/restart.ts";
import { ampleLines, createTimeWait, type TimeWaitTable } from "#impl/time-wait/table.ts";
import { tickTimeWait } from "#impl/time-wait/tick.ts";
import type { HistoryWatcher, Program, ThreadBody } from "#fuzz/machine/program.ts";
import type { Reach, TcpConnection } from "#model/time-wait/tcp-connection.ts";
import {
  type ConnectionIdentity,
  createTimeWaitModel,
  numbersAt,
  snapshotWord,
  type TimeWaitOperation,
} from "#model/time-wait/time-wait.ts";
import { arenaWindowWatcher } from "#properties/time-wait/arena-window.ts";
import { expiresInTimeWatcher } from "#properties/time-wait/expires-in-time.ts";
import { hashedOnceWatcher } from "#properties/time-wait/hashed-once.ts";
import { type ModelHistory, modelHistory } from "#properties/linearizability/model-history.ts";
import { linesAccountedWatcher } from "#properties/time-wait/lines-accounted.ts";
import type { Scenario } from "../scenario.ts";
import type { System } from "../system.ts";
import { timeWaitSmallScope } from "./time-wait-small-scope.ts";
import { ScenarioError } from "../scenario-error.ts";

const connection = z
  .string()
  .regex(
    /^(lo|lan|wan)[46]\/\d{1,4}:\d{1,4}$/,
    'must be "lo", "lan" or "wan", "4" or "6", and two ports, such as "lan4/80:1"',
  );
const sequence = z.int().min(1).max(300);
const ticks = z.int().min(0).max(100_000);

const operationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("add"), connection, sequence, reuse: z.boolean() }),
  z.strictObject({ kind: z.literal("lookup"), connection }),
  z.strictObject({ kind: z.literal("restart"), connection }),
  z.strictObject({ kind: z.literal("reopen"), connection, sequence }),
  z.strictObject({
    kind: z.literal("bind"),
    family: z.enum(["v4", "v6"]),
    port: z.int().min(0).max(9999),
    reuse: z.boolean(),
  }),
  z.strictObject({ kind: z.literal("set"), knob: z.string().max(40), on: z.boolean() }),
  z.strictObject({ kind: z.literal("advance"), ticks }),
]);

/**
 * `lan4/80:1` is the connection from local port 80 to port 1 of the host on the same link. The operations are the
 * model's.
 */
export type TimeWaitScenarioOperation = z.infer<typeof operationSchema>;

const seconds = z.int().min(0).max(3600);
const flag = z.int().min(0).max(1);
const powerOfTwo = z
  .int()
  .min(1)
  .max(1024)
  .refine((number) => (number & (number - 1)) === 0, "must be a power of two");

/** Small numbers, so that classes fill up and lines run out with few records. One tick a second. */
const limitsSchema = z.strictObject({
  /** The clock at the start, before the initial operations. */
  now: z.int32().default(1000),
  ticksPerSecond: z.int().min(1).max(1000).default(1),
  remoteSeconds: seconds.default(60),
  localSeconds: seconds.default(10),
  loopbackSeconds: seconds.default(2),
  /** Slots of each family: a third of them for each class. */
  slots: powerOfTwo.default(8),
  heads: powerOfTwo.default(2),
  /** Lines of each family; 0 for as many as never run out. */
  lines: z.int().min(0).max(10_000).default(0),
  lineBytes: z
    .int()
    .min(8)
    .max(128)
    .refine((bytes) => bytes % 4 === 0, "must be a multiple of 4")
    .default(16),
  /** Is the facility enabled at the start? */
  enabled: flag.default(1),
  truncating: flag.default(1),
  /** Of the four objects that the first enabling needs, those there is memory for. */
  objectsMax: z.int().min(0).max(4).default(4),
});

type TimeWaitSettings = z.infer<typeof limitsSchema>;

const FAMILIES = ["v4", "v6"] as const;
const CONNECTIONS = ["lan4/80:1", "lan4/80:2", "lan4/81:1", "lo4/80:1", "wan4/80:3", "wan6/80:1"] as const;
const anyConnection = fc.constantFrom(...CONNECTIONS);
const anySequence = fc.constantFrom(1, 2, 3);

const operations: fc.Arbitrary<TimeWaitScenarioOperation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      connection: anyConnection,
      sequence: anySequence,
      reuse: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("lookup" as const), connection: anyConnection }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("restart" as const), connection: anyConnection }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("reopen" as const), connection: anyConnection, sequence: anySequence }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("bind" as const),
      family: fc.constantFrom(...FAMILIES),
      port: fc.constantFrom(80, 81),
      reuse: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("set" as const),
      knob: fc.constantFrom("enable", "truncation", "entries"),
      on: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("advance" as const), ticks: fc.constantFrom(1, 4, 19, 120) }) },
);

export const timeWait: System<TimeWaitScenarioOperation> = {
  name: "time-wait",
  about: "NetBSD's compressed TIME_WAIT of 2011: classes of lifetimes, records in a clock, tags in cache lines",
  operationSchema,
  limitsSchema,
  operations,
  properties: ["linearizability", "arena-window", "hashed-once", "lines-accounted", "expires-in-time"],
  smallScope: timeWaitSmallScope,
  compile,
};

interface Placed {
  readonly heap: Heap;
  readonly clock: Clock;
  readonly table: TimeWaitTable;
}

/** An operation and its number in the program. */
interface Numbered {
  readonly operation: TimeWaitScenarioOperation;
  readonly number: number;
}

function compile(scenario: Scenario<TimeWaitScenarioOperation>): Program {
  const settings = limitsSchema.parse(scenario.limits ?? {});
  const placed = placeTable(settings);
  const { heap, table } = placed;
  let number = 0;
  const threads = scenario.threads.map(({ name, operations }) => ({
    name,
    numbered: operations.map((operation): Numbered => ({ operation, number: number++ })),
  }));
  const bodies: ThreadBody[] = threads.map(({ name, numbered }) => ({
    name,
    *body() {
      for (const { operation, number } of numbered) {
        yield beginOperation(number);
        const response = yield* perform(placed, operation);
        yield endOperation(response);
      }
    },
  }));
  bodies.push({ name: "timer", daemon: true, body: () => workerLoop(table.tickWork, () => tickTimeWait(table)) });
  return {
    name: scenario.name,
    heap,
    *setUp() {
      yield* performInitially(placed, settings, scenario.initial);
    },
    threads: bodies,
    watchers: [
      linesAccountedWatcher(table),
      hashedOnceWatcher(table),
      arenaWindowWatcher(table),
      expiresInTimeWatcher(table),
    ],
    history: historyOf(
      scenario,
      settings,
      threads.flatMap(({ numbered }) => numbered.map(({ operation }) => operation)),
    ),
  };
}

function placeTable(settings: TimeWaitSettings): Placed {
  const { slots, heads, lineBytes, objectsMax } = settings;
  const lines = linesOf(settings);
  const lineWords = lineBytes / 4;
  const heap = createHeap(200 + slots * 28 + 2 * ((lines + 1) * lineWords + 2 * heads + lineWords + 2));
  const clock = placeClock(heap, settings.now);
  const table = createTimeWait(heap, clock, { ...settings, lines, prefixes: { v4: 24, v6: 64 } }, objectsMax);
  return { heap, clock, table };
}

function linesOf({ slots, heads, lines }: TimeWaitSettings): number {
  return lines === 0 ? ampleLines(slots, heads) : lines;
}

/**
 * The model's history, which begins with the initial operations: performed once on a table of its own, they answer the
 * same on every one.
 *
 * @throws ScenarioError if the model does not allow what they answer
 */
function historyOf(
  { name, initial }: Scenario<TimeWaitScenarioOperation>,
  settings: TimeWaitSettings,
  operations: readonly TimeWaitScenarioOperation[],
): HistoryWatcher {
  const alone = placeTable(settings);
  const answers = runAlone(alone.heap, performInitially(alone, settings, initial));
  const model = createTimeWaitModel({
    ...settings,
    enabled: settings.enabled === 1 && settings.objectsMax === 4,
    truncating: settings.truncating === 1,
    linesMayRunOut: linesOf(settings) < ampleLines(settings.slots, settings.heads),
    memoryIsShort: settings.objectsMax < 4,
  });
  const history = modelHistory(model, {
    operations: [...initial, ...operations].map(modelOperation),
    responseOf: (word) => word,
    describe,
  });
  return afterInitial(name, history, answers);
}

/**
 * The history as it goes on after the first operations have been answered so.
 *
 * @throws ScenarioError if the model does not allow these answers
 */
export function afterInitial(name: string, history: ModelHistory, answers: readonly number[]): HistoryWatcher {
  const repeat = (): string | undefined => {
    history.reset();
    for (const [number, answer] of answers.entries()) {
      history.invoke(0, number);
      const because = history.respond(0, answer);
      if (because !== undefined) return because;
    }
    return undefined;
  };
  const because = repeat();
  if (because !== undefined) throw new ScenarioError(`${name}: initial operations: ${because}`);
  return {
    property: history.property,
    reset: () => void repeat(),
    invoke: (thread, operation) => history.invoke(thread, answers.length + operation),
    respond: (thread, response) => history.respond(thread, response),
  };
}

/** Turns the knobs as the limits say, then performs the operations as one thread; answers what they answer. */
function* performInitially(
  placed: Placed,
  { enabled, truncating }: TimeWaitSettings,
  initial: readonly TimeWaitScenarioOperation[],
): Access<number[]> {
  if (enabled === 1) yield* setKnob(placed.table, "enable", true);
  if (truncating === 1) yield* setKnob(placed.table, "truncation", true);
  const answers: number[] = [];
  for (const operation of initial) answers.push(yield* perform(placed, operation));
  return answers;
}

function* perform({ table, clock }: Placed, operation: TimeWaitScenarioOperation): Access<number> {
  switch (operation.kind) {
    case "add": {
      const { sequence, reuse } = operation;
      const added = yield* addTimeWait(table, {
        connection: parseConnection(operation.connection),
        ...numbersAt(sequence),
        uid: sequence,
        reuse,
      });
      return added ? 1 : 0;
    }
    case "lookup": {
      const found = yield* lookupTimeWait(table, parseConnection(operation.connection));
      return found === undefined ? 0 : snapshotWord(found);
    }
    case "restart": {
      const outcome = yield* restartTimeWait(table, parseConnection(operation.connection));
      return OUTCOMES[outcome];
    }
    case "reopen": {
      const outcome = yield* reopenTimeWait(table, parseConnection(operation.connection), operation.sequence);
      return OUTCOMES[outcome];
    }
    case "bind":
      return yield* countInTheWay(table, operation.family, operation.port, operation.reuse);
    case "set":
      return yield* setKnob(table, operation.knob, operation.on);
    case "advance":
      return yield* advanceClock(clock, operation.ticks);
  }
}

const OUTCOMES: Readonly<Record<SegmentOutcome, number>> = { absent: 0, done: 1, kept: 2 };

function modelOperation(operation: TimeWaitScenarioOperation): TimeWaitOperation {
  return "connection" in operation ? { ...operation, connection: identityOf(operation.connection) } : operation;
}

function describe(operation: TimeWaitOperation): string {
  switch (operation.kind) {
    case "add":
      return `add ${operation.connection.name} sequence ${operation.sequence}${operation.reuse ? " reuse" : ""}`;
    case "lookup":
    case "restart":
      return `${operation.kind} ${operation.connection.name}`;
    case "reopen":
      return `reopen ${operation.connection.name} sequence ${operation.sequence}`;
    case "bind":
      return `bind ${operation.family} port ${operation.port}${operation.reuse ? " reuse" : ""}`;
    case "set":
      return `set ${operation.knob} ${operation.on ? "on" : "off"}`;
    case "advance":
      return `advance ${operation.ticks}`;
  }
}

/**
 * The two ends' addresses, by the connection's first letters. The model is told the reach; the implementation finds it
 * out.
 */
const ENDS: Readonly<
  Record<string, { readonly reach: Reach; readonly local: readonly number[]; readonly foreign: readonly number[] }>
> = {
  lo4: { reach: "loopback", local: [0x7f000001], foreign: [0x7f000001] },
  lan4: { reach: "local", local: [0x0a000001], foreign: [0x0a000002] },
  wan4: { reach: "remote", local: [0x0a000001], foreign: [0xc0000201] },
  lo6: { reach: "loopback", local: [0, 0, 0, 1], foreign: [0, 0, 0, 1] },
  lan6: { reach: "local", local: [0xfd000000, 0, 0, 1], foreign: [0xfd000000, 0, 0, 2] },
  wan6: { reach: "remote", local: [0xfd000000, 0, 0, 1], foreign: [0x20010db8, 0, 0, 1] },
};

/** @throws ScenarioError if the text is no connection; the schema lets none such through */
export function parseConnection(text: string): TcpConnection {
  const { ends, ports } = partsOf(text);
  const [localPort = 0, foreignPort = 0] = ports;
  return { family: familyOf(text), localAddress: ends.local, foreignAddress: ends.foreign, localPort, foreignPort };
}

export function identityOf(text: string): ConnectionIdentity {
  const { ends, ports } = partsOf(text);
  return {
    name: `${text.slice(0, text.indexOf("/"))}/${ports.join(":")}`,
    family: familyOf(text),
    reach: ends.reach,
    localPort: ports[0] ?? 0,
  };
}

function familyOf(text: string): "v4" | "v6" {
  return text.includes("4/") ? "v4" : "v6";
}

function partsOf(text: string) {
  const [name = "", ports = ""] = text.split("/");
  const ends = ENDS[name];
  if (ends === undefined)
    throw new ScenarioError(`connection "${text}" must begin with one of ${Object.keys(ENDS).join(", ")}`);
  return { ends, ports: ports.split(":").map(Number) };
}
