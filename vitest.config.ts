import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{model,impl,properties,reports,fuzz}/**/*.test.ts"],
    // Threads and Node's own import: c8 then sees the lines that ran. With the default pool its report is empty,
    // with Vite's module runner the lines are wrong.
    pool: "threads",
    experimental: { viteModuleRunner: false },
    testTimeout: 60_000,
  },
});
