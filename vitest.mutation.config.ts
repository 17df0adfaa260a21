import { defineConfig, mergeConfig } from "vitest/config";
import usual from "./vitest.config.ts";

// Mutants of model/, impl/ and properties/ are run against the tests beside them and against the machine's. The rest
// takes minutes, or starts processes and threads of its own, where no mutant is active.
export default mergeConfig(
  usual,
  defineConfig({
    test: { exclude: ["reports/**", "fuzz/!(machine)/**", "fuzz/*.test.ts", "node_modules/**", ".stryker-tmp/**"] },
  }),
);
