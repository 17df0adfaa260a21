// `npm run schema`: writes the published JSON Schema of result files to `reports/`.
import { join } from "node:path";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { resultSchemaJson } from "#reports/result-schema.ts";

writeWholeFile(join(projectRoot, "reports/result.schema.json"), resultSchemaJson());
