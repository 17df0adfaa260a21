import { guardPipes } from "#fuzz/host/interruption.ts";
import { runCommandLine } from "./run-command-line.ts";

guardPipes();
await runCommandLine(process.argv.slice(2), process);
