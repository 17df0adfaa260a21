// The hook must stand before the first import of code that a patch may change: everything else is loaded after it.
import { parentPort, workerData } from "node:worker_threads";
import type { HuntOrder } from "./hunt.ts";
import { substituteModules } from "./module-hook.ts";

const order = workerData as HuntOrder;
substituteModules(new Map(order.sources));
const { huntHere } = await import("./hunt-here.ts");
parentPort?.postMessage(await huntHere(order));
