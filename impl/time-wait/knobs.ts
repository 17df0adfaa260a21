/**
 * The administrator's knobs.
 *
 * The first enabling takes all the memory there will ever be, or none. Disabling keeps it, and the existing records:
 * no more are added, and those live to their expiry.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), sysctl_tcp_vtw_enable() and vtw_control_init(); tcp_usrreq.c, mslt.
 */
import {
  type Access,
  type Address,
  allocate,
  free,
  NIL,
  read,
  spinLock,
  spinUnlock,
  write,
  writeOnce,
} from "../memory/access.ts";
import { FamilyCell, TimeWaitCell, Vestige } from "./layout.ts";
import { initialiseLines } from "./lines.ts";
import type { TimeWaitFamily, TimeWaitTable } from "./table.ts";

/** Error numbers: no such knob, no memory. */
const ENOENT = 2;
const ENOMEM = 12;

/** Turns the knob of that name; returns 0, or an error number and nothing is changed. Linearizes under the lock. */
export function* setKnob(table: TimeWaitTable, knob: string, on: boolean): Access<number> {
  switch (knob) {
    case "enable":
      return yield* setEnabled(table, on);
    case "truncation":
      yield spinLock(table.seqlock.lock);
      yield write(TimeWaitCell.truncating(table.cell), on ? 1 : 0);
      yield spinUnlock(table.seqlock.lock);
      return 0;
    default:
      return ENOENT;
  }
}

function* setEnabled(table: TimeWaitTable, on: boolean): Access<number> {
  yield spinLock(table.seqlock.lock);
  const ready = !on || (yield* prepareStorage(table));
  if (ready) yield writeOnce(TimeWaitCell.enabled(table.cell), on ? 1 : 0);
  yield spinUnlock(table.seqlock.lock);
  return ready ? 0 : ENOMEM;
}

/** Takes the memory of both families, unless that has been done; false, and nothing is kept, if there is too little. */
function* prepareStorage(table: TimeWaitTable): Access<boolean> {
  const before = yield read(FamilyCell.vestiges(table.v4.cell));
  if (before !== NIL) return true;
  for (const family of [table.v4, table.v6]) {
    const done = yield* prepareFamily(table, family);
    if (done) continue;
    if (family === table.v6) yield* dropFamily(table.v4);
    return false;
  }
  return true;
}

function* prepareFamily(table: TimeWaitTable, family: TimeWaitFamily): Access<boolean> {
  const vestiges = yield allocate(family.vestigesSlab);
  if (vestiges === NIL) return false;
  const lines = yield allocate(family.linesSlab);
  if (lines === NIL) {
    yield free(family.vestigesSlab, vestiges);
    return false;
  }
  for (let slot = 0; slot < table.limits.slots; slot++)
    yield write(Vestige.attributes(vestiges + slot * family.vestigeWords), 0);
  yield* initialiseLines(table, lines);
  yield* publish(family, vestiges, lines);
  return true;
}

/** No thread has used them: a record needs the facility enabled. */
function* dropFamily(family: TimeWaitFamily): Access {
  const vestiges = yield read(FamilyCell.vestiges(family.cell));
  const lines = yield read(FamilyCell.lines(family.cell));
  yield* publish(family, NIL, NIL);
  yield free(family.linesSlab, lines);
  yield free(family.vestigesSlab, vestiges);
}

function* publish({ cell }: TimeWaitFamily, vestiges: Address, lines: Address): Access {
  yield write(FamilyCell.vestiges(cell), vestiges);
  yield write(FamilyCell.lines(cell), lines);
}
