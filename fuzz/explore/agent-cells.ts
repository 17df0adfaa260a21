/**
 * The memory of a program of agents as cells: byte ranges that are equal or disjoint, each one word of the explorer.
 *
 * A word encodes the cell's bytes: the bytes themselves, or an index into a table if there are more than four.
 */
import { statementsIn, type AgentProgram, type Statement } from "#model/memory/es/agent-program.ts";
import { elementFormats, isNoTear, type ElementType } from "#model/memory/es/element-type.ts";

type AccessStatement = Exclude<Statement, { kind: "let" | "if" | "return" }>;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Two ranges that overlap without being equal; undefined if there are none. */
export function overlappingRanges(program: AgentProgram): readonly [Range, Range] | undefined {
  const ranges = [...rangesOf(program)].toSorted((a, b) => a.start - b.start || a.end - b.end);
  let widest: Range | undefined;
  for (const range of ranges) {
    if (widest !== undefined && range.start < widest.end && (range.start !== widest.start || range.end !== widest.end))
      return [widest, range];
    widest = range;
  }
  return undefined;
}

function* rangesOf(program: AgentProgram): Generator<Range> {
  for (const statement of accessesOf(program)) {
    const { view } = statement;
    const { size } = elementFormats[view.type];
    for (const index of indicesOf(statement)) {
      const start = view.start + index * view.stride;
      yield { start, end: start + size };
    }
  }
}

/** Every access of a program, including those of the main agent. */
export function* accessesOf({ setUp, agents, final }: AgentProgram): Generator<AccessStatement> {
  for (const body of [setUp, ...agents.map((agent) => agent.body), final]) {
    for (const statement of statementsIn(body)) if ("view" in statement) yield statement;
  }
}

/** The elements that an access may touch. */
export function indicesOf({ view, index }: AccessStatement): readonly number[] {
  if (index.kind === "literal") return [Number(index.value)].filter((i) => i >= 0 && i < view.count);
  return Array.from({ length: view.count }, (_, i) => i);
}

/** Whether an access is tear-free: it never mixes two writes of its range, and is never seen torn. */
export function neverTears(statement: AccessStatement): boolean {
  const isSeqCst = statement.kind === "read" || statement.kind === "write" ? statement.isSeqCst : true;
  return !statement.view.isDataView && isNoTear(statement.view.type, isSeqCst);
}

/** Cells with every byte they have ever held, by the address of their first byte. */
export class AgentCells {
  readonly #table: Uint8Array[] = [];
  readonly #numbers = new Map<string, number>();
  /** For each cell, the values that each of its bytes has held in some execution. */
  readonly #seen = new Map<number, Set<number>[]>();

  /** The word of a cell that holds these bytes; records that the cell held them. */
  wordOf(start: number, bytes: Uint8Array): number {
    this.#note(start, bytes);
    if (bytes.length <= 4) return bytes.reduceRight((word, byte) => (word << 8) | byte, 0);
    const key = bytes.join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#table.length);
    return this.#table.push(bytes) - 1;
  }

  bytesOf(word: number, type: ElementType): Uint8Array {
    const { size } = elementFormats[type];
    if (size <= 4) return Uint8Array.from({ length: size }, (_, i) => (word >>> (8 * i)) & 0xff);
    return this.#table[word] ?? new Uint8Array(size);
  }

  /** The offsets at which a cell has held more than one byte value. */
  differingBytes(start: number): readonly number[] {
    const seen = this.#seen.get(start) ?? [];
    return [...seen.keys()].filter((i) => (seen[i]?.size ?? 0) > 1);
  }

  #note(start: number, bytes: Uint8Array): void {
    let seen = this.#seen.get(start);
    if (seen === undefined) {
      seen = Array.from(bytes, () => new Set<number>());
      this.#seen.set(start, seen);
    }
    for (const [i, byte] of bytes.entries()) seen[i]?.add(byte);
  }
}
