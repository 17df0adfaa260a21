/**
 * ^C, and a closed output.
 *
 * Work that has something to save registers with `onInterruption`, and is then told to stop; a second ^C ends the
 * process at once. Without such work, the signal ends the process as usual, and a closed output ends it without a
 * stack, with the exit code of an unfinished run.
 */
import { EXIT } from "./exit-code.ts";

let stopWork: ((why: string) => void) | undefined;

/** Must be called once, before anything is written. */
export function guardPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error;
      if (stopWork === undefined) process.exit(EXIT.unfinished);
      stopWork("the reader of the output has gone away");
    });
  }
}

/**
 * @param stop called at most once; it makes the work end soon
 * @returns stops watching
 */
export function onInterruption(stop: (why: string) => void): () => void {
  let isStopping = false;
  const stopOnce = (why: string): void => {
    if (isStopping) return;
    isStopping = true;
    stop(why);
  };
  const onSignal = (): void => {
    if (isStopping) process.exit(EXIT.unfinished);
    stopOnce("interrupted");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  stopWork = stopOnce;
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    stopWork = undefined;
    for (const signal of signals) process.off(signal, onSignal);
  };
}
