/** A line of the table of sizes: what a record takes, and what a lookup touches, beside the kernel's figures. */
export interface SizeRow {
  readonly system: string;
  /** Which record, as a person names it. */
  readonly record: string;
  readonly bytes: number;
  /** Which lookup the cache lines are of. */
  readonly lookup: string;
  /** Lines of {@link CACHE_LINE_BYTES} that it touches; a mean, where it depends on the record. */
  readonly cacheLines: number;
  readonly kernelBytes: number;
  /** Where the kernel's figure comes from. */
  readonly kernelSource: string;
}

export const CACHE_LINE_BYTES = 64;

export const WORD_BYTES = 4;
