/** The model that a user names: a built-in one, or one of the user's module. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Model } from "#model/model.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { builtInModels } from "#properties/histories/built-in-models.ts";
import type { Meaning } from "#properties/histories/meanings/meaning.ts";
import type { ReadableModel } from "#properties/histories/readable-model.ts";
import { HistoryFileError } from "#properties/histories/record.ts";
import type { RecordedOperation } from "#properties/histories/record.ts";
import { unknownName } from "#fuzz/host/unknown-name.ts";
import { TRANSACTION_MODELS } from "#properties/transactions/transaction-model.ts";

/** @throws InputError if there is no such model, or the module is unusable */
export async function loadModel(name: string): Promise<ReadableModel> {
  const known = Object.hasOwn(builtInModels, name) ? builtInModels[name] : undefined;
  if (known !== undefined) return known;
  if (!/[./\\]/.test(name))
    throw new InputError(
      `check: ${unknownName("model", name, [...Object.keys(builtInModels), ...TRANSACTION_MODELS])}; or give a module such as ./my-model.ts`,
    );
  const path = resolve(name);
  if (!existsSync(path)) throw new InputError(`check: --model ${name}: there is no such file`);
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    throw new InputError(
      `check: --model ${name}: the module cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const { model, read } = exported;
  if (!isModel(model))
    throw new InputError(
      `check: --model ${name}: it must export \`model\` with name, initial, next and key (see model/model.ts)`,
    );
  if (read !== undefined && !isReader(read))
    throw new InputError(`check: --model ${name}: its \`read\` must be a function`);
  return {
    open(_reading, file, sinkOf) {
      const sink = sinkOf(model);
      const tally = { taken: 0, refused: 0, unseen: 0, leftOut: 0 };
      return {
        add(recorded) {
          const meaning = meaningOf(read, recorded, file);
          if (meaning === undefined) {
            tally.leftOut += 1;
            return false;
          }
          const { client, invokedAt, respondedAt } = recorded;
          tally.taken += 1;
          if (meaning.response === undefined && respondedAt !== undefined) tally.unseen += 1;
          sink.add({ client, operation: meaning.operation, response: meaning.response, invokedAt, respondedAt });
          return true;
        },
        end: () => sink.end(),
        tally,
      };
    },
  };
}

type Reader = (recorded: RecordedOperation) => unknown;

function meaningOf(
  read: Reader | undefined,
  recorded: RecordedOperation,
  file: string,
): Meaning<unknown, unknown> | undefined {
  if (read === undefined) {
    const { f, key, argument, output } = recorded;
    return {
      operation: {
        kind: f,
        ...(key === undefined ? {} : { key }),
        ...(argument === null || argument === undefined ? {} : { value: argument }),
      },
      response: output,
    };
  }
  let meaning: unknown;
  try {
    meaning = read(recorded);
  } catch (error) {
    throw new HistoryFileError(
      file,
      recorded.line,
      `the module's \`read\` throws: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (meaning === undefined) return undefined;
  if (typeof meaning !== "object" || meaning === null || !("operation" in meaning)) {
    throw new HistoryFileError(
      file,
      recorded.line,
      "the module's `read` must give { operation, response }, or undefined",
    );
  }
  return { operation: meaning.operation, response: "response" in meaning ? meaning.response : undefined };
}

function isReader(value: unknown): value is Reader {
  return typeof value === "function";
}

function isModel(value: unknown): value is Model<unknown, unknown, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const { name, next, key } = value as Record<string, unknown>;
  return typeof name === "string" && typeof next === "function" && typeof key === "function" && "initial" in value;
}
