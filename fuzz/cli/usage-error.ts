import { CommandError } from "#fuzz/host/exit-code.ts";

/** Names of the errors whose message is one clear line for the person who typed the command. */
const EXPECTED = new Set(["CatalogueError", "PatchError", "TraceError", "WriteError"]);

/**
 * Does `act`, and makes what is the caller's to put right a usage error; anything else is a fault of ours, and keeps
 * its stack.
 *
 * @throws CommandError for a name that is not there, a file that cannot be written, a trace or patch that is none
 */
export async function asUsage<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Error && EXPECTED.has(error.name)) throw new CommandError(error.message);
    throw error;
  }
}
