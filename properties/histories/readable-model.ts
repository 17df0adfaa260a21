/** A model together with its reading of the operations of a file. */
import type { Model } from "#model/model.ts";
import { keyed } from "#model/objects/keyed.ts";
import type { History, HistoryOperation } from "#properties/linearizability/history.ts";
import { withoutKey } from "./meanings/key-of-operation.ts";
import type { OfKey } from "./meanings/key-of-operation.ts";
import type { RecordedCall, MeaningOr, Reading } from "./meanings/meaning.ts";
import { HistoryFileError } from "./record.ts";
import type { RecordedOperation } from "./record.ts";
import { foundText } from "./recorded-value.ts";

/** Takes the operations of a history as they come, and returns a result at its end. */
export interface HistorySink<Operation, Response, Result> {
  add(item: HistoryOperation<Operation, Response>): void;
  end(): Result;
}

/** Passes the model to the checker of a history, and hides its types. */
export interface SinkOf<Result> {
  <State, Operation, Response>(model: Model<State, Operation, Response>): HistorySink<Operation, Response, Result>;
}

/** Counts of the operations that a model was given. */
export interface Tally {
  /** Those that are part of the history. */
  readonly taken: number;
  /** Those that returned false, and had no effect. */
  readonly refused: number;
  /** Those that returned a response that was not seen. */
  readonly unseen: number;
  /** Those that a user module's own reading leaves out. */
  readonly leftOut: number;
}

const NOTHING: Tally = { taken: 0, refused: 0, unseen: 0, leftOut: 0 };

export interface ModelReader<Result> {
  /**
   * @returns whether the operation is part of the history
   * @throws HistoryFileError at an operation that is unknown to the model
   */
  add(recorded: RecordedOperation): boolean;
  end(): Result;
  readonly tally: Tally;
}

/** A value that an option may have. */
export interface OptionValue {
  readonly what: string;
  fits(value: unknown): boolean;
}

export interface ReadableModel {
  /** Its possible initial content, where that is an option. */
  readonly initial?: OptionValue;
  readonly hasCapacity?: boolean;
  /** Passes the meaning of recorded operations to a sink. */
  open<Result>(reading: Reading, file: string, sinkOf: SinkOf<Result>): ModelReader<Result>;
}

interface Options<State, Operation, Response> {
  readonly initial?: OptionValue;
  readonly hasCapacity?: boolean;
  model(reading: Reading): Model<State, Operation, Response>;
  /** @param key the key of the record, in formats that have a field for it */
  meaning(call: RecordedCall, reading: Reading, key: string | number | undefined): MeaningOr<Operation, Response>;
}

/** A model whose operations are read without keys. */
export function plainModel<State, Operation, Response>({
  model,
  meaning,
  ...rest
}: Options<State, Operation, Response>): ReadableModel {
  return {
    ...rest,
    open(reading, file, sinkOf) {
      const taker = createTaker(file, sinkOf(model(reading)));
      return {
        add: (recorded) => taker.take(recorded, meaning(callOf(recorded), reading, recorded.key)),
        end: taker.end,
        tally: taker.tally,
      };
    },
  };
}

/** The number of values that a function of one object takes: none, or one that may be omitted; one; two, as a pair. */
export type Values = 0 | 1 | 2;

/**
 * A model of one object, or of one for each key where the operations have keys: all of them, or none. The first
 * operation decides.
 */
export function keyedModel<State, Operation, Response>({
  model,
  meaning,
  values,
  ...rest
}: Options<State, Operation, Response> & { values(f: string): Values }): ReadableModel {
  interface Begun<Result> extends Taker<OfKey, Result> {
    readonly hasKey: boolean;
    readonly line: number;
  }

  /** Takes operations with their keys, or without. */
  function begin<Result>(
    reading: Reading,
    file: string,
    sinkOf: SinkOf<Result>,
    hasKey: boolean,
  ): Taker<OfKey, Result> {
    const one = model(reading);
    if (!hasKey) {
      const taker = createTaker(file, sinkOf(one));
      return { ...taker, take: (recorded, { call }) => taker.take(recorded, meaning(call, reading, undefined)) };
    }
    const taker = createTaker(file, sinkOf(keyed(one)));
    return {
      ...taker,
      take(recorded, { key = "", call }) {
        const found = meaning(call, reading, undefined);
        return taker.take(
          recorded,
          found === "refused" || "fault" in found
            ? found
            : { ...found, operation: { key, operation: found.operation } },
        );
      },
    };
  }

  return {
    ...rest,
    open<Result>(reading: Reading, file: string, sinkOf: SinkOf<Result>): ModelReader<Result> {
      let begun: Begun<Result> | undefined;
      return {
        add(recorded) {
          const of = withoutKey(recorded, reading.format, values(recorded.f));
          if ("fault" in of) throw new HistoryFileError(file, recorded.line, of.fault);
          const hasKey = of.key !== undefined;
          begun ??= { ...begin(reading, file, sinkOf, hasKey), hasKey, line: recorded.line };
          if (begun.hasKey !== hasKey)
            throw new HistoryFileError(
              file,
              recorded.line,
              hasKey
                ? `expected no key, as the operation of line ${begun.line} has none, ` +
                    `found ${foundText(recorded.argument)} of ${recorded.f}`
                : `expected [key value], as the operation of line ${begun.line} has a key, ` +
                    `found ${foundText(recorded.argument)} of ${recorded.f}`,
            );
          return begun.take(recorded, of);
        },
        end: () => (begun ?? begin(reading, file, sinkOf, false)).end(),
        get tally() {
          return begun?.tally ?? NOTHING;
        },
      };
    },
  };
}

/** Most operations to hold until one reads the whole. */
const HELD_MAX = 1_000_000;

/**
 * One of two models, decided by the first operations: where the whole is read, its parts are not independent. Neither
 * may leave operations out.
 *
 * @param whole the model for histories with such a read
 */
export function byFirstReads(
  parts: ReadableModel,
  whole: ReadableModel,
  isWholeRead: (recorded: RecordedOperation) => boolean,
): ReadableModel {
  return {
    ...parts,
    open<Result>(reading: Reading, file: string, sinkOf: SinkOf<Result>): ModelReader<Result> {
      let held: RecordedOperation[] = [];
      let reader: ModelReader<Result> | undefined;
      let isWhole = false;
      const begin = (model: ReadableModel): ModelReader<Result> => {
        const begun = model.open(reading, file, sinkOf);
        for (const recorded of held) begun.add(recorded);
        held = [];
        reader = begun;
        return begun;
      };
      return {
        add(recorded) {
          const readsWhole = isWholeRead(recorded);
          if (reader !== undefined) {
            if (readsWhole && !isWhole)
              throw new HistoryFileError(
                file,
                recorded.line,
                `expected the first ${recorded.f} of the whole within ${HELD_MAX} operations`,
              );
            return reader.add(recorded);
          }
          if (readsWhole) {
            isWhole = true;
            return begin(whole).add(recorded);
          }
          held.push(recorded);
          if (held.length === HELD_MAX) begin(parts);
          return true;
        },
        end: () => (reader ?? begin(parts)).end(),
        get tally() {
          return reader?.tally ?? NOTHING;
        },
      };
    },
  };
}

/** A sink that holds the whole history and then decides. */
export function wholeHistory<Operation, Response, Result>(
  decide: (history: History<Operation, Response>) => Result,
): HistorySink<Operation, Response, Result> {
  const history: HistoryOperation<Operation, Response>[] = [];
  return { add: (item) => void history.push(item), end: () => decide(history) };
}

interface Taker<Found, Result> {
  take(recorded: RecordedOperation, found: Found): boolean;
  end(): Result;
  readonly tally: Tally;
}

/** Passes operations to a sink, and counts their outcomes. */
function createTaker<Operation, Response, Result>(
  file: string,
  sink: HistorySink<Operation, Response, Result>,
): Taker<MeaningOr<Operation, Response>, Result> {
  const tally = { taken: 0, refused: 0, unseen: 0, leftOut: 0 };
  return {
    take({ client, output = null, line, invokedAt, respondedAt }, found) {
      if (found === "refused") {
        tally.refused += 1;
        return false;
      }
      if ("fault" in found) throw new HistoryFileError(file, line, found.fault);
      const { operation, response } = found;
      tally.taken += 1;
      if (response === undefined && output === null && respondedAt !== undefined) tally.unseen += 1;
      sink.add({ client, operation, response, invokedAt, respondedAt });
      return true;
    },
    end: () => sink.end(),
    tally,
  };
}

function callOf({ client, f, argument, output, respondedAt }: RecordedOperation): RecordedCall {
  return { client, f, argument, output, isPending: respondedAt === undefined };
}
