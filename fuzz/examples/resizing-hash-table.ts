/** A hash table that grows while it is read: readers follow the table they found, and writers hold a lock. */
// oxfmt-ignore
import {
  type Access, type Address, allocate, defineSystem, free, type Heap, operation, place, placeSlab, rcuAssignPointer,
  rcuDereference, rcuReadLock, rcuReadUnlock, readOnce, mutexLock, mutexUnlock, setSteps, struct, synchronizeRcu,
  word, writeOnce,
} from "../quiesce.ts";

const SIZE_MAX = 4;
const Table = struct("table", { size: 1, keys: SIZE_MAX });
const Map = struct("map", { lock: 1, table: 1 });
type Placed = { readonly map: Address; readonly tables: Address };
type Retire = () => Access;

function* newTable(tables: Address, size: number): Access<Address> {
  const table = yield allocate(tables);
  yield writeOnce(Table.size(table), size);
  for (let i = 0; i < size; i++) yield writeOnce(Table.keys(table) + i, 0);
  return table;
}

function* wait(): Access {
  yield synchronizeRcu();
}
/** Broken: readers may still be in the table. */
function* hurry(): Access {}
const model = setSteps();
const key = word(1, 2, 3);
const hashTable = (name: string, retire: Retire) =>
  defineSystem({
    name,
    about: "a set of keys in a hash table that doubles when a slot is taken",
    place: (heap: Heap): Placed => ({ map: place(heap, Map, "map"), tables: placeSlab(heap, Table, "table", 4) }),
    *start({ map, tables }: Placed): Access {
      yield writeOnce(Map.table(map), yield* newTable(tables, 2));
    },
    initialState: model.initial,
    operations: {
      /** Linearizes at the read of the key's slot. */
      has: operation({
        arguments: { key },
        *run({ map }: Placed, { key }): Access<boolean> {
          yield rcuReadLock();
          const table = yield rcuDereference(Map.table(map));
          const found = yield readOnce(Table.keys(table) + (key % (yield readOnce(Table.size(table)))));
          yield rcuReadUnlock();
          return found === key;
        },
        step: model.has,
      }),
      /** Linearizes at the write of the key, or when the larger table is published. */
      add: operation({
        arguments: { key },
        *run({ map, tables }: Placed, { key }): Access<boolean> {
          yield mutexLock(Map.lock(map));
          const old = yield readOnce(Map.table(map));
          const size = yield readOnce(Table.size(old));
          const found = yield readOnce(Table.keys(old) + (key % size));
          if (found === 0) yield writeOnce(Table.keys(old) + (key % size), key);
          else if (found !== key) {
            const table = yield* newTable(tables, SIZE_MAX);
            for (let i = 0; i < size; i++) {
              const moved = yield readOnce(Table.keys(old) + i);
              if (moved !== 0) yield writeOnce(Table.keys(table) + (moved % SIZE_MAX), moved);
            }
            yield writeOnce(Table.keys(table) + (key % SIZE_MAX), key);
            yield rcuAssignPointer(Map.table(map), table);
            yield* retire();
            yield free(tables, old);
          }
          yield mutexUnlock(Map.lock(map));
          return found !== key;
        },
        step: model.add,
      }),
    },
  });

export default hashTable("resizing-hash-table", wait);
export const broken = hashTable("resizing-hash-table-broken", hurry);
