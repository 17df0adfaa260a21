/**
 * Devices that go up, down and away, one at a time under the configuration lock, with notification of the collector.
 *
 * A device goes down before it goes away, so an entry that is pointed at loopback already discards.
 *
 * Source: Linux net/core/dev.c (2.6.24), dev_open(), dev_close(), unregister_netdevice(); net/core/dst.c,
 * dst_dev_event(), with the events of every namespace (2.6.25).
 */
import { type Access, type Address, mutexLock, mutexUnlock, readOnce, writeOnce } from "../memory/access.ts";
import type { Dst } from "./dst.ts";
import { Device, DEVICE_EVENT, DEVICE_STATE } from "./layout.ts";

/**
 * Takes a device that is down up; false if it is not down. Linearizes at the store to its state, or at the read that
 * finds it otherwise.
 */
export function* bringUp(dst: Dst, device: Address): Access<boolean> {
  yield mutexLock(dst.configuration);
  const state = yield readOnce(Device.state(device));
  if (state === DEVICE_STATE.down) yield writeOnce(Device.state(device), DEVICE_STATE.up);
  yield mutexUnlock(dst.configuration);
  return state === DEVICE_STATE.down;
}

/**
 * Takes a device that is up down: from the response on, all its dead entries discard. False if it is not up.
 * Linearizes like {@link bringUp}.
 */
export function* takeDown(dst: Dst, device: Address): Access<boolean> {
  yield mutexLock(dst.configuration);
  const state = yield readOnce(Device.state(device));
  if (state === DEVICE_STATE.up) yield* close(dst, device);
  yield mutexUnlock(dst.configuration);
  return state === DEVICE_STATE.up;
}

/**
 * Takes a device away: when this returns, no entry that was already dead names it. False if it is already gone.
 * Linearizes at the first store to its state, or the read that finds it gone.
 */
export function* unregister(dst: Dst, device: Address): Access<boolean> {
  yield mutexLock(dst.configuration);
  const state = yield readOnce(Device.state(device));
  if (state === DEVICE_STATE.up) yield* close(dst, device);
  if (state !== DEVICE_STATE.gone) {
    yield writeOnce(Device.state(device), DEVICE_STATE.gone);
    yield* dst.collector.deviceEvent(dst, device, DEVICE_EVENT.unregister);
  }
  yield mutexUnlock(dst.configuration);
  return state !== DEVICE_STATE.gone;
}

function* close(dst: Dst, device: Address): Access {
  yield writeOnce(Device.state(device), DEVICE_STATE.down);
  yield* dst.collector.deviceEvent(dst, device, DEVICE_EVENT.down);
}
