/**
 * How many files are decided, on standard error: one changing line on a terminal, an occasional line elsewhere, nothing
 * for a single file.
 *
 * Unlike the progress of campaigns, it hears of each step, because complaints about files also go to standard error
 * between two steps.
 */

/** Least time between two plain lines. */
const PLAIN_LINE_MS = 5_000;

export interface FileCount {
  readonly show: (decided: number) => void;
  /** Must be called before anything else is written. */
  readonly clear: () => void;
}

/** @param now milliseconds */
export function countOfFiles(
  total: number,
  stream: { readonly isTTY?: boolean | undefined; write(text: string): unknown },
  now: () => number,
): FileCount {
  let isShown = false;
  let last = now();
  return {
    show: (decided) => {
      if (total < 2) return;
      const line = `${decided} of ${total} litmus tests decided`;
      if (stream.isTTY === true) {
        stream.write(`\r\u001B[K${line}`);
        isShown = true;
      } else if (now() - last >= PLAIN_LINE_MS && decided < total) {
        stream.write(`${line}\n`);
        last = now();
      }
    },
    clear: () => {
      if (isShown) stream.write("\r\u001B[K");
      isShown = false;
    },
  };
}
