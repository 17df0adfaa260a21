import type { ExploreOptions, ExplorerModel } from "./explore.ts";
import type { Orderings } from "./local-states.ts";

/**
 * The models of the table of execution counts: a memory model, and how it treats the accesses of a program.
 *
 * `ra` makes every access, and every fence, release/acquire. The two of RC11 have full fences, and accesses all relaxed
 * or all release/acquire. `rc11` takes accesses as written, which suits your own programs. `es` treats plain accesses
 * as JavaScript's, and all others as Atomics.
 */
export const tableModels = {
  sc: { model: "sc" },
  tso: { model: "tso" },
  lkmm: { model: "lkmm" },
  ra: { model: "ra", accesses: "release-acquire", weakFences: true },
  rc11: { model: "ra" },
  "rc11-relaxed": { model: "ra", accesses: "relaxed" },
  "rc11-release-acquire": { model: "ra", accesses: "release-acquire" },
  es: { model: "es" },
} as const satisfies Readonly<
  Record<string, { readonly model: ExplorerModel; readonly accesses?: Orderings; readonly weakFences?: boolean }>
>;

export type TableModel = keyof typeof tableModels;

export function isTableModel(name: string): name is TableModel {
  return name in tableModels;
}

/** Options for exploring a program for a column of the table. */
export function tableOptions(model: TableModel): ExploreOptions {
  return tableModels[model];
}
