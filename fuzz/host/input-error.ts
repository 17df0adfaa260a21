/**
 * The caller is at fault: an unknown name, an unusable file, an invalid scenario.
 *
 * The message is one line: where, what is wrong, and what to do or what exists instead. The command line prints it
 * without a stack and exits with code 2. All other errors are faults in quiesce, and keep their stack.
 */
export class InputError extends Error {
  override readonly name: string = "InputError";
}
