/** The library's module, from the root. */
export const LIBRARY_ENTRY = "impl/native/peers.ts";
