/** The code of the bench's worker threads. */
export { runTask as default } from "./trials.ts";
