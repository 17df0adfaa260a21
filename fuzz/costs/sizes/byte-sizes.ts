export const CACHE_LINE_BYTES = 64;

export const WORD_BYTES = 4;
