import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { buildPackage, DeclarationError } from "./build-package.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
mkdirSync(join(root, "reports/out"), { recursive: true });
const folder = mkdtempSync(join(root, "reports/out", "package-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { exports: offered } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, unknown>;
};
buildPackage({ root, entries: ["impl/native/peers.ts"], out: join(folder, "node_modules/quiesce/dist") });
// A package of its own: from within the project, the name would lead to the project itself.
writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "guest", private: true }));
writeFileSync(
  join(folder, "node_modules/quiesce/package.json"),
  JSON.stringify({ name: "quiesce", type: "module", exports: offered }),
);

/** Type-checks a module that uses the package; returns the compiler's output. */
function typesOf(name: string, source: string): string {
  const file = join(folder, name);
  writeFileSync(file, source);
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  return spawnSync(
    process.execPath,
    [
      compiler,
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--target",
      "esnext",
      "--lib",
      "esnext",
      "--module",
      "nodenext",
      "--types",
      "node",
      file,
    ],
    { encoding: "utf8", cwd: root },
  ).stdout;
}

test("the declarations of the package type its plain functions", () => {
  expect(
    typesOf(
      "good.mts",
      `import { attachPeerPool, createPeerPool, type Peer, PeerPoolError } from "quiesce/peers";
const pool = createPeerPool({ capacity: 10 });
{
  using peer: Peer | undefined = pool.get("::1", { create: true });
  const id: number = peer === undefined ? 0 : pool.nextId(peer);
  const allowed: boolean = pool.allowAt([1, 2, 3, 4], id);
  const { v4 }: { readonly v4: number } = attachPeerPool(pool.buffer).stats();
  export const all: readonly [boolean, number, PeerPoolError["code"]] = [allowed, v4, "ERR_POOL_FULL"];
}`.replace("export const", "const"),
    ),
  ).toBe("");
  const wrong = typesOf(
    "wrong.mts",
    `import { createPeerPool } from "quiesce/peers";\nconst pool = createPeerPool({});\nconst id: string = pool.nextId(pool.get(true));`,
  );
  for (const complaint of [
    "'capacity' is missing",
    "Type 'number' is not assignable to type 'string'",
    "type 'boolean' is not assignable to parameter of type 'IpAddress'",
    "'Peer | undefined' is not assignable",
  ]) {
    expect(wrong).toContain(complaint);
  }
});

test("sources that do not compile are reported with the compiler's output", () => {
  mkdirSync(join(folder, "impl"), { recursive: true });
  writeFileSync(join(folder, "impl/wrong.ts"), 'export const one: number = "one";\n');
  expect(() => buildPackage({ root: `${folder}/`, entries: ["impl/wrong.ts"], out: join(folder, "out") })).toThrow(
    DeclarationError,
  );
});

/** Returns the status of one request from a client address. */
function statusOf(port: number, localAddress: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", localAddress, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("the README's server on worker threads limits each client address, whichever thread serves it", async () => {
  const example = readFileSync(new URL("../examples/http-server.mjs", import.meta.url), "utf8");
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain(example);
  const file = join(folder, "server.mjs");
  writeFileSync(file, example.replace("1_000)", "60_000)")); // a burst of one, and no second within the test
  const port = await freePort();
  const server = spawn(process.execPath, [file], { env: { ...process.env, PORT: String(port) }, stdio: "inherit" });
  try {
    let first = 0;
    for (let tries = 0; first === 0 && tries < 200; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      first = await statusOf(port, "127.0.0.9").catch(() => 0);
    }
    expect(first).toBe(200);
    for (const address of ["127.0.0.1", "127.0.0.2"]) {
      const statuses = await Promise.all(Array.from({ length: 12 }, () => statusOf(port, address)));
      expect(statuses.toSorted((one, other) => one - other)).toEqual([200, ...Array.from({ length: 11 }, () => 429)]);
    }
  } finally {
    server.kill();
  }
}, 30_000);
