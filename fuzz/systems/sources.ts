/** Where each system's reference model and implementation are, relative to the root of the project. */
export interface SystemSources {
  readonly model: string;
  readonly implementation: string;
}

export const systemSources: ReadonlyMap<string, SystemSources> = new Map([
  ["peers", { model: "model/peers/peers.ts", implementation: "impl/peers/pool.ts" }],
  ["peers-optimistic", { model: "model/peers/peers.ts", implementation: "impl/peers/optimistic-pool.ts" }],
  ["peers-rwlock", { model: "model/peers/peers.ts", implementation: "impl/peers/rwlock-pool.ts" }],
  ["peers-rcu-list", { model: "model/peers/peers.ts", implementation: "impl/peers/rcu-list-pool.ts" }],
  ["neighbours", { model: "model/neighbours/neighbours.ts", implementation: "impl/neighbours/neighbours.ts" }],
  ["time-wait", { model: "model/time-wait/time-wait.ts", implementation: "impl/time-wait/" }],
  ["route-cache", { model: "model/route-cache/route-cache.ts", implementation: "impl/route-cache/" }],
  ["dst", { model: "model/dst/dst.ts", implementation: "impl/dst/workqueue.ts" }],
  ["dst-softirq", { model: "model/dst/dst.ts", implementation: "impl/dst/softirq.ts" }],
  ["native-sync", { model: "model/native-sync/native-sync.ts", implementation: "impl/native/" }],
]);
