import { expect, test } from "vitest";
import { quiesce } from "./cli-process.fixture.ts";

/** What is offered for the last of these words, without descriptions. */
async function offered(...words: string[]): Promise<readonly string[]> {
  const { stdout } = await quiesce(["complete", "--", ...words]);
  return stdout.split("\n").flatMap((line) => (line === "" || line.startsWith(":") ? [] : [line.split("\t")[0] ?? ""]));
}

test("commands, options and names are completed", async () => {
  expect(await offered("ver")).toEqual(["verify"]);
  expect(await offered("verify", "--prof")).toEqual(["--profile"]);
  expect(await offered("verify", "peers-two-cr")).toEqual(["peers-two-creators"]);
  expect(await offered("bugs", "inetpeer-put")).toEqual(["inetpeer-put-writes-after-dec"]);
  expect(await offered("list", "--only", "strat")).toEqual(["strategies"]);
});

test("there is a script for bash and one for zsh", async () => {
  for (const shell of ["bash", "zsh"]) {
    const { code, stdout } = await quiesce(["complete", shell]);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`${shell} completion for quiesce`));
  }
});
