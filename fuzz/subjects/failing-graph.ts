/** The file that keeps a failing execution of the explorer. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { InputError } from "#fuzz/host/input-error.ts";
import { visibleText } from "#reports/visible-text.ts";
import { ExecutionGraph } from "#fuzz/explore/graph-trace.ts";
import { isTableModel, type TableModel } from "#fuzz/explore/table-model.ts";

const FailingGraph = z.object({
  program: z.string(),
  parameters: z.record(z.string(), z.number()),
  model: z.string().refine(isTableModel),
  failure: z.strictObject({ thread: z.int().nonnegative(), message: z.string(), graph: ExecutionGraph }),
});

export type FailingGraph = Omit<z.infer<typeof FailingGraph>, "model"> & { readonly model: TableModel };

/** @throws InputError if the file is not there, or holds no failing execution */
export function readFailingGraph(path: string): FailingGraph {
  const shown = visibleText(path);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError(`${shown} cannot be read`, { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${shown} is no JSON`, { cause: error });
  }
  const parsed = FailingGraph.safeParse(value);
  if (!parsed.success || !isTableModel(parsed.data.model))
    throw new InputError(`${shown} holds no failing execution; quiesce explore --json writes one when a program fails`);
  return { ...parsed.data, model: parsed.data.model };
}
