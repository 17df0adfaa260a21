import { commandPath } from "#fuzz/host/command-path.ts";
import { NO_TEMPLATE } from "#fuzz/host/page-template.ts";

/** Reports where the page is, or why there is none. */
export function pageLine(page: string | undefined): string {
  return page === undefined ? `no page: ${NO_TEMPLATE}` : `page    ${commandPath(page)}`;
}
