/**
 * The source position of an access.
 *
 * Every access function writes the register `address`. While locations are recorded, that register captures the call
 * stack of each write; the first frame outside the access functions is the procedure's line. A stack per access costs
 * microseconds, and code that has seen such registers stays about a fifth slower in its host thread: for replay, not
 * for searching.
 */
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { getCallSites } from "node:util";
import { type Registers, useRegisters } from "#impl/memory/access.ts";
import type { Frame } from "#reports/recorded-execution.ts";
import { currentStack } from "#fuzz/javascript/call-site.ts";
import { commandPath } from "#fuzz/host/command-path.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";

/** The access functions' own module, whose frames are passed over. */
const ACCESS_MODULE = "impl/memory/access.ts";

/** Makes operations begin and end: nobody's line. */
const GLUE_MODULE = "fuzz/systems/compile-scenario.ts";

/** The machine's own module, below which no procedure stands. */
const MACHINE_MODULE = "fuzz/machine/machine.ts";

/** Frames captured: the register, the access function, and the procedures that call one another. */
const FRAMES = 24;

/**
 * Runs `act`, and calls `at` for each access requested meanwhile, with the chain of procedures: the first is where the
 * access is, each next one the caller of the one before. Empty if there is no source of the project.
 */
export function withLocations<T>(at: (stack: readonly Frame[]) => void, act: () => T): T {
  let address = 0;
  const registers: Registers = {
    get address() {
      return address;
    },
    set address(value) {
      address = value;
      at(stackNow());
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

function stackNow(): Frame[] {
  const stack = currentStack();
  if (stack !== undefined) return framesInCodeUnderTest(stack);
  const frames: Frame[] = [];
  // The first two frames are this function and the register.
  for (const { functionName, scriptName, lineNumber, columnNumber } of getCallSites(FRAMES).slice(2)) {
    const file = projectFile(scriptName);
    if (file === MACHINE_MODULE || file === GLUE_MODULE) break;
    if (file !== undefined && file !== ACCESS_MODULE)
      frames.push({ procedure: functionName, file, line: lineNumber, column: columnNumber });
  }
  return frames;
}

/** A frame of a stack, in unmodified code (fuzz/javascript/). */
const FRAME = /^\s*at (?:(.*?) \()?(file:\/\/.*?):(\d+):(\d+)\)?$/u;

/** The frames that are not of the simulation of the language. */
function framesInCodeUnderTest(stack: string): Frame[] {
  return stack.split("\n").flatMap((text) => {
    const [, procedure = "", url, line, column] = FRAME.exec(text) ?? [];
    const file = url === undefined ? undefined : projectFile(url);
    if (file === undefined || /^fuzz\/javascript\/[\w-]+\.ts$/u.test(file)) return [];
    return [{ procedure, file, line: Number(line), column: Number(column) }];
  });
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
