import { defineConfig } from "vitest/config";

/** They count listeners of their thread, or ask for a module that nothing has filled yet: each needs a thread of its own. */
const ISOLATED = ["impl/native/native-access.test.ts", "impl/native/peers.test.ts"];

export const shared = {
  // Threads and Node's own import: c8 then sees the lines that ran. With the default pool its report is empty,
  // with Vite's module runner the lines are wrong.
  pool: "threads",
  experimental: { viteModuleRunner: false },
  testTimeout: 60_000,
} as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "shared threads",
          include: ["{model,impl,properties,reports,fuzz}/**/*.test.ts"],
          exclude: ISOLATED,
          isolate: false,
        },
      },
      { test: { ...shared, name: "threads of their own", include: ISOLATED } },
    ],
  },
});
