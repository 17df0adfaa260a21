/** What a worker thread of the bench runs. */
export { runTask as default } from "./trials.ts";
