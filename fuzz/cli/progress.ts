/**
 * Lines for good, and one line of progress below them.
 *
 * The lines go to standard output, or to standard error where standard output carries JSON. The progress goes to
 * standard error, only if that is a terminal, and is drawn again a few times a second.
 */
import { createLogUpdate } from "log-update";
import { visibleText } from "#reports/visible-text.ts";

export interface Progress {
  /** Prints lines that stay. */
  print(text: string): void;
  /** Takes the progress away for good. */
  end(): void;
}

const MILLISECONDS_BETWEEN_DRAWS = 200;

/** @param describe the line of progress, at the time it is asked */
export function showProgress(describe: () => string, { linesTo }: { readonly linesTo: NodeJS.WriteStream }): Progress {
  const draw = process.stderr.isTTY ? createLogUpdate(process.stderr) : undefined;
  const timer =
    draw === undefined ? undefined : setInterval(() => draw(visibleText(describe())), MILLISECONDS_BETWEEN_DRAWS);
  return {
    print(text) {
      draw?.clear();
      linesTo.write(`${text}\n`);
    },
    end() {
      clearInterval(timer);
      draw?.clear();
      draw?.done();
    },
  };
}

/** `about 20 s left`, from what is done and how long it took; empty while nothing can be said. */
export function timeLeftText(done: number, total: number, milliseconds: number): string {
  if (done <= 0 || milliseconds < 1000) return "";
  const seconds = Math.ceil(((Math.max(0, total - done) / done) * milliseconds) / 1000);
  if (seconds < 90) return `at most about ${seconds} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `at most about ${minutes} min left` : `at most about ${Math.round(minutes / 60)} h left`;
}
