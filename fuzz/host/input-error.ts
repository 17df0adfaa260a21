/**
 * The caller is at fault: a name that is not there, a file that cannot be used, a scenario that makes no sense.
 *
 * The message is one line: where it is, what is wrong, and what to do or what there is instead. The command line prints
 * it without a stack and ends with exit code 2; all other errors are faults of ours, and keep their stack.
 */
export class InputError extends Error {
  override readonly name: string = "InputError";
}
