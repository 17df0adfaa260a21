/** The settings of `quiesce.config.ts` for commands: defaults of their options, and the user's modules. */
import { dirname, join } from "node:path";
import type { Command } from "commander";
import {
  configuredModules,
  readConfiguration,
  type ReadConfiguration,
  type Reporter,
} from "#fuzz/host/configuration.ts";
import type { CommandName } from "./command-names.ts";

/** Folder of the reports of each command that takes its options from the configuration, below the configured one. */
const FOLDERS: { readonly [Name in CommandName]?: string } = {
  verify: ".",
  fuzz: "fuzz",
  certify: "certificates",
  explore: ".",
};

/**
 * Gives the command's options the configured values, where it has such options.
 *
 * @throws InputError for a configuration that is wrong
 */
export async function configure(name: CommandName, command: Command, root?: string): Promise<void> {
  const folder = FOLDERS[name];
  if (folder === undefined) return;
  const configuration = await readConfiguration(root);
  if (configuration === undefined) return;
  const values = optionValues(configuration, folder);
  for (const option of command.options) {
    const value = values[option.attributeName()];
    if (value !== undefined) command.setOptionValueWithSource(option.attributeName(), value, "config");
  }
}

function optionValues({ profile, seed, workers, out, file }: ReadConfiguration, folder: string) {
  const values: Readonly<Record<string, string | number | undefined>> = {
    profile,
    seed,
    workers,
    out: out === undefined ? undefined : join(dirname(file), out, folder),
  };
  return values;
}

/** Absolute paths of the modules that the configuration lists; none without one. */
export async function ownModules(): Promise<readonly string[]> {
  return configuredModules((await readConfiguration()) ?? {});
}

/** Reports that the configuration asks for; undefined for all of them. */
export async function configuredReporters(): Promise<readonly Reporter[] | undefined> {
  return (await readConfiguration())?.reporters;
}
