/** The kernel's replacements for C11's atomics, which the kernel's memory model does not define. */

const SUFFIXES: Readonly<Record<string, string>> = {
  memory_order_relaxed: "_relaxed",
  memory_order_consume: "_acquire",
  memory_order_acquire: "_acquire",
  memory_order_release: "_release",
};

const LOADS: Readonly<Record<string, string>> = {
  memory_order_relaxed: "READ_ONCE(*p)",
  memory_order_consume: "rcu_dereference(*p)",
  memory_order_acquire: "smp_load_acquire(p)",
};

const STORES: Readonly<Record<string, string>> = {
  memory_order_relaxed: "WRITE_ONCE(*p, v)",
  memory_order_release: "smp_store_release(p, v)",
};

const FENCES: Readonly<Record<string, string>> = {
  memory_order_acquire: "smp_rmb() or smp_mb()",
  memory_order_consume: "smp_rmb() or smp_mb()",
  memory_order_release: "smp_wmb() or smp_mb()",
};

/**
 * The kernel's counterpart of a C11 function, if there is one.
 *
 * @param order `memory_order_acquire` and the like; undefined where the call names none, which means
 *   `memory_order_seq_cst`
 * @returns undefined if C11 has no function of this name
 */
export function kernelCounterpart(name: string, order: string | undefined): string | undefined {
  const base = name.replace(/_explicit$/, "");
  // A read-modify-write without suffix has full order.
  const suffix = SUFFIXES[order ?? ""] ?? "";
  switch (base) {
    case "atomic_load":
      return LOADS[order ?? ""] ?? "smp_mb(), then smp_load_acquire(p)";
    case "atomic_store":
      return STORES[order ?? ""] ?? "smp_store_release(p, v), then smp_mb()";
    case "atomic_exchange":
      return `xchg${suffix}(p, v)`;
    case "atomic_compare_exchange_strong":
    case "atomic_compare_exchange_weak":
      return `cmpxchg${suffix}(p, old, new), which returns what it found`;
    case "atomic_thread_fence":
      return FENCES[order ?? ""] ?? "smp_mb()";
    case "atomic_init":
      return "the value in the block of initial values";
    case "atomic_flag_test_and_set":
      return `xchg${suffix}(p, 1)`;
    case "atomic_flag_clear":
      return STORES[order ?? ""]?.replace("v)", "0)") ?? "smp_store_release(p, 0), then smp_mb()";
    case "mtx_lock":
    case "lock":
      return "spin_lock(s)";
    case "mtx_trylock":
      return "spin_trylock(s)";
    case "mtx_unlock":
    case "unlock":
      return "spin_unlock(s)";
  }
  const [, operation] = /^atomic_fetch_(add|sub|and|or|xor)_explicit$/.exec(name) ?? [];
  return operation === undefined ? undefined : `atomic_fetch_${operation}${suffix}(v, p)`;
}
