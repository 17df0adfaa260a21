/**
 * Programs for the explorer by name, and from modules of the user's own: plain data that another thread can load again.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "#fuzz/host/input-error.ts";
import { visibleText } from "#reports/visible-text.ts";
import type { ExploredProgram } from "#fuzz/explore/explored-program.ts";
import type { Parameters } from "#fuzz/programs/classical/classical-program.ts";
import { classicalPrograms } from "#fuzz/programs/classical/classical-programs.ts";

export interface ProgramSource {
  /** Name of a classical program, or absolute path of a module. */
  readonly program: string;
  /** All parameters, those that were not given too. */
  readonly parameters: Parameters;
}

/**
 * Finds a program by a word of the command line, and checks its parameters.
 *
 * A module exports `create(parameters)`, which makes the program, and, if it has any, `parameters` with their defaults.
 *
 * @throws InputError that names the word and what there is
 */
export async function programSource(word: string, given: Parameters): Promise<ProgramSource> {
  const isPath = /[/\\]|\.[cm]?[jt]s$/.test(word);
  const program = isPath ? resolve(word) : word;
  const { parameters } = await find(program);
  for (const name of Object.keys(given)) {
    if (name in parameters) continue;
    const known = Object.keys(parameters);
    throw new InputError(
      `${visibleText(word)} has no parameter "${visibleText(name)}"; ${known.length === 0 ? "it has none" : `there are ${known.join(", ")}`}`,
    );
  }
  return { program, parameters: { ...parameters, ...given } };
}

/** @throws InputError if the program is not there, or cannot be made with these parameters */
export async function loadProgram({ program, parameters }: ProgramSource): Promise<ExploredProgram> {
  const { create } = await find(program);
  try {
    return create(parameters);
  } catch (error) {
    throw new InputError(
      `${visibleText(program)} cannot be made with ${JSON.stringify(parameters)}: ${visibleText(String(error))}`,
      { cause: error },
    );
  }
}

interface Makeable {
  readonly parameters: Parameters;
  readonly create: (parameters: Parameters) => ExploredProgram;
}

async function find(program: string): Promise<Makeable> {
  const classical = classicalPrograms.get(program);
  if (classical !== undefined) return classical;
  if (!/[/\\]/.test(program))
    throw new InputError(
      `no program "${visibleText(program)}"; there are ${[...classicalPrograms.keys()].toSorted().join(", ")}; a path names a module`,
    );
  const shown = visibleText(program);
  if (!existsSync(program)) throw new InputError(`there is no module ${shown}; name a file that exports "create"`);
  let exported: object;
  try {
    exported = await import(pathToFileURL(program).href);
  } catch (error) {
    throw new InputError(`${shown} cannot be loaded: ${visibleText(String(error).split("\n")[0] ?? "")}`, {
      cause: error,
    });
  }
  const { create, parameters = {} } = exported as Partial<Makeable>;
  if (typeof create !== "function")
    throw new InputError(`${shown} exports no "create": a function that takes parameters and answers { threads }`);
  return { create, parameters };
}
