/**
 * Builds what is published, into `dist/`: the commands and the library `quiesce`, compiled, with source maps and
 * declarations; and the library of peer pools.
 *
 * The first is one bundle with several entries. Code that two entries share has its own chunk, so a module's state,
 * such as the registers of the accesses, exists once a thread, whichever entry came first. All files lie in one folder,
 * where a chunk finds the entry of a worker thread beside it.
 */
import { join } from "node:path";
import { build, type Rolldown } from "tsdown";
import { compiledDigest } from "#fuzz/host/code-version.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { buildPeers } from "./build-peers.ts";
import { licencesOf } from "./licences.ts";

/** Entries of the bundle, by the names of their files in `dist/`. */
const ENTRIES = {
  quiesce: "fuzz/quiesce.ts",
  main: "fuzz/cli/main.ts",
  "job-worker": "fuzz/campaign/job-worker.ts",
  "module-files-worker": "fuzz/cli/module-files-worker.ts",
};

/** Modules that work on quiesce's own sources, and bring Babel along: only a checkout has the sources. */
const CHECKOUT_ONLY = /\/fuzz\/(native\/build-library|campaign\/mutants\/instrument-file)\.ts$/;

const WITHOUT_SOURCES = `
import { InputError } from "#fuzz/host/input-error.ts";
export const REST_ENTRY = "";
export function buildLibrary() {
  throw new InputError("stress: it builds the library from quiesce's own sources, which the package does not hold; run it in a checkout");
}
export const buildDelayedLibrary = buildLibrary;
export function instrumentedFile() {
  throw new InputError("mutants: the mutants are those of quiesce's own sources; run it in a checkout");
}
`;

/**
 * Packages whose code is in the bundle although they are dependencies. Their declarations are needed beside ours;
 * loading them file by file would take longer than the rest of a command.
 */
const BUNDLED_DEPENDENCIES = ["zod", "fast-check"];

/** Packages that are loaded when a queue is asked for, and may be absent. */
const OPTIONAL_PEERS = ["bullmq", "ioredis"];

/**
 * Chunks that are loaded as one, though not everything in them is needed at once: hundreds of small files take longer
 * to find and open than their code to compile. The first match wins.
 */
const CHUNKS: readonly { readonly name: string; readonly test: RegExp }[] = [
  { name: "zod", test: /\/node_modules\/zod\// },
  { name: "fast-check", test: /\/node_modules\/(fast-check|pure-rand)\// },
  { name: "host", test: /\/fuzz\/host\/|\/reports\/visible-text\.ts$/ },
  { name: "accesses", test: /\/impl\/(memory|sync)\/|\/impl\/native\/wait-list\.ts$/ },
  {
    name: "machine",
    test: /\/fuzz\/(machine|strategies|search)\/|\/fuzz\/explore\/(?!README)|\/properties\/[^/]+\.ts$|\/properties\/linearizability\//,
  },
];

function withoutSources(): Rolldown.Plugin {
  return {
    name: "without-sources",
    load: { filter: { id: CHECKOUT_ONLY }, handler: () => ({ code: WITHOUT_SOURCES, moduleType: "ts" }) },
  };
}

/** Worker threads are started from files that were compiled too. */
function compiledWorkers(): Rolldown.Plugin {
  return {
    name: "compiled-workers",
    transform: {
      filter: { id: /\.ts$/, code: /new URL\("\.\/[\w-]+\.ts", import\.meta\.url\)/ },
      // As long as before, so that the source map is right as it is.
      handler: (code) => ({
        code: code.replaceAll(
          /new URL\("\.\/([\w-]+)\.ts", import\.meta\.url\)/g,
          'new URL("./$1.js", import.meta.url)',
        ),
        map: null,
      }),
    },
  };
}

function withLicences(): Rolldown.Plugin {
  return {
    name: "with-licences",
    generateBundle(_options, bundle) {
      const files = Object.values(bundle).flatMap((output) => (output.type === "chunk" ? output.moduleIds : []));
      writeWholeFile(join(packageRoot, "dist/THIRD-PARTY-LICENCES.txt"), licencesOf(files));
    },
  };
}

const shared = {
  cwd: packageRoot,
  config: false,
  tsconfig: "tsconfig.package.json",
  outDir: "dist",
  platform: "node",
  target: "node22.18",
  format: "esm",
  fixedExtension: false,
  hash: false,
  logLevel: "warn",
} as const;

await build({
  ...shared,
  entry: ENTRIES,
  clean: true,
  sourcemap: true,
  dts: false,
  deps: { alwaysBundle: BUNDLED_DEPENDENCIES, neverBundle: OPTIONAL_PEERS },
  inputOptions: { preserveEntrySignatures: "allow-extension" },
  plugins: [withoutSources(), compiledWorkers(), withLicences()],
  outputOptions: {
    codeSplitting: {
      groups: CHUNKS.map((chunk, index) => ({ ...chunk, priority: CHUNKS.length - index })),
      includeDependenciesRecursively: false,
    },
  },
});
// By itself: declarations take no part in the chunks.
await build({ ...shared, entry: { quiesce: ENTRIES.quiesce }, clean: false, dts: { emitDtsOnly: true } });
writeWholeFile(join(packageRoot, "dist/digest.txt"), `${compiledDigest(packageRoot)}\n`);
buildPeers();
