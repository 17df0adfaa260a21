/**
 * Finds where worker threads are in their code without their help, for a thread that never checks whether to stop.
 *
 * The inspector interrupts code that loops. Threads that wait for work are not interrupted, and so are not named.
 */
import { Session } from "node:inspector";
import { setTimeout } from "node:timers/promises";
import { commandPath } from "./command-path.ts";
import { modulePath } from "./loaded-modules.ts";

/** Milliseconds within which a busy thread is found to be busy; once one has been, the others get this much longer. */
const REPLY_MS_MAX = 2_000;
const OTHERS_MS_MAX = 200;

/**
 * @param isOwn whether the caller wants frames of this module (a URL) named; the innermost such frame is taken
 * @returns `mine.ts:12 (push)` for each thread that is busy in such code
 */
export async function busyThreads(isOwn: (url: string) => boolean): Promise<readonly string[]> {
  const session = new Session();
  session.connect();
  const places: string[] = [];
  const send = (sessionId: string, id: number, method: string): void =>
    session.post("NodeWorker.sendMessageToWorker", { sessionId, message: JSON.stringify({ id, method }) });
  /** URLs of the scripts of each thread. */
  const scripts = new Map<string, string>();
  session.on("NodeWorker.attachedToWorker", ({ params: { sessionId } }) => {
    send(sessionId, 1, "Debugger.enable");
    send(sessionId, 2, "Debugger.pause");
  });
  session.on("NodeWorker.receivedMessageFromWorker", ({ params: { sessionId, message } }) => {
    const { method, params } = JSON.parse(message) as Message;
    if (method === "Debugger.scriptParsed") scripts.set(`${sessionId} ${params.scriptId}`, params.url);
    if (method !== "Debugger.paused") return;
    const urlOf = ({ location }: Frame): string => scripts.get(`${sessionId} ${location.scriptId}`) ?? "";
    const frame = params.callFrames.find((one) => urlOf(one).startsWith("file:") && isOwn(urlOf(one)));
    if (frame !== undefined) places.push(placeOf(urlOf(frame), frame));
    // A thread paused in the debugger could not be ended.
    send(sessionId, 3, "Debugger.resume");
  });
  try {
    session.post("NodeWorker.enable", { waitForDebuggerOnStart: false });
    const deadline = performance.now() + REPLY_MS_MAX;
    while (places.length === 0 && performance.now() < deadline) await setTimeout(OTHERS_MS_MAX);
    await setTimeout(OTHERS_MS_MAX);
  } finally {
    session.disconnect();
  }
  return [...new Set(places)].toSorted();
}

interface Frame {
  readonly functionName: string;
  /** Line numbers from 0. */
  readonly location: { readonly scriptId: string; readonly lineNumber: number };
}

type Message =
  | { readonly method: "Debugger.scriptParsed"; readonly params: { readonly scriptId: string; readonly url: string } }
  | { readonly method: "Debugger.paused"; readonly params: { readonly callFrames: readonly Frame[] } }
  | { readonly method: undefined; readonly params: undefined };

function placeOf(url: string, { functionName, location }: Frame): string {
  const name = functionName === "" ? "" : ` (${functionName})`;
  return `${commandPath(modulePath(url))}:${location.lineNumber + 1}${name}`;
}
