import { z } from "zod";
import type { Scenario } from "./scenario.ts";
import { ScenarioError } from "./scenario-error.ts";
import type { System } from "./system.ts";

/** Maximum number of threads of a scenario, and of operations of each: more is taken for a mistake. */
const THREADS_MAX = 16;
const OPERATIONS_MAX = 1000;

/**
 * Checks that `value` is a scenario of `system`, down to the last operation.
 *
 * @throws ScenarioError that names the first part that is wrong
 */
export function parseScenario<Operation>(
  system: Pick<System<Operation>, "name" | "operationSchema" | "limitsSchema">,
  value: unknown,
): Scenario<Operation> {
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
    finally: operations.optional(),
  });
  const result = schema.safeParse(value);
  if (!result.success) throw malformed(system.name, "", result.error);
  const { about, limits, finally: last, ...rest } = result.data;
  if (limits !== undefined) {
    const checked = system.limitsSchema.safeParse(limits);
    if (!checked.success) throw malformed(system.name, "limits.", checked.error);
  }
  return {
    ...rest,
    ...(about === undefined ? {} : { about }),
    ...(limits === undefined ? {} : { limits }),
    ...(last === undefined ? {} : { finally: last }),
  };
}

function malformed(system: string, prefix: string, { issues }: z.ZodError): ScenarioError {
  const [issue] = issues;
  const path = prefix + (issue?.path.map(String).join(".") ?? "");
  return new ScenarioError(
    `scenario of ${system}: ${path === "" ? "" : `${path}: `}${issue?.message ?? "it is malformed"}`,
  );
}
