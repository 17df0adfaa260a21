/** A name that any file system accepts, of at most 100 characters. */
export function safeFileName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 100);
}
