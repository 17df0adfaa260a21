/**
 * Finds accesses without `yield` and procedures that never run in a module's source.
 *
 * A store without `yield` never happens, and `lock(x)` without `yield*` creates a generator and drops it: both look
 * like working code. The machine notices the former when it happens; the latter can only be noticed here.
 *
 * It looks at calls by name: of access functions, of `function*`s of the module or of its imports, of generator methods
 * of its classes (on `this`) and of its object literals. A procedure behind another value is unknown.
 */
import { parse, type ParserPlugin } from "@babel/parser";
import type * as t from "@babel/types";

/** The kind of an imported value. */
export type Callable = "access" | "procedure" | undefined;

export interface Surroundings {
  /** The export of that name from the module with this specifier. */
  exported(specifier: string, name: string): Callable;
}

export interface ForgottenYield {
  readonly line: number;
  readonly column: number;
  /** The code found there, and the code to write instead. */
  readonly reason: string;
}

/** @returns findings in source order; none for a source that does not parse */
export function forgottenYields(source: string, plugins: readonly ParserPlugin[], surroundings: Surroundings) {
  const { program } = parse(source, { sourceType: "module", plugins: [...plugins], errorRecovery: true });
  const names = namesOf(program, surroundings);
  const found: ForgottenYield[] = [];
  visit(program, [], (node, ancestors) => {
    if (node.type !== "CallExpression") return;
    const called = calledName(node.callee);
    const kind = calledKind(node.callee, names);
    if (called === undefined || kind === undefined) return;
    const reason =
      kind === "access" ? whyNotYielded(called, node, ancestors) : whyNotRun(called, node, ancestors, names);
    if (reason === undefined || node.loc === null || node.loc === undefined) return;
    found.push({ line: node.loc.start.line, column: node.loc.start.column + 1, reason });
  });
  return found;
}

/** The meaning of names in a module. */
interface Names {
  readonly plain: ReadonlyMap<string, Callable>;
  /** Namespace imports, by their local names. */
  readonly namespaces: ReadonlyMap<string, string>;
  /** Generator methods, as `object.method`; the object is `this` for those of classes. */
  readonly methods: ReadonlySet<string>;
  /** Variables whose value is run later: by yield*, by `next`, or by the function that receives them. */
  readonly drivenLater: ReadonlySet<string>;
  readonly surroundings: Surroundings;
}

function namesOf(program: t.Program, surroundings: Surroundings): Names {
  const plain = new Map<string, Callable>();
  const namespaces = new Map<string, string>();
  const methods = new Set<string>();
  const drivenLater = new Set<string>();
  visit(program, [], (node, ancestors) => {
    switch (node.type) {
      case "ImportSpecifier": {
        const from = ancestors.at(-1);
        if (from?.type !== "ImportDeclaration") return;
        const { imported, local } = node;
        const name = imported.type === "Identifier" ? imported.name : imported.value;
        plain.set(local.name, surroundings.exported(from.source.value, name));
        return;
      }
      case "ImportNamespaceSpecifier": {
        const from = ancestors.at(-1);
        if (from?.type === "ImportDeclaration") namespaces.set(node.local.name, from.source.value);
        return;
      }
      case "FunctionDeclaration":
        if (node.generator && node.id !== null && node.id !== undefined) plain.set(node.id.name, "procedure");
        return;
      case "FunctionExpression": {
        const variable = ancestors.at(-1);
        if (node.generator && variable?.type === "VariableDeclarator" && variable.id.type === "Identifier")
          plain.set(variable.id.name, "procedure");
        return;
      }
      case "ClassMethod":
      case "ClassPrivateMethod":
        if (node.generator) methods.add(`this.${keyName(node.key)}`);
        return;
      case "ObjectMethod": {
        const variable = ancestors.at(-2);
        if (node.generator && variable?.type === "VariableDeclarator" && variable.id.type === "Identifier")
          methods.add(`${variable.id.name}.${keyName(node.key)}`);
        return;
      }
      case "YieldExpression":
        if (node.delegate && node.argument?.type === "Identifier") drivenLater.add(node.argument.name);
        return;
      case "CallExpression":
        for (const argument of node.arguments) if (argument.type === "Identifier") drivenLater.add(argument.name);
        return;
      case "MemberExpression":
        if (node.object.type === "Identifier" && keyName(node.property) === "next") drivenLater.add(node.object.name);
        return;
      default:
    }
  });
  return { plain, namespaces, methods, drivenLater, surroundings };
}

function keyName(key: t.Node): string {
  if (key.type === "Identifier") return key.name;
  if (key.type === "PrivateName") return `#${key.id.name}`;
  return key.type === "StringLiteral" ? key.value : "";
}

function calledName(callee: t.Node): string | undefined {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type !== "MemberExpression" || callee.computed) return undefined;
  const object = callee.object.type === "ThisExpression" ? "this" : calledName(callee.object);
  return object === undefined ? undefined : `${object}.${keyName(callee.property)}`;
}

function calledKind(callee: t.Node, { plain, namespaces, methods, surroundings }: Names): Callable {
  if (callee.type === "Identifier") return plain.get(callee.name);
  const name = calledName(callee);
  if (name === undefined || callee.type !== "MemberExpression") return undefined;
  if (methods.has(name)) return "procedure";
  const specifier = callee.object.type === "Identifier" ? namespaces.get(callee.object.name) : undefined;
  return specifier === undefined ? undefined : surroundings.exported(specifier, keyName(callee.property));
}

function whyNotYielded(called: string, node: t.Node, ancestors: readonly t.Node[]): string | undefined {
  const { user } = userOf(node, ancestors);
  if (user?.type === "YieldExpression")
    return user.delegate ? `yield* ${called}(…) runs no procedure; write yield ${called}(…)` : undefined;
  if (!isInGenerator(ancestors) && user?.type !== "ExpressionStatement") return undefined;
  return `${called}(…) is asked for and never yielded, so nothing happens; write yield ${called}(…)`;
}

/** The accepted uses of a procedure that is not run at once. */
const HANDED_ON: ReadonlySet<string> = new Set([
  "CallExpression",
  "NewExpression",
  "ArrayExpression",
  "ObjectProperty",
]);

function whyNotRun(called: string, node: t.Node, ancestors: readonly t.Node[], names: Names): string | undefined {
  const { user } = userOf(node, ancestors);
  if (user?.type === "YieldExpression")
    return user.delegate
      ? undefined
      : `yield ${called}(…) yields a procedure that never runs; write yield* ${called}(…)`;
  if (user === undefined) return undefined;
  const reason = `${called}(…) makes a procedure that never runs; write yield* ${called}(…)`;
  if (user.type === "ExpressionStatement") return reason;
  if (!isInGenerator(ancestors) || HANDED_ON.has(user.type) || user.type === "ForOfStatement") return undefined;
  const variable =
    user.type === "VariableDeclarator" ? user.id : user.type === "AssignmentExpression" ? user.left : undefined;
  return variable?.type === "Identifier" && names.drivenLater.has(variable.name) ? undefined : reason;
}

/** Nodes that pass on the value of one of their parts. */
const TRANSPARENT: ReadonlySet<string> = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "ParenthesizedExpression",
]);

/** The node that uses the value of the call. */
function userOf(node: t.Node, ancestors: readonly t.Node[]): { readonly user: t.Node | undefined } {
  let value = node;
  for (const parent of ancestors.toReversed()) {
    const isGivenOn =
      TRANSPARENT.has(parent.type) ||
      (parent.type === "ConditionalExpression" && parent.test !== value) ||
      (parent.type === "LogicalExpression" && parent.right === value);
    if (!isGivenOn) return { user: parent };
    value = parent;
  }
  return { user: undefined };
}

/** Whether the innermost function around the node is a generator. */
function isInGenerator(ancestors: readonly t.Node[]): boolean {
  const around = ancestors.findLast((node) => "params" in node && "body" in node);
  return around !== undefined && "generator" in around && around.generator === true;
}

function visit(
  node: t.Node,
  ancestors: readonly t.Node[],
  enter: (node: t.Node, ancestors: readonly t.Node[]) => void,
): void {
  enter(node, ancestors);
  const inside = [...ancestors, node];
  for (const [key, value] of Object.entries(node)) {
    if (key === "loc" || key.endsWith("Comments")) continue;
    for (const child of Array.isArray(value) ? (value as unknown[]) : [value as unknown])
      if (isNode(child)) visit(child, inside, enter);
  }
}

function isNode(value: unknown): value is t.Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
