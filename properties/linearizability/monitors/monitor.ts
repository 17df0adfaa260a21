/** The input and the verdict of a monitor: a history decided without a search, or left to the search. */

/** One operation by its role. Infinity stands for the response of a pending operation. */
export interface TimedRole<Role> {
  readonly role: Role;
  readonly invokedAt: number;
  readonly respondedAt: number;
}

export type MonitorVerdict =
  | { readonly kind: "holds" }
  /** `operations`: indices of those that no order explains together, as far as the monitor knows. */
  | { readonly kind: "violated"; readonly because: string; readonly operations: readonly number[] }
  /** The history does not have the shape that this monitor needs. */
  | { readonly kind: "not-covered"; readonly because: string };
