import { commandPath } from "#fuzz/host/command-path.ts";
import { NO_TEMPLATE } from "#fuzz/host/page-template.ts";

/** Says where the page is; or, if there is none, why. */
export function pageLine(page: string | undefined): string {
  return page === undefined ? `no page: ${NO_TEMPLATE}` : `page    ${commandPath(page)}`;
}
