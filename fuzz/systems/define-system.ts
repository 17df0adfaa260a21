/**
 * Declares a system: a structure, its model, its operations, and the scenarios to try.
 *
 * Everything else is derived here, for our systems and for a user's alike: schemas, generators and names of operations,
 * the program of a scenario, histories, small scopes.
 */
import { fileURLToPath } from "node:url";
import { getCallSites } from "node:util";
import type { Arbitrary } from "fast-check";
import { z, type ZodType } from "zod";
import { compileScenario } from "./compile-scenario.ts";
import { withHeldReferences } from "./held-references.ts";
import { limitsArbitrary, operationArbitrary, operationSchemaOf, type ValueWeights } from "./operation-data.ts";
import type { Limit } from "./operation-arguments.ts";
import {
  callsOf,
  type CallsOf,
  lacksReference,
  type OperationOf,
  type OperationTable,
  operationText,
} from "./operation-table.ts";
import { scenariosOf } from "./scenario.ts";
import type { System } from "./system.ts";
import type { AnySystemDefinition, LimitsShape, SystemDefinition } from "./system-definition.ts";

const SEQUENCE_MAX = 160;

/** With few values threads meet; with many values boundaries are reached. */
const FEW_VALUES: ValueWeights = { few: 1, interesting: 0 };
const SOME_VALUES: ValueWeights = { few: 4, interesting: 1 };
const MANY_VALUES: ValueWeights = { few: 1, interesting: 1 };

export function defineSystem<
  Table extends OperationTable,
  State,
  ModelOperation,
  Shape extends LimitsShape = Record<never, never>,
>(
  definition: SystemDefinition<Table, Shape, State, ModelOperation>,
): System<OperationOf<Table>> & { readonly calls: CallsOf<Table> } {
  type Operation = OperationOf<Table>;
  const { name, about, sources, operations: table, limits = {}, smallScope } = definition;
  // Schemas are slow to build, and only external scenarios need them.
  let operationSchema: ZodType<Operation> | undefined;
  const isInitial = ({ kind }: Operation): boolean => table[kind]?.row.neverInitially !== true;
  const concurrent = operationArbitrary(table, SOME_VALUES) as Arbitrary<Operation>;
  const hasInitial = Object.values(table).some(({ row }) => row.neverInitially !== true && row.weight !== 0);
  const limitsSchema = z.strictObject(
    Object.fromEntries(Object.entries<Limit>(limits).map(([limit, { schema }]) => [limit, schema])),
  );
  return {
    name,
    about,
    ...(sources !== undefined && { sources }),
    ...definingModule(),
    ...(definition.without !== undefined && { without: definition.without }),
    calls: callsOf(table) as unknown as CallsOf<Table>,
    limitsSchema,
    limits: limitsArbitrary(limits),
    get operationSchema() {
      return (operationSchema ??= operationSchemaOf(table) as unknown as ZodType<Operation>);
    },
    operations: operationArbitrary(table, FEW_VALUES) as Arbitrary<Operation>,
    conformance: {
      sequential: operationArbitrary(table, MANY_VALUES) as Arbitrary<Operation>,
      concurrent,
      // A filter that nothing passes would draw for ever.
      ...(hasInitial && { initial: concurrent.filter(isInitial) }),
      leadToHeld: (operations) => withHeldReferences(table, operations),
      sequenceMax: definition.sequenceMax ?? SEQUENCE_MAX,
      closing: (operations) => definition.closing?.(operations) ?? [],
    },
    scenarios: scenariosOf(name, definition.scenarios ?? {}),
    ...(smallScope !== undefined && {
      smallScope: { isIdle: (one, before) => lacksReference(table, one, before), ...smallScope },
    }),
    isInitial,
    operationText: (operation) => operationText(table, operation),
    compile: (scenario) => compileScenario(definition as unknown as AnySystemDefinition, limitsSchema, scenario),
  };
}

/** Stack frames searched for the calling module. */
const FRAMES = 6;

/** The module that defines the system: traces name it so that they can be replayed. */
function definingModule(): { readonly module?: string } {
  const paths = getCallSites(FRAMES).map(({ scriptName }) =>
    scriptName.startsWith("file:") ? fileURLToPath(scriptName.replace(/[?#].*$/, "")) : scriptName,
  );
  const module = paths.find((path) => path !== import.meta.filename && path.startsWith("/"));
  return module === undefined ? {} : { module };
}
