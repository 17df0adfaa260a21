/** The declarations at the top level of a JavaScript test: buffers, views of them, constants. */

import type * as t from "@babel/types";
import { LitmusError, positionAt } from "../../litmus/litmus-error.ts";
import type { View } from "../agent-program.ts";
import { elementFormats, isElementType, type ElementType, type Value } from "../element-type.ts";
import { BYTES_MAX } from "./test-limits.ts";

interface Buffer {
  readonly kind: "buffer";
  /** Address of its first byte. */
  readonly start: number;
  readonly bytes: number;
}

export interface TypedArray {
  readonly kind: "array";
  readonly view: View;
}

export interface DataViewOf {
  readonly kind: "dataView";
  readonly name: string;
  readonly start: number;
  readonly bytes: number;
}

export type Declared = Buffer | TypedArray | DataViewOf | { readonly kind: "constant"; readonly value: Value };

/** Reports an error at a node of the tree. */
export type Refuse = (node: t.Node, message: string) => never;

export function refusing(text: string): Refuse {
  return (node, message) => {
    throw new LitmusError(message, positionAt(text, node.start ?? 0));
  };
}

/** Names of the top level, and the addresses given out so far. */
export class DeclaredMemory {
  readonly #refuse: Refuse;
  readonly #declared = new Map<string, Declared>();
  #bytes = 0;

  constructor(refuse: Refuse) {
    this.#refuse = refuse;
  }

  /** Of all buffers together. */
  get bytes(): number {
    return this.#bytes;
  }

  lookUp(name: string): Declared | undefined {
    return this.#declared.get(name);
  }

  /** `const NAME = …;` */
  declare({ id, init }: t.VariableDeclarator): void {
    if (id.type !== "Identifier") return this.#refuse(id, "destructuring is not supported: declare one name at a time");
    if (init === undefined || init === null) return this.#refuse(id, `${id.name} has no value`);
    this.#declared.set(id.name, init.type === "NewExpression" ? this.#make(id.name, init) : this.#constant(init));
  }

  #constant(init: t.Expression): Declared {
    const value = constantOf(init);
    if (value === undefined) {
      return this.#refuse(init, "a test's top level declares buffers, views of them, and constants: this is none");
    }
    return { kind: "constant", value };
  }

  #make(name: string, made: t.NewExpression): Declared {
    const type = made.callee.type === "Identifier" ? made.callee.name : "";
    if (type === "SharedArrayBuffer") return this.#makeBuffer(made);
    if (type === "DataView") {
      const { start, bytes, offset, length } = this.#part(made, 1);
      const size = length ?? bytes - offset;
      if (offset + size > bytes)
        this.#refuse(made, `${size} bytes from byte ${offset} on end beyond the buffer's ${bytes}`);
      return { kind: "dataView", name, start: start + offset, bytes: size };
    }
    const element = type.replace(/Array$/, "");
    if (type.endsWith("Array") && isElementType(element))
      return { kind: "array", view: this.#makeArray(name, element, made) };
    return this.#refuse(made, `new ${type || "…"}: a test makes SharedArrayBuffers, typed arrays and DataViews`);
  }

  #makeBuffer(made: t.NewExpression): Buffer {
    const [length, options] = made.arguments;
    if (options !== undefined) this.#refuse(options, "buffers that grow are not supported");
    const bytes = this.#wholeNumber(length, made, "SharedArrayBuffer takes its length in bytes");
    const start = Math.ceil(this.#bytes / 8) * 8;
    this.#bytes = start + bytes;
    if (this.#bytes > BYTES_MAX) this.#refuse(made, `a test has at most ${BYTES_MAX} bytes`);
    return { kind: "buffer", start, bytes };
  }

  #makeArray(name: string, type: ElementType, made: t.NewExpression): View {
    const { size } = elementFormats[type];
    const { start, bytes, offset, length } = this.#part(made, size);
    if (offset % size !== 0) this.#refuse(made, `offset ${offset} is not a multiple of ${size}, the size of ${type}`);
    if (length === undefined && (bytes - offset) % size !== 0) {
      this.#refuse(made, `${bytes - offset} bytes are not a whole number of elements of ${size}`);
    }
    const count = length ?? (bytes - offset) / size;
    if (count < 0 || offset + count * size > bytes) {
      this.#refuse(made, `${count} elements from byte ${offset} on end beyond the buffer's ${bytes} bytes`);
    }
    return { name, type, start: start + offset, stride: size, count, littleEndian: true, isDataView: false };
  }

  /** The arguments `(buffer, offset, length)`, of which the last two may be left out. */
  #part(
    made: t.NewExpression,
    size: number,
  ): { readonly start: number; readonly bytes: number; readonly offset: number; readonly length: number | undefined } {
    const [first, offset, length] = made.arguments;
    const { start, bytes } = this.#bufferOf(first, made, size);
    return {
      start,
      bytes,
      offset: offset === undefined ? 0 : this.#wholeNumber(offset, offset, "an offset is a number of bytes"),
      length: length === undefined ? undefined : this.#wholeNumber(length, length, "a length is a number of elements"),
    };
  }

  #bufferOf(node: t.Node | undefined, made: t.NewExpression, size: number): Buffer {
    if (
      node?.type === "NewExpression" &&
      node.callee.type === "Identifier" &&
      node.callee.name === "SharedArrayBuffer"
    ) {
      return this.#makeBuffer(node);
    }
    if (node?.type === "Identifier") {
      const found = this.#declared.get(node.name);
      if (found?.kind === "buffer") return found;
      if (found === undefined) this.#refuse(node, `${node.name} is not declared before it is used`);
    }
    return this.#refuse(
      node ?? made,
      `memory that is not shared makes no events: write new SharedArrayBuffer(${size === 1 ? "BYTES" : `N * ${size}`})`,
    );
  }

  #wholeNumber(node: t.Node | undefined, otherwise: t.Node, expected: string): number {
    const value = node === undefined ? undefined : this.#valueOf(node);
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    return this.#refuse(node ?? otherwise, `${expected}: write a whole number, or a constant declared before`);
  }

  #valueOf(node: t.Node): Value {
    if (node.type === "Identifier") {
      const found = this.#declared.get(node.name);
      return found?.kind === "constant" ? found.value : undefined;
    }
    if (node.type === "BinaryExpression" && node.operator === "*") {
      return Number(this.#valueOf(node.left)) * Number(this.#valueOf(node.right));
    }
    if (node.type === "MemberExpression" && node.object.type === "Identifier" && node.property.type === "Identifier") {
      const element = node.object.name.replace(/Array$/, "");
      if (node.property.name === "BYTES_PER_ELEMENT" && isElementType(element)) return elementFormats[element].size;
    }
    return constantOf(node);
  }
}

/** A literal's value, perhaps with a minus before it; undefined for anything else. */
export function constantOf(node: t.Node): Value {
  switch (node.type) {
    case "NumericLiteral":
    case "StringLiteral":
    case "BooleanLiteral":
      return node.value;
    case "BigIntLiteral":
      return BigInt(String(node.value));
    case "UnaryExpression": {
      if (node.operator !== "-") return undefined;
      const value = constantOf(node.argument);
      return typeof value === "number" || typeof value === "bigint" ? -value : undefined;
    }
    default:
      return undefined;
  }
}
