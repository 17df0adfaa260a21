/**
 * Possible assumptions about a database whose transactions read and write registers (see `register-versions.ts`).
 */
export const ASSUMPTIONS = ["writes-follow-reads", "sequential-keys", "linearizable-keys"] as const;
export type Assumption = (typeof ASSUMPTIONS)[number];
