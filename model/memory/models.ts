/** The memory models by name. */

import { lkmm } from "./lkmm.ts";
import type { MemoryModel } from "./memory-model.ts";
import { ra } from "./ra.ts";
import { sc } from "./sc.ts";
import { tso } from "./tso.ts";

export const memoryModels: ReadonlyMap<string, MemoryModel> = new Map(
  [lkmm, sc, tso, ra].map((model) => [model.name, model]),
);
