import { defineConfig } from "vitest/config";
import { shared } from "./vitest.config.ts";

// Mutants of model/, impl/ and properties/ are run against the tests beside them and against the machine's. The rest
// takes minutes, or starts processes and threads of its own, where no mutant is active.
export default defineConfig({
  test: {
    ...shared,
    include: ["{model,impl,properties,reports,fuzz}/**/*.test.ts"],
    exclude: ["reports/**", "fuzz/!(machine)/**", "fuzz/*.test.ts", "node_modules/**", ".stryker-tmp/**"],
  },
});
