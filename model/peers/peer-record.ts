/**
 * The allowed responses of a pool of peers about one address: whether there is a record, its holders, and the
 * identifiers it gives out.
 *
 * References are the numbers that the pool gave, whatever they are: while the record is held, every caller gets the
 * same one. A record that nobody holds may have been collected, if the pool collects; then the next one starts its
 * identifiers afresh.
 *
 * Left out: time, the rate limiter, other addresses. So histories are checked address by address.
 */
import type { Model } from "../model.ts";

export type PeerRecordOperation =
  /** Returns the reference, or 0. With `create`, 0 only when memory is used up. */
  | { readonly kind: "get"; readonly address: number; readonly create: boolean }
  /** Gives a reference back. Returns 0. */
  | { readonly kind: "put"; readonly address: number; readonly reference: number }
  /** Returns the first of `more` + 1 identifiers. */
  | { readonly kind: "nextId"; readonly address: number; readonly reference: number; readonly more: number };

export interface PeerRecordState {
  /** 0 while there is no record. */
  readonly reference: number;
  readonly held: number;
  /** The next identifier, 16 bits. */
  readonly identifier: number;
}

export interface PeerRecordOptions {
  /** May a record that nobody holds be gone, and memory be used up? */
  readonly collects: boolean;
  /** The first identifier of a new record. */
  readonly firstIdentifier: number;
}

const NONE: PeerRecordState = { reference: 0, held: 0, identifier: 0 };

export function createPeerRecordModel({
  collects,
  firstIdentifier,
}: PeerRecordOptions): Model<PeerRecordState, PeerRecordOperation, number> {
  const found = (state: PeerRecordState, create: boolean, response: number): readonly PeerRecordState[] => {
    const states: PeerRecordState[] = [];
    if (state.reference !== 0 && response === state.reference) states.push({ ...state, held: state.held + 1 });
    if (state.reference !== 0 && (state.held > 0 || !collects)) return states;
    if (response === 0) {
      if (!create || collects) states.push(NONE);
    } else if (create) {
      states.push({ reference: response, held: 1, identifier: firstIdentifier });
    }
    return states;
  };
  return {
    name: "peer-record",
    initial: NONE,
    next(state, operation, response) {
      switch (operation.kind) {
        case "get":
          // An unobserved response may have been any; the histories of stress have none of these.
          return response === undefined ? [] : found(state, operation.create, response);
        case "put":
          return state.held > 0 && operation.reference === state.reference ? [{ ...state, held: state.held - 1 }] : [];
        case "nextId":
          if (state.held === 0 || operation.reference !== state.reference || response !== state.identifier) return [];
          return [{ ...state, identifier: (state.identifier + operation.more + 1) & 0xffff }];
      }
    },
    key: ({ reference, held, identifier }) => `${reference}*${held},${identifier}`,
    partition: ({ address }) => address,
  };
}
