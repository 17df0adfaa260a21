/** The maximal size of a litmus test. Larger ones are mistakes: the search is exponential. */

export const AGENTS_MAX = 16;

/** Of all agents together, those of branches included. */
export const STATEMENTS_MAX = 400;

/** Of all buffers together. */
export const BYTES_MAX = 1_048_576;
