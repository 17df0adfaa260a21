/** A lock that anybody may release: acquire needs it free, release needs it taken. Both answer null. */
import type { Model } from "../model.ts";

export interface MutexOperation {
  readonly kind: "acquire" | "release";
}

export function mutex(): Model<boolean, MutexOperation, null> {
  return {
    name: "mutex",
    initial: false,
    next: (taken, { kind }) => (taken === (kind === "release") ? [!taken] : []),
    outcomes: (taken, { kind }) => (taken === (kind === "release") ? [{ response: null, next: !taken }] : []),
    key: Number,
  };
}
