/**
 * Where in the source an access stands.
 *
 * Every access function writes the register `address`. While locations are taken, that register notices the call stack
 * it is written from; the first frame outside the access functions is the procedure's line. A stack an access costs
 * microseconds, and code that has seen such registers stays about a fifth slower in its host thread: for replay, not
 * for searching.
 */
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { getCallSites } from "node:util";
import { type Registers, useRegisters } from "#impl/memory/access.ts";
import type { Location } from "#reports/result.ts";
import { currentStack } from "#fuzz/javascript/call-site.ts";
import { commandPath } from "#fuzz/host/command-path.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";

/** The access functions' own module, whose frames are passed over. */
const ACCESS_MODULE = "impl/memory/access.ts";

/** Makes operations begin and end: nobody's line. */
const GLUE_MODULE = "fuzz/systems/compile-scenario.ts";

/** Frames looked at: the register, the access function, and wrappers there may be around it. */
const FRAMES = 8;

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
  const stack = currentStack();
  if (stack !== undefined) return locationInCodeUnderTest(stack);
  // The first two frames are this function and the register.
  for (const { scriptName, lineNumber, columnNumber } of getCallSites(FRAMES).slice(2)) {
    const file = projectFile(scriptName);
    if (file === GLUE_MODULE) return undefined;
    if (file !== undefined && file !== ACCESS_MODULE) return { file, line: lineNumber, column: columnNumber };
  }
  return undefined;
}

/** A frame of a stack, in code that runs as it is (fuzz/javascript/). */
const FRAME = /(file:\/\/.*?):(\d+):(\d+)\)?$/u;

/** The first frame that is not of the simulation of the language. */
function locationInCodeUnderTest(stack: string): Location | undefined {
  for (const frame of stack.split("\n")) {
    const [, url, line, column] = FRAME.exec(frame) ?? [];
    const file = url === undefined ? undefined : projectFile(url);
    if (file !== undefined && !/^fuzz\/javascript\/[\w-]+\.ts$/u.test(file))
      return { file, line: Number(line), column: Number(column) };
  }
  return undefined;
}

/** The path below the root, or as a person types it, with forward slashes; undefined for what is a package's. */
function projectFile(scriptName: string): string | undefined {
  if (!scriptName.startsWith("file:")) return undefined;
  // A test runner may tell versions of a module apart with a query.
  const file = fileURLToPath(scriptName.replace(/[?#].*$/, ""));
  const path = relative(projectRoot, file);
  if (!path.startsWith("..")) return path.split(sep).join("/");
  return file.includes("/node_modules/") ? undefined : commandPath(file);
}
