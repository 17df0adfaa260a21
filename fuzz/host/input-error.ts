/**
 * There is no such scenario, strategy, profile or module. The message, one line that is safe to print, names what there
 * is.
 */
export class CatalogueError extends Error {
  override readonly name = "CatalogueError";
}
