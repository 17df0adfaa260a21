/** What a foreign project can import, with what types. */
import assert from "node:assert/strict";
import { type ForeignProject, lend } from "./foreign-project.ts";

const USE = `import { type Access, type Address, check, checkHistory, checkLitmus, defineSystem, explore, readOnce, register, writeOnce } from "quiesce";
import { createPeerPool } from "quiesce/peers";

export function* increment(address: Address): Access<number> {
  const seen: number = yield readOnce(address);
  yield writeOnce(address, seen + 1);
  return seen + 1;
}
const models: string = register.name;
const allowed: boolean = createPeerPool({ capacity: 4 }).allowAt("::1", 1000);
export const all = [check, checkHistory, checkLitmus, defineSystem, explore, models, allowed];
`;

/** What must not compile: the surface has types, and not \`any\`. */
const MISUSE = `import { readOnce } from "quiesce";
const text: string = readOnce(1);
readOnce("1");
export { text };
`;

/** @throws AssertionError for a use that does not compile, or a misuse that does */
export function checkTypes(project: ForeignProject): void {
  lend(project, "typescript");
  lend(project, "@types/node");
  for (const extension of ["mts", "cts", "ts"]) {
    project.write(`types/use.${extension}`, USE);
    project.write(`types/misuse.${extension}`, MISUSE);
  }
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ])
    for (const extension of resolution === "bundler" ? ["mts", "ts"] : ["mts", "cts", "ts"]) {
      const compile = (name: string) =>
        project.run(
          `node node_modules/typescript/bin/tsc --ignoreConfig --noEmit --strict --target esnext --lib esnext --types node --module ${module} --moduleResolution ${resolution} types/${name}.${extension}`,
        );
      const used = compile("use");
      assert.equal(used.code, 0, `${resolution}, .${extension}:\n${used.printed}`);
      const misused = compile("misuse").printed.match(/^types\/misuse\.\w+\(\d+/gm) ?? [];
      assert.deepEqual(
        misused,
        [2, 3].map((line) => `types/misuse.${extension}(${line}`),
      );
    }
}

/** @throws AssertionError if an entry cannot be loaded or has two instances, or if another file can be loaded */
export function checkImports(project: ForeignProject): void {
  project.write(
    "imports.mjs",
    `import { createRequire } from "node:module";
import * as imported from "quiesce";
import * as peers from "quiesce/peers";
const require = createRequire(import.meta.url);
const required = require("quiesce");
console.log(required.readOnce === imported.readOnce, typeof peers.createPeerPool, typeof require("quiesce/peers").attachPeerPool);
for (const path of ["quiesce/dist/quiesce.js", "quiesce/dist/main.js", "quiesce/fuzz/cli/quiesce.mjs"])
  await import(path).then(() => console.log(path), ({ code }) => console.log(code));
`,
  );
  const { code, printed } = project.run("node imports.mjs");
  assert.equal(code, 0, printed);
  const hidden = "ERR_PACKAGE_PATH_NOT_EXPORTED\n".repeat(3);
  assert.equal(printed, `true function function\n${hidden}`);
}
