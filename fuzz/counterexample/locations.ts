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
import { isCheckout, packageRoot, projectRoot } from "#fuzz/host/project-root.ts";

/**
 * Code whose frames are passed over: the access functions, and in a project of the user's own all that is quiesce's, so
 * that an access of a lock from the package is told at the line that takes the lock.
 */
const PASSED_OVER = isCheckout ? `${packageRoot}${join("impl", "memory", "access.ts")}` : packageRoot;

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
    const file = projectFile(scriptName);
    if (file !== undefined) return { file, line: lineNumber, column: columnNumber };
  }
  return undefined;
}

/** The path below the project's root, with forward slashes, or undefined for what is not to be told. */
function projectFile(scriptName: string): string | undefined {
  if (!scriptName.startsWith("file:")) return undefined;
  // A test runner may tell versions of a module apart with a query.
  const file = fileURLToPath(scriptName.replace(/[?#].*$/, ""));
  if (file.startsWith(PASSED_OVER)) return undefined;
  const path = relative(projectRoot, file);
  return path.startsWith("..") ? undefined : path.split(sep).join("/");
}
