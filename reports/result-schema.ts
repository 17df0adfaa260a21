import { z } from "zod";
import { Result } from "./result.ts";

/** The JSON Schema of a result file, as text. */
export function resultSchemaJson(): string {
  const schema = z.toJSONSchema(Result, { target: "draft-07" });
  return `${JSON.stringify({ ...schema, title: "Result of quiesce" }, null, 2)}\n`;
}
