/**
 * Programs for the explorer by name, and from user modules: plain data that another thread can load again.
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isModulePath } from "#fuzz/host/command-path.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { noteModules } from "#fuzz/host/loaded-modules.ts";
import { visibleText } from "#reports/visible-text.ts";
import type { ExploredProgram } from "#fuzz/explore/explored-program.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { exploredProgram, needsMachine } from "#fuzz/programs/explored-toy.ts";
import type { Parameters, ToyProgram } from "#fuzz/programs/toy-program.ts";
import { findToyProgram, toyPrograms } from "#fuzz/programs/toy-programs.ts";
import { checkOwnModules } from "./check-own-modules.ts";
import { exportedToy } from "./toy-source.ts";
import { unknownName } from "#fuzz/host/unknown-name.ts";

export interface ProgramSource {
  /** Name of a toy program, or absolute path of a module. */
  readonly program: string;
  /** All parameters, defaults included. */
  readonly parameters: Parameters;
}

/**
 * Finds a program by a word of the command line, and checks its parameters.
 *
 * A module exports a toy program as `program`; or `create(parameters)`, which makes a program for the explorer, and
 * `parameters` with their defaults, if it has any.
 *
 * @throws InputError that names the word and the known names
 */
export async function programSource(word: string, given: Parameters): Promise<ProgramSource> {
  const isPath = isModulePath(word);
  const program = isPath ? resolve(word) : word;
  const { parameters } = await find(program);
  if (isPath) await checkOwnModules(pathToFileURL(program).href);
  for (const name of Object.keys(given)) {
    if (name in parameters) continue;
    const known = Object.keys(parameters);
    throw new InputError(
      `${visibleText(word)} has ${known.length === 0 ? `no parameter "${visibleText(name)}"; it has none` : unknownName("parameter", name, known)}`,
    );
  }
  return { program, parameters: { ...parameters, ...given } };
}

/** @throws InputError if the program does not exist, or cannot be made with these parameters */
export async function loadProgram({ program, parameters }: ProgramSource): Promise<ExploredProgram> {
  const { create } = await find(program);
  const made = making(program, parameters, () => create(parameters));
  if (!Array.isArray(made.threads) || made.threads.length === 0)
    throw new InputError(`${visibleText(program)}: create returns no threads, so there is nothing to explore`);
  return made;
}

/**
 * The program for the machine, if only the machine can judge it: see `needsMachine`.
 *
 * @throws InputError as for `loadProgram`
 */
export async function loadJudgedProgram({ program, parameters }: ProgramSource): Promise<Program | undefined> {
  const { toy } = await find(program);
  if (toy === undefined) return undefined;
  return making(program, parameters, () => (needsMachine(toy, parameters) ? toy.create(parameters) : undefined));
}

function making<T>(program: string, parameters: Parameters, make: () => T): T {
  try {
    return make();
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
  readonly toy?: ToyProgram;
}

function makeableToy(toy: ToyProgram): Makeable {
  return { toy, parameters: toy.parameters, create: (parameters) => exploredProgram(toy, parameters) };
}

async function find(program: string): Promise<Makeable> {
  const toy = findToyProgram(program);
  if (toy !== undefined) return makeableToy(toy);
  if (!/[/\\]/.test(program))
    throw new InputError(
      `${unknownName(
        "program",
        program,
        toyPrograms.map(({ name }) => name).toSorted(),
        "quiesce list --only programs",
      )}; a path names a module`,
    );
  const shown = visibleText(program);
  if (!existsSync(program)) throw new InputError(`there is no module ${shown}; name a file that exports "create"`);
  let exported: object;
  noteModules();
  try {
    exported = await import(pathToFileURL(program).href);
  } catch (error) {
    throw new InputError(`${shown} cannot be loaded: ${visibleText(String(error).split("\n")[0] ?? "")}`, {
      cause: error,
    });
  }
  const own = exportedToy(exported);
  if (own !== undefined) return makeableToy(own);
  const { create, parameters = {} } = exported as Partial<Makeable>;
  if (typeof create !== "function")
    throw new InputError(
      `${shown} exports no "create": a function that takes parameters and returns { threads }; nor a toy program as "program" or by default`,
    );
  return { create, parameters };
}
