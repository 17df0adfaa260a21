import { UNYIELDED } from "./unyielded.ts";

/** The properties that the machine checks in every program; a system adds its own. */
export const machineProperties: readonly string[] = [
  "memory-safety",
  "data-race",
  "lock-order",
  "context",
  "grace-period",
  "leak",
  "progress",
  "deadlock",
  "exception",
  "assertion",
  UNYIELDED,
];
