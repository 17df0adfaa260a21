import type { RouteAddress } from "#model/route-cache/route-address.ts";

export function isSameDestination(left: RouteAddress, right: RouteAddress): boolean {
  return left.family === right.family && left.address === right.address && left.scope === right.scope;
}
