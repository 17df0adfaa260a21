/** Runs `quiesce litmus` as a person would. For tests. */
import { quiesce } from "./cli-process.fixture.ts";

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export async function litmus(...args: readonly string[]): Promise<Run> {
  const { code, stdout, stderr } = await quiesce(["litmus", ...args]);
  return { code, out: stdout, err: stderr };
}
