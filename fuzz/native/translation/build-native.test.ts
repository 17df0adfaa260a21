import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { nativeReplacements, translateAll, writeModules } from "./build-native.ts";
import { TranslationError } from "./translation-error.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const out = join(root, "reports/out");
mkdirSync(out, { recursive: true });
const folder = mkdtempSync(join(out, "build-native-"));
afterAll(() => rmSync(folder, { recursive: true }));

/**
 * Code that drives procedures, or sets examples up by driving them, reads the registers of accesses: only the simulated
 * target has those.
 */
const DRIVES =
  /^import \{[^}]*\b(?:ACCESS|request|useRegisters)\b[^}]*\} from "[^"]*\/access\.ts"|^export let request\b/mu;

test("every file of impl/ translates, except those that drive procedures, which are refused", () => {
  const files = globSync("impl/**/*.ts", { cwd: root }).filter((file) => !file.endsWith(".test.ts"));
  const drivers = files.filter((file) => DRIVES.test(readFileSync(join(root, file), "utf8")));
  expect(drivers).toEqual(
    expect.arrayContaining([
      "impl/memory/access.ts",
      "impl/memory/access-class.ts",
      "impl/memory/recorded.ts",
      "impl/memory/sequential.ts",
    ]),
  );
  const entries = files.filter((file) => !drivers.includes(file));
  expect(entries.length).toBeGreaterThan(30);
  const modules = translateAll({ root, entries });
  for (const { file, javascript, typescript } of modules) {
    expect(javascript, file).not.toMatch(/\byield\b(?=[* ]*[a-z]+\()/iu);
    expect(typescript, file).not.toMatch(/^(?:export )?function\*/mu);
  }
  for (const driver of drivers.filter((file) => file !== "impl/memory/access.ts")) {
    expect(() => translateAll({ root, entries: [driver] }), driver).toThrow(TranslationError);
  }
});

test("on real threads: Atomics, the engine's wait list, a heap in cache lines, rare fields apart", () => {
  expect(nativeReplacements("impl/memory/access.ts", "impl/peers/lookup.ts")).toBe("impl/native/native-access.ts");
  expect(nativeReplacements("impl/memory/access.ts", "impl/native/lock.ts")).toBe("impl/native/atomics.ts");
  expect(nativeReplacements("impl/native/wait-list.ts", "impl/native/lock.ts")).toBe("impl/native/atomics-wait.ts");
  expect(nativeReplacements("impl/memory/heap.ts", "impl/peers/pool.ts")).toBe("impl/native/native-heap.ts");
  expect(nativeReplacements("impl/memory/heap.ts", "impl/native/native-heap.ts")).toBe("impl/memory/heap.ts");
  expect(nativeReplacements("impl/memory/struct.ts", "impl/peers/layout.ts")).toBe("impl/native/native-struct.ts");
  expect(nativeReplacements("impl/memory/struct.ts", "impl/native/native-struct.ts")).toBe("impl/memory/struct.ts");
  expect(nativeReplacements("impl/memory/slab.ts", "impl/native/native-heap.ts")).toBe("impl/memory/slab.ts");
});

test("addresses of fields are inlined, those of rare fields with their place on real threads", async () => {
  const modules = translateAll({ root, entries: ["impl/peers/invalidate.ts", "impl/peers/layout.ts"] });
  writeModules(modules, { root, out: folder });
  const { Peer: NativePeer } = (await import(join(folder, "impl/peers/layout.js"))) as {
    Peer: { gcNext(base: number): number };
  };
  const javascript = modules.find(({ file }) => file === "impl/peers/invalidate.ts")?.javascript ?? "";
  expect(javascript).toContain("((peer) + 3)"); // Peer.refcount(peer)
  expect(javascript).toContain(`((peer) * 2 + ${NativePeer.gcNext(0)})`);
  expect(javascript).not.toMatch(/\bPeer\.(?:refcount|gcNext)\(/u);
});

test("modules are written with source maps, and a changed text replaces a file", async () => {
  const changed = readFileSync(join(root, "impl/sync/ticks.ts"), "utf8").replace(
    "(now - then) >>> 0",
    "(now - then) >>> 1",
  );
  const modules = translateAll({
    root,
    entries: ["impl/sync/refcount.ts", "impl/sync/ticks.ts"],
    sources: new Map([["impl/sync/ticks.ts", changed]]),
  });
  expect(modules.map(({ file }) => file)).toContain("impl/native/native-access.ts");
  writeModules(modules, { root, out: folder });
  const { ticksSince } = (await import(join(folder, "impl/sync/ticks.js"))) as {
    ticksSince(now: number, then: number): number;
  };
  expect(ticksSince(10, 6)).toBe(2);
  expect(JSON.parse(readFileSync(join(folder, "impl/sync/refcount.js.map"), "utf8"))).toMatchObject({
    sources: [expect.stringMatching(/^\.\.\/.*impl\/sync\/refcount\.ts$/u)],
  });
});

test("a missing module and one that cannot be translated are named", () => {
  expect(() => translateAll({ root, entries: ["impl/nope.ts"] })).toThrow("impl/nope.ts");
  expect(() => translateAll({ root, entries: ["impl/memory/recorded.ts"] })).toThrow(
    /^impl\/memory\/recorded\.ts:1:10: ACCESS/mu,
  );
});
