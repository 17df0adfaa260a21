/**
 * Tunnels keep a route cache for each CPU, so that packets on different CPUs share nothing.
 *
 * Per-CPU memory moves when it grows, under the CPU's `ipl`. An area therefore holds only the addresses of the cache
 * and its lock: a cache contains a record that lists point to, and must stay where it is. Threads that run on one CPU
 * take turns by the cache's lock, held from the lookup to the last use, because a cache has room for one reference.
 *
 * Source: NetBSD sys/net/if_gif.c and sys/net/if_l2tp.c (tunnel_ro), sys/kern/subr_percpu.c, percpu_cpu_swap().
 */
import type { RouteAddress } from "#model/route-cache/route-address.ts";
import {
  type Access,
  type Address,
  allocate,
  free,
  mutexLock,
  mutexUnlock,
  NIL,
  read,
  spinLock,
  spinUnlock,
  write,
} from "../memory/access.ts";
import { bind, Cpu, type Runner, unbind } from "../sync/cpu.ts";
import { lookupCache, unrefRoute } from "./cache.ts";
import { ERROR } from "./errors.ts";
import { Entry, PerCpuArea } from "./layout.ts";
import type { Network } from "./network.ts";

/** The route that was used: 0 and 0 if there was none. */
export interface RouteUsed {
  readonly serial: number;
  readonly interface: number;
}

/** Gives a CPU its area, once, before any thread looks for it. */
export function* prepareTunnel({ areas, areaSlab }: Network, cpu: number, cache: Address, lock: Address): Access {
  const area = yield allocate(areaSlab);
  yield write(PerCpuArea.cache(area), cache);
  yield write(PerCpuArea.lock(area), lock);
  yield write(areas + cpu, area);
}

/** Looks a route up in the tunnel's cache of the runner's CPU, and uses it. Linearizes like the lookup. */
export function* sendThroughTunnel(network: Network, runner: Runner, destination: RouteAddress): Access<RouteUsed> {
  const { areas, cpus } = network;
  const cpu = yield* bind(runner.lwp);
  const ipl = Cpu.ipl(cpus[cpu] ?? NIL);
  yield spinLock(ipl);
  const area = yield read(areas + cpu);
  const cache = yield read(PerCpuArea.cache(area));
  const lock = yield read(PerCpuArea.lock(area));
  yield spinUnlock(ipl);
  yield mutexLock(lock);
  const { entry } = yield* lookupCache(network, runner, cache, destination);
  const used = yield* useRoute(entry);
  yield* unrefRoute(network, runner, cache, entry);
  yield mutexUnlock(lock);
  yield* unbind(runner.lwp);
  return used;
}

/** Moves a CPU's area to larger memory, as a cross call there; returns an error. */
export function* growPerCpu({ areas, areaSlab, cpus }: Network, cpu: number): Access<number> {
  const ipl = Cpu.ipl(cpus[cpu] ?? NIL);
  const larger = yield allocate(areaSlab);
  if (larger === NIL) return ERROR.noMemory;
  yield spinLock(ipl);
  const area = yield read(areas + cpu);
  for (let offset = 0; offset < PerCpuArea.words; offset++) {
    const word = yield read(area + offset);
    yield write(larger + offset, word);
  }
  yield write(areas + cpu, larger);
  yield spinUnlock(ipl);
  yield free(areaSlab, area);
  return 0;
}

/** Reads the route of a referenced entry, or of NIL. */
export function* useRoute(entry: Address): Access<RouteUsed> {
  if (entry === NIL) return { serial: 0, interface: 0 };
  const serial = yield read(Entry.serial(entry));
  const toInterface = yield read(Entry.interface(entry));
  return { serial, interface: toInterface };
}
