/**
 * Where in the source an access stands.
 *
 * Every access function writes the register `address`. While locations are taken, that register notices the call stack
 * it is written from; the first frame outside the access functions is the procedure's line. A stack an access costs
 * microseconds, and code that has seen such registers stays about a fifth slower in its host thread: for replay, not
 * for searching.
 */
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { getCallSites } from "node:util";
import { type Registers, useRegisters } from "#impl/memory/access.ts";
import type { Location } from "#reports/result.ts";
import { commandPath } from "#fuzz/host/command-path.ts";
import { isCheckout, packageRoot, projectRoot } from "#fuzz/host/project-root.ts";

/**
 * Code whose frames are passed over: the access functions, and in the package the procedures made of them as well, so that
 * an access of a lock from there is told at the line that takes the lock.
 */
const PASSED_OVER = `${packageRoot}${isCheckout ? join("impl", "memory", "access.ts") : join("dist", "accesses.js")}`;

/** Makes operations begin and end: nobody's line. In the package, so is all else that is quiesce's. */
const GLUE = `${packageRoot}${isCheckout ? join("fuzz", "systems", "compile-scenario.ts") : ""}`;

/** Frames looked at: the register, the access function, wrappers there may be around it, and procedures of the package. */
const FRAMES = isCheckout ? 8 : 24;

/** Runs `act`, and calls `at` with the source line of each access that is asked for meanwhile. */
export function withLocations<T>(at: (location: Location | undefined) => void, act: () => T): T {
  let address = 0;
  const registers: Registers = {
    get address() {
      return address;
    },
    set address(value) {
      address = value;
      at(locationNow());
    },
    operand: 0,
    expected: 0,
    callback: undefined,
    message: "",
    count: 0,
  };
  const replaced = useRegisters(registers);
  try {
    return act();
  } finally {
    useRegisters(replaced);
  }
}

function locationNow(): Location | undefined {
  // The first two frames are this function and the register.
  for (const { scriptName, lineNumber, columnNumber } of getCallSites(FRAMES).slice(2)) {
    const path = pathOf(scriptName);
    if (path === undefined || path.startsWith(PASSED_OVER)) continue;
    if (path.startsWith(GLUE)) return undefined;
    const file = shownFile(path);
    if (file !== undefined) return { file, line: lineNumber, column: columnNumber };
  }
  return undefined;
}

/** The path of a script's file; a test runner may tell versions of a module apart with a query. */
function pathOf(scriptName: string): string | undefined {
  return scriptName.startsWith("file:") ? fileURLToPath(scriptName.replace(/[?#].*$/, "")) : undefined;
}

/** The path below the root, or as a person types it, with forward slashes; undefined for what is another package's. */
function shownFile(path: string): string | undefined {
  const below = relative(projectRoot, path);
  if (!below.startsWith("..") && !below.includes("node_modules")) return below.split(sep).join("/");
  return path.includes("/node_modules/") ? undefined : commandPath(path);
}
