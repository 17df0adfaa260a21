/**
 * The source position of an access.
 *
 * Every access function writes the register `address`. While locations are recorded, that register captures the call
 * stack of each write; the first frame outside the access functions is the procedure's line. A stack per access costs
 * microseconds, and code that has seen such registers stays about a fifth slower in its host thread: for replay, not
 * for searching.
 */
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { getCallSites } from "node:util";
import { type Registers, useRegisters } from "#impl/memory/access.ts";
import type { Frame } from "#reports/recorded-execution.ts";
import { currentStack } from "#fuzz/javascript/call-site.ts";
import { commandPath } from "#fuzz/host/command-path.ts";
import { isCheckout, packageRoot, projectRoot } from "#fuzz/host/project-root.ts";

/**
 * Code whose frames are skipped: the access functions, and in the package the procedures made of them as well, so that
 * an access of a lock from there is reported at the line that takes the lock.
 */
const PASSED_OVER = `${packageRoot}${isCheckout ? join("impl", "memory", "access.ts") : join("dist", "accesses.js")}`;

/** Makes operations begin and end: nobody's line. In the package, so is all else that is quiesce's. */
const GLUE = `${packageRoot}${isCheckout ? join("fuzz", "systems", "compile-scenario.ts") : ""}`;

/** The machine's own module, below which there are no procedures. */
const MACHINE = `${packageRoot}${join("fuzz", "machine", "machine.ts")}`;

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
    const path = pathOf(scriptName);
    if (path === undefined || path.startsWith(PASSED_OVER)) continue;
    if (path.startsWith(MACHINE) || path.startsWith(GLUE)) break;
    const file = shownFile(path);
    if (file !== undefined) frames.push({ procedure: functionName, file, line: lineNumber, column: columnNumber });
  }
  return frames;
}

/** A frame of a stack, in unmodified code (fuzz/javascript/). */
const FRAME = /^\s*at (?:(.*?) \()?(file:\/\/.*?):(\d+):(\d+)\)?$/u;

/** The simulation of the language, whose frames are passed over; in the package, all of quiesce. */
const SIMULATION = isCheckout ? join(packageRoot, "fuzz", "javascript", sep) : packageRoot;

function isSimulation(path: string): boolean {
  // Tests and their fixtures in the same folder are code under test.
  return path.startsWith(SIMULATION) && (!isCheckout || /^[\w-]+\.ts$/u.test(path.slice(SIMULATION.length)));
}

/** The frames outside the simulation of the language. */
function framesInCodeUnderTest(stack: string): Frame[] {
  return stack.split("\n").flatMap((text) => {
    const [, procedure = "", url, line, column] = FRAME.exec(text) ?? [];
    const path = url === undefined ? undefined : pathOf(url);
    if (path === undefined || isSimulation(path)) return [];
    const file = shownFile(path);
    if (file === undefined) return [];
    return [{ procedure, file, line: Number(line), column: Number(column) }];
  });
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
