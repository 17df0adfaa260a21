/** The progress line of a run. */
import { countOf } from "#reports/searched-under.ts";
import type { Engine } from "./engine.ts";

/** `12 of 340 decided · 1,234 executions · at most about 20 s left`. */
export function progressLine(done: string, engine: Pick<Engine, "executions" | "millisecondsLeft">): string {
  const left = timeLeftText(engine.millisecondsLeft());
  return [done, countOf(engine.executions(), "execution"), ...(left === "" ? [] : [left])].join(" · ");
}

/** `at most about 20 s left`; empty while nothing is left. */
export function timeLeftText(milliseconds: number): string {
  if (milliseconds <= 0) return "";
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 90) return `at most about ${seconds} s left`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `at most about ${minutes} min left` : `at most about ${Math.round(minutes / 60)} h left`;
}
