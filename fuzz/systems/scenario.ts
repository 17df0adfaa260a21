/**
 * A scenario as data: what a system holds at first, and what each thread asks of it. Plain JSON, so that traces can
 * carry it and shrinking can take operations out of it; what an operation is, its system says.
 */
import { z } from "zod";
import type { System } from "./system.ts";
import { ScenarioError } from "./scenario-error.ts";

export interface Scenario<Operation = unknown> {
  readonly name: string;
  /** The system's name in the registry. */
  readonly system: string;
  /** One line on what is tried. */
  readonly about?: string;
  /** The system's parameters that differ from its defaults. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Done by one thread alone before the others start. */
  readonly initial: readonly Operation[];
  readonly threads: readonly ScenarioThread<Operation>[];
}

export interface ScenarioThread<Operation = unknown> {
  readonly name: string;
  readonly operations: readonly Operation[];
}

/** Threads a scenario may have, and operations each: more is no scenario but a mistake. */
const THREADS_MAX = 16;
const OPERATIONS_MAX = 1000;

/**
 * Checks that `value` is a scenario of `system`, to the last operation.
 *
 * @throws ScenarioError that names the first part that is wrong
 */
export function parseScenario<Operation>(system: System<Operation>, value: unknown): Scenario<Operation> {
  const operations = z.array(system.operationSchema).max(OPERATIONS_MAX);
  const schema = z.strictObject({
    name: z.string().min(1).max(200),
    system: z.literal(system.name),
    about: z.string().max(2000).optional(),
    limits: z.record(z.string(), z.number()).optional(),
    initial: operations,
    threads: z
      .array(z.strictObject({ name: z.string().min(1).max(100), operations }))
      .min(1)
      .max(THREADS_MAX),
  });
  const result = schema.safeParse(value);
  if (!result.success) throw malformed(system.name, "", result.error);
  const { about, limits, ...rest } = result.data;
  if (limits !== undefined) {
    const checked = system.limitsSchema.safeParse(limits);
    if (!checked.success) throw malformed(system.name, "limits.", checked.error);
  }
  return { ...rest, ...(about === undefined ? {} : { about }), ...(limits === undefined ? {} : { limits }) };
}

function malformed(system: string, prefix: string, { issues }: z.ZodError): ScenarioError {
  const [issue] = issues;
  const path = prefix + (issue?.path.map(String).join(".") ?? "");
  return new ScenarioError(
    `scenario of ${system}: ${path === "" ? "" : `${path}: `}${issue?.message ?? "it is malformed"}`,
  );
}
