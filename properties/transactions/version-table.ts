import type { Datum } from "./datum.ts";
import { Int32List } from "./int32-list.ts";

/** No transaction. */
export const NOBODY = -1;

/**
 * Keys, and for each key the values that it was seen to take or that a transaction tried to write, by number.
 *
 * A version is a key and a value: for an append, the state of the list that ends in that element. The initial version
 * of a key has no number.
 */
export class VersionTable {
  readonly keys: Datum[] = [];
  /** By version. */
  readonly values: Datum[] = [];
  readonly #keyOf = new Int32List();
  readonly #writer = new Int32List();
  readonly #keyIds = new Map<Datum, number>();
  readonly #versionsOf: Map<Datum, number>[] = [];

  get count(): number {
    return this.values.length;
  }

  key(datum: Datum): number {
    let key = this.#keyIds.get(datum);
    if (key === undefined) {
      key = this.keys.length;
      this.#keyIds.set(datum, key);
      this.keys.push(datum);
      this.#versionsOf.push(new Map());
    }
    return key;
  }

  version(key: number, value: Datum): number {
    const versions = this.#versionsOf[key];
    if (versions === undefined) throw new RangeError(`key ${key} is unknown, and must be one of ${this.keys.length}`);
    let version = versions.get(value);
    if (version === undefined) {
      version = this.values.length;
      versions.set(value, version);
      this.values.push(value);
      this.#keyOf.push(key);
      this.#writer.push(NOBODY);
    }
    return version;
  }

  keyOf(version: number): number {
    return this.#keyOf.at(version);
  }

  /** The transaction that writes the version, whether it commits or not; NOBODY for one that was only read. */
  writerOf(version: number): number {
    return this.#writer.at(version);
  }

  setWriter(version: number, transaction: number): void {
    this.#writer.set(version, transaction);
  }
}
