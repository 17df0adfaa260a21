// Run by npm when the project is installed: builds the library that the package exports into dist/.
import { fileURLToPath } from "node:url";
import { buildPackage } from "./build-package.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
buildPackage({
  root,
  entries: ["impl/native/peers.ts"],
  out: fileURLToPath(new URL("../../../dist", import.meta.url)),
});
