import { InvalidArgumentError } from "commander";

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/**
 * Parses `500ms`, `10s`, `2m` or `1h`; a bare number is seconds.
 *
 * @returns milliseconds, more than 0
 * @throws InvalidArgumentError if `text` is not such a duration
 */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const unit = (match?.[2] ?? "s") as keyof typeof MILLISECONDS;
  const milliseconds = Number(match?.[1]) * MILLISECONDS[unit];
  if (!(milliseconds > 0)) throw new InvalidArgumentError(`it must be a duration such as 500ms, 10s, 2m or 1h.`);
  return milliseconds;
}
