#!/usr/bin/env node
import module from "node:module";

// Plain JavaScript on purpose: a Node too old to strip types must still be able to report that.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `quiesce: Node ${process.versions.node} is too old; it needs 22.18 or newer. In a checkout, run it as "npx quiesce": npx takes the Node that npm ci installed.\n`,
  );
  process.exit(2);
}
// The sources are TypeScript, which Node runs anywhere but there; what is installed as a package is the library.
if (import.meta.url.includes("/node_modules/")) {
  process.stderr.write(
    'quiesce: the command runs in a checkout of the project, where npm ci has been run; the package offers the library, "quiesce/peers".\n',
  );
  process.exit(2);
}
// What V8 compiled is kept for the next time, in the host's folder for temporary files; measuring coverage needs it
// compiled anew.
if (process.env.NODE_V8_COVERAGE === undefined) module.enableCompileCache?.();
await import("./main.ts");
