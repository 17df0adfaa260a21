/**
 * How many files are decided, on standard error: one line that changes on a terminal, now and then a
 * line elsewhere, nothing for a single file.
 *
 * Unlike the progress of campaigns it is told of each step, since complaints about files go to standard
 * error as well, between two of them.
 */

/** Least time between two plain lines. */
const PLAIN_LINE_MS = 5_000;

export interface FileCount {
  readonly show: (decided: number) => void;
  /** To be called before anything else is written. */
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
