/**
 * Permanent lines, and one line of progress below them.
 *
 * The lines go to standard output, or to standard error if standard output carries JSON. The progress goes to standard
 * error, only if that is a terminal, and is redrawn a few times a second.
 */
import { createLogUpdate } from "log-update";
import { visibleText } from "#reports/visible-text.ts";

export interface Progress {
  /** Shows the progress line from now on; its text is computed at each redraw. */
  show(describe: () => string): void;
  /** Prints permanent lines. */
  print(text: string): void;
  /** Removes the progress line for good. */
  end(): void;
}

const MILLISECONDS_BETWEEN_DRAWS = 200;

export function progressOn(linesTo: NodeJS.WriteStream): Progress {
  const draw = process.stderr.isTTY ? createLogUpdate(process.stderr) : undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    show(describe) {
      if (draw !== undefined) timer ??= setInterval(() => draw(visibleText(describe())), MILLISECONDS_BETWEEN_DRAWS);
    },
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

/** Where lines for people go, since `--json` may need standard output. */
export function linesBeside(json: string | undefined): NodeJS.WriteStream {
  return json === "-" ? process.stderr : process.stdout;
}
