import { ModelError } from "#properties/linearizability/steps.ts";
import { HistoryOrderError } from "#properties/linearizability/stream.ts";
import { HistoryFileError } from "./record.ts";

/** One line about a fault of a file or a model; undefined for an internal error. */
export function faultOf(error: unknown, file: string): string | undefined {
  if (error instanceof HistoryFileError) return error.message;
  if (error instanceof ModelError || error instanceof HistoryOrderError) return `${file}: ${error.message}`;
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  if (error.code === "ENOENT") return `${file}: there is no such file`;
  if (error.code === "EISDIR") return `${file}: it is a folder; name the files in it`;
  if (error.code === "EACCES") return `${file}: no permission to read it`;
  if (error.code.startsWith("Z_")) return `${file}: the compressed data is damaged (${error.message})`;
  return undefined;
}
