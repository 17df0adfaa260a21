/**
 * The lists that reads returned, as a tree: a list is a node, and its prefixes are the path to it.
 *
 * Reads of a list that only grows share one branch, so that a history of long lists costs memory for its appends, not
 * for its reads. Where a branch forks, the reads contradict each other.
 */
import { datumOf } from "./datum.ts";
import type { Datum } from "./datum.ts";
import { Int32List } from "./int32-list.ts";
import type { VersionTable } from "./version-table.ts";

/** No node. */
const NONE = -1;
/** The number of children above which a node gets a map of them. */
const SCANNED_CHILDREN_MAX = 8;

export class ListTree {
  readonly #versions: VersionTable;
  readonly #version = new Int32List();
  readonly #parent = new Int32List();
  readonly #length = new Int32List();
  readonly #firstChild = new Int32List();
  readonly #nextSibling = new Int32List();
  readonly #roots = new Int32List();
  readonly #childrenOf = new Map<number, Map<Datum, number>>();

  constructor(versions: VersionTable) {
    this.#versions = versions;
  }

  get count(): number {
    return this.#version.length;
  }

  /** The node of a list, which may be the root of its key, the empty list. */
  nodeOf(key: number, list: readonly unknown[]): number {
    let node = this.root(key);
    for (const element of list) {
      const datum = typeof element === "number" ? element : datumOf(element);
      let child = this.#child(node, datum);
      if (child === NONE) child = this.#addChild(node, key, datum);
      node = child;
    }
    return node;
  }

  root(key: number): number {
    while (this.#roots.length <= key) this.#roots.push(NONE);
    let root = this.#roots.at(key);
    if (root === NONE) {
      root = this.#add(NONE, NONE);
      this.#roots.set(key, root);
    }
    return root;
  }

  /** The version that a list ends in; negative for the empty list. */
  versionOf(node: number): number {
    return this.#version.at(node);
  }

  lengthOf(node: number): number {
    return this.#length.at(node);
  }

  /** The list without its last element, always a smaller number; negative for the empty list. */
  parentOf(node: number): number {
    return this.#parent.at(node);
  }

  /** The versions of a list's elements, in their order. */
  pathOf(node: number): number[] {
    const path: number[] = [];
    for (let at = node; this.versionOf(at) !== NONE; at = this.parentOf(at)) path.push(this.versionOf(at));
    return path.toReversed();
  }

  #child(node: number, datum: Datum): number {
    const children = this.#childrenOf.get(node);
    if (children !== undefined) return children.get(datum) ?? NONE;
    let child = this.#firstChild.at(node);
    while (child !== NONE && this.#versions.values[this.#version.at(child)] !== datum)
      child = this.#nextSibling.at(child);
    return child;
  }

  #addChild(node: number, key: number, datum: Datum): number {
    const child = this.#add(this.#versions.version(key, datum), node);
    const children = this.#childrenOf.get(node);
    if (children !== undefined) children.set(datum, child);
    else if (this.#firstChild.at(node) === NONE) this.#firstChild.set(node, child);
    else this.#addSibling(node, child);
    return child;
  }

  #addSibling(node: number, child: number): void {
    let last = this.#firstChild.at(node);
    let siblings = 1;
    for (let next = this.#nextSibling.at(last); next !== NONE; next = this.#nextSibling.at(last)) {
      last = next;
      siblings += 1;
    }
    this.#nextSibling.set(last, child);
    if (siblings < SCANNED_CHILDREN_MAX) return;
    const children = new Map<Datum, number>();
    for (let at = this.#firstChild.at(node); at !== NONE; at = this.#nextSibling.at(at))
      children.set(this.#versions.values[this.#version.at(at)] ?? "", at);
    this.#childrenOf.set(node, children);
  }

  #add(version: number, parent: number): number {
    this.#version.push(version);
    this.#parent.push(parent);
    this.#length.push(parent === NONE ? 0 : this.#length.at(parent) + 1);
    this.#firstChild.push(NONE);
    this.#nextSibling.push(NONE);
    return this.#version.length - 1;
  }
}
