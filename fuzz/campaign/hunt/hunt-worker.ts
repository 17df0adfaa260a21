// The hook must stand before the first import of code that a patch may change: everything else is loaded after it.
import { enableCompileCache } from "node:module";
import { parentPort, workerData } from "node:worker_threads";
import type { HuntOrder } from "./hunt.ts";
import { substituteModules } from "#fuzz/bugs/module-hook.ts";

const order = workerData as HuntOrder;
// Every hunt loads the same code but for one file. What V8 compiled is kept between them; measuring coverage needs it
// compiled anew.
if (process.env["NODE_V8_COVERAGE"] === undefined) enableCompileCache();
substituteModules(new Map(order.sources));
const { huntHere } = await import("./hunt-here.ts");
parentPort?.postMessage(await huntHere(order));
