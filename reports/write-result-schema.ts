// `npm run schema`: writes the published JSON Schema of result files beside this script.
import { fileURLToPath } from "node:url";
import { resultSchemaJson } from "./result-schema.ts";
import { writeWholeFile } from "./write-file.ts";

writeWholeFile(fileURLToPath(new URL("./result.schema.json", import.meta.url)), resultSchemaJson());
