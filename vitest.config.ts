import { defineConfig } from "vitest/config";

/** Each needs its own thread: they count its listeners, or load a module that must be empty. */
const ISOLATED = ["impl/native/native-access.test.ts", "impl/native/peers.test.ts"];

export const shared = {
  // Threads and Node's own import: c8 then sees the lines that ran. With the default pool its report is empty,
  // with Vite's module runner the lines are wrong.
  pool: "threads",
  experimental: { viteModuleRunner: false },
  // Long enough for a busy machine: nothing here is timed.
  testTimeout: 180_000,
} as const;

export default defineConfig({
  test: {
    // The default leaves one core idle, which on two cores halves the speed.
    maxWorkers: "100%",
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
