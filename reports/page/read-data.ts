import type { PageData } from "../page-data.ts";

/** Reads the data in the page. */
export function readData(): PageData {
  const text = document.getElementById("data")?.textContent ?? "";
  const value: unknown = JSON.parse(text);
  if (!isPageData(value)) throw new Error("the data of this page is of another version");
  return value;
}

/** The data comes from the same build: checking its mark is enough. */
function isPageData(value: unknown): value is PageData {
  return (
    typeof value === "object" &&
    value !== null &&
    "format" in value &&
    value.format === "quiesce-page" &&
    "version" in value &&
    value.version === 1
  );
}
