/** Checks of the machine that a system switches off. */
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";

const SETTINGS = { "data-race": "dataRaces", "lock-order": "lockOrder", leak: "leaks" } as const;

/** Reasons by the names of the checks. */
export type ChecksOff = { readonly [Check in keyof typeof SETTINGS]?: string };

/** The machine's settings for a system. */
export function settingsWithout(without: ChecksOff = {}): MachineSettings {
  const off = Object.entries(SETTINGS).filter(([check]) => Object.hasOwn(without, check));
  return Object.fromEntries(off.map(([, setting]) => [setting, false]));
}
