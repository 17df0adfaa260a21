/** Litmus tests of any size whose verdict is known from theory, for tests and benchmarks. */

/**
 * A ring of processes that pass a message on, each in a read-side critical section (`R`) or around a
 * grace period (`G`): all of them read 1 only if the cycle is allowed.
 *
 * By the counting rule it is allowed if there are more sections than grace periods, and forbidden
 * otherwise. There are 2^n states if it is allowed, one less if not.
 *
 * @param shape a word over R and G, one letter per process
 * @throws RangeError for an empty word or another letter
 */
export function rcuRing(shape: string): string {
  if (!/^[RG]+$/.test(shape)) throw new RangeError(`shape ${JSON.stringify(shape)} must be a word over R and G`);
  const n = shape.length;
  const processes = [...shape].map((letter, i) => {
    const [from, to] = [`x${i}`, `x${(i + 1) % n}`];
    const read = `\tr1 = READ_ONCE(*${from});\n`;
    const write = `\tWRITE_ONCE(*${to}, 1);\n`;
    const body =
      letter === "R"
        ? `\trcu_read_lock();\n${read}${write}\trcu_read_unlock();\n`
        : `${read}\tsynchronize_rcu();\n${write}`;
    const parameters = n === 1 ? `int *${from}` : `int *${from}, int *${to}`;
    return `P${i}(${parameters})\n{\n\tint r1;\n${body}}\n`;
  });
  const condition = processes.map((_, i) => `${i}:r1=1`).join(" /\\ ");
  return `C rcu-ring-${shape}\n\n{}\n\n${processes.join("\n")}\nexists (${condition})\n`;
}

/**
 * Processes that each add one to a counter under one lock, a number of times: the counter never loses
 * an addition.
 */
export function lockedCounter(processCount: number, sectionsEach: number): string {
  const section = "\tspin_lock(s);\n\tr0 = READ_ONCE(*x);\n\tWRITE_ONCE(*x, r0 + 1);\n\tspin_unlock(s);\n";
  const processes = Array.from(
    { length: processCount },
    (_, i) => `P${i}(int *x, spinlock_t *s)\n{\n\tint r0;\n${section.repeat(sectionsEach)}}\n`,
  );
  const name = `locked-counter-${processCount}x${sectionsEach}`;
  return `C ${name}\n\n{}\n\n${processes.join("\n")}\nexists (~x=${processCount * sectionsEach})\n`;
}
