/**
 * Rewrites a module of code under test: relevant globals are replaced by their stand-ins, and no `catch` keeps the
 * exception that stops a run.
 *
 * The first line gets a declaration in front, and each `catch` a call; nothing else moves, so line numbers are
 * preserved.
 */
import { parse } from "@babel/parser";
import traverse from "@babel/traverse";
import type { CatchClause, File } from "@babel/types";
import SourceText from "magic-string";
import { InputError } from "#fuzz/host/input-error.ts";
import { GLOBALS_KEY, RETHROW, simulatedGlobals } from "./simulated-globals.ts";

/** Calls of these create code that is not rewritten. */
const MAKES_CODE: ReadonlySet<string> = new Set(["eval", "Function"]);

/**
 * @param file the module's name in messages
 * @throws InputError for a module that cannot be parsed, or creates code at run time
 */
export function rewriteModule(source: string, file: string): string {
  const ast = parsed(source, file);
  const text = new SourceText(source);
  let catches = 0;
  let globals: readonly string[] = [];
  traverse(ast, {
    Program(path) {
      globals = Object.keys((path.scope as unknown as { globals: Record<string, unknown> }).globals);
      for (const name of globals) {
        if (MAKES_CODE.has(name))
          throw new InputError(`${file}: ${name} makes code that cannot be checked; write the code as a function`);
      }
    },
    CatchClause({ node }) {
      catches++;
      guard(text, source, node);
    },
  });
  const names = globals.filter((name) => name in simulatedGlobals);
  if (catches > 0) names.push(RETHROW);
  if (names.length > 0)
    text.appendLeft(placeOfPrelude(ast), `const { ${names.join(", ")} } = globalThis[Symbol.for("${GLOBALS_KEY}")]; `);
  return text.toString();
}

function parsed(source: string, file: string): File {
  const isTypeScript = /\.[cm]?ts$/.test(file);
  try {
    return parse(source, {
      sourceType: "unambiguous",
      allowReturnOutsideFunction: true,
      plugins: isTypeScript ? ["typescript"] : [],
    });
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new InputError(`${file}: it cannot be parsed: ${why}`, { cause: error });
  }
}

/** The position after the directives, which must come first. */
function placeOfPrelude({ program }: File): number {
  const last = program.directives.at(-1);
  if (last?.end !== undefined && last.end !== null) return last.end;
  return program.interpreter?.end ?? 0;
}

function guard(text: SourceText, source: string, { param, body, start }: CatchClause): void {
  const inside = (body.start ?? 0) + 1;
  if (param === null || param === undefined) {
    text.appendLeft((start ?? 0) + "catch".length, " ($quiesceError)");
    text.appendLeft(inside, ` ${RETHROW}($quiesceError); `);
  } else if (param.type === "Identifier") {
    text.appendLeft(inside, ` ${RETHROW}(${param.name}); `);
  } else {
    const pattern = source.slice(param.start ?? 0, param.end ?? 0);
    text.overwrite(param.start ?? 0, param.end ?? 0, "$quiesceError");
    text.appendLeft(inside, ` ${RETHROW}($quiesceError); let ${pattern} = $quiesceError; `);
  }
}
