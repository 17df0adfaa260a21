import { ACCESS, type Access } from "./access.ts";

/**
 * Runs `procedure` unchanged and appends to `log` the names of its accesses, barriers and sections included. For tests.
 */
export function* recorded<T>(procedure: Access<T>, log: string[]): Access<T> {
  let step = procedure.next(0);
  while (!step.done) {
    const kind = step.value;
    log.push(Object.entries(ACCESS).find(([, value]) => value === kind)?.[0] ?? String(kind));
    const found = yield kind; // the registers still hold the request
    step = procedure.next(found);
  }
  return step.value;
}
