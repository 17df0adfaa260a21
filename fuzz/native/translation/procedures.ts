/**
 * The names of a module that are procedures: generators over the access vocabulary, or values whose type declares that
 * they return one.
 *
 * Found in the source alone, without a type checker: `function*`, generator methods, parameters and members whose
 * written type is a function returning `Access`, and such exports of other modules. A procedure behind an inferred type
 * is unknown; calling it without `yield*` is then not refused, and behaves like calling it with.
 */
import type { Binding, NodePath } from "@babel/traverse";
import type * as t from "@babel/types";

/** The names of the type of procedures, and of the type of RCU callbacks. */
const PROCEDURE_TYPE = "Access";
const CALLBACK_TYPE = "RcuCallback";

/** The procedures of a module, for other modules. */
export interface ModuleProcedures {
  /** Exported names that are procedures. */
  readonly exported: ReadonlySet<string>;
  /** Names of methods and members that are procedures, on any object. */
  readonly members: ReadonlySet<string>;
}

/** Looks a module up by its specifier; undefined if it is not the project's. */
export type LookUp = (specifier: string) => ModuleProcedures | undefined;

export function isProcedureType(type: t.Node | null | undefined): boolean {
  return (
    type?.type === "TSTypeReference" && type.typeName.type === "Identifier" && type.typeName.name === PROCEDURE_TYPE
  );
}

/** Whether it is the type of a function that returns a procedure. */
function givesProcedure(type: t.Node | null | undefined): boolean {
  if (type?.type === "TSFunctionType") return isProcedureType(type.returnType?.typeAnnotation);
  return (
    type?.type === "TSTypeReference" && type.typeName.type === "Identifier" && type.typeName.name === CALLBACK_TYPE
  );
}

function annotationOf(node: t.Node): t.Node | undefined {
  return "typeAnnotation" in node && node.typeAnnotation?.type === "TSTypeAnnotation"
    ? node.typeAnnotation.typeAnnotation
    : undefined;
}

/** The exports of the statements of a module, and the members that they declare. */
export function moduleProcedures(program: t.Program, lookUp: LookUp): ModuleProcedures {
  const local = new Set<string>();
  const exported = new Set<string>();
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    for (const name of declaredProcedures(declaration)) {
      local.add(name);
      if (statement.type === "ExportNamedDeclaration") exported.add(name);
    }
    if (statement.type === "ImportDeclaration")
      for (const name of importedProcedures(statement, lookUp)) local.add(name);
  }
  for (const statement of program.body) {
    if (statement.type === "ExportAllDeclaration")
      for (const name of lookUp(statement.source.value)?.exported ?? []) exported.add(name);
    if (statement.type !== "ExportNamedDeclaration") continue;
    const known =
      statement.source === null || statement.source === undefined
        ? local
        : (lookUp(statement.source.value)?.exported ?? new Set());
    for (const specifier of statement.specifiers) {
      if (specifier.type === "ExportSpecifier" && "name" in specifier.local && known.has(specifier.local.name))
        exported.add(nameOf(specifier.exported));
    }
  }
  return { exported, members: new Set(memberProcedures(program)) };
}

function nameOf(node: t.Identifier | t.StringLiteral): string {
  return node.type === "Identifier" ? node.name : node.value;
}

function declaredProcedures(declaration: t.Node | null | undefined): string[] {
  if (declaration?.type === "FunctionDeclaration")
    return declaration.generator && declaration.id ? [declaration.id.name] : [];
  if (declaration?.type !== "VariableDeclaration") return [];
  return declaration.declarations.flatMap(({ id, init }) =>
    id.type === "Identifier" && (isGenerator(init) || givesProcedure(annotationOf(id))) ? [id.name] : [],
  );
}

function isGenerator(node: t.Node | null | undefined): boolean {
  return node?.type === "FunctionExpression" && node.generator;
}

function importedProcedures({ specifiers, source }: t.ImportDeclaration, lookUp: LookUp): string[] {
  const known = lookUp(source.value)?.exported;
  return specifiers.flatMap((specifier) =>
    specifier.type === "ImportSpecifier" && known?.has(nameOf(specifier.imported)) === true
      ? [specifier.local.name]
      : [],
  );
}

/** Names of members, anywhere in the module, that are declared as procedures. */
function* memberProcedures(node: unknown): Generator<string> {
  if (Array.isArray(node)) {
    for (const one of node) yield* memberProcedures(one);
    return;
  }
  if (!isNode(node)) return;
  if (isMember(node) && node.key.type === "Identifier" && !node.computed && declaresProcedure(node))
    yield node.key.name;
  for (const [key, value] of Object.entries(node))
    if (key !== "loc" && typeof value === "object") yield* memberProcedures(value);
}

type Member =
  | t.ObjectMethod
  | t.ClassMethod
  | t.ObjectProperty
  | t.ClassProperty
  | t.TSMethodSignature
  | t.TSPropertySignature;

const MEMBERS: ReadonlySet<string> = new Set([
  "ObjectMethod",
  "ClassMethod",
  "ObjectProperty",
  "ClassProperty",
  "TSMethodSignature",
  "TSPropertySignature",
]);

function isNode(value: unknown): value is t.Node {
  return typeof value === "object" && value !== null && "type" in value;
}

function isMember(node: t.Node): node is Member {
  return MEMBERS.has(node.type);
}

function declaresProcedure(member: Member): boolean {
  switch (member.type) {
    case "ObjectMethod":
    case "ClassMethod":
      return member.generator;
    case "TSMethodSignature":
      return isProcedureType(member.returnType?.typeAnnotation);
    case "ObjectProperty":
      return isGenerator(member.value);
    case "ClassProperty":
      return isGenerator(member.value) || givesProcedure(annotationOf(member));
    case "TSPropertySignature":
      return givesProcedure(annotationOf(member));
  }
}

/** Whether the name is a procedure where it is bound. */
export function bindsProcedure(binding: Binding, lookUp: LookUp): boolean {
  if (givesProcedure(annotationOf(binding.identifier))) return true;
  const { path } = binding;
  if (path.isFunctionDeclaration()) return path.node.generator;
  if (path.isFunctionExpression()) return path.node.generator;
  if (path.isVariableDeclarator()) return isGenerator(path.node.init);
  if (!path.isImportSpecifier()) return false;
  const source = importOf(path);
  return source !== undefined && lookUp(source)?.exported.has(nameOf(path.node.imported)) === true;
}

/** The specifier of the module from which a name is imported. */
export function importOf(specifier: NodePath<t.ImportSpecifier>): string | undefined {
  const { parent } = specifier;
  return parent.type === "ImportDeclaration" ? parent.source.value : undefined;
}
