import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { quiesce } from "./cli-process.fixture.ts";

// Inside the project, so that the modules find what they import; git ignores it.
mkdirSync(join(projectRoot, "reports/out"), { recursive: true });
const folder = mkdtempSync(join(projectRoot, "reports/out", "watched-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tickets = readFileSync(join(projectRoot, "fuzz/systems/tickets/tickets.ts"), "utf8")
  .replaceAll('from "../', 'from "#fuzz/systems/')
  .replace("last + 1, next: last + 1", "last + STEP, next: last + STEP");

test("a change of what a module imports verifies that module again, and no other", async () => {
  writeFileSync(join(folder, "step.ts"), "export const STEP = 1;\n");
  writeFileSync(join(folder, "one.ts"), `import { STEP } from "./step.ts";\n${tickets}`);
  writeFileSync(join(folder, "two.ts"), `const STEP = 1;\n${tickets.replaceAll('"tickets"', '"others"')}`);
  const modules = ["one.ts", "two.ts"].map((name) => join(folder, name));
  let printed = "";
  const { stdout, stderr } = await quiesce(["verify", "--watch", ...modules, "--out", join(folder, "out")], {
    meanwhile(process) {
      let isEdited = false;
      const follow = (text: string): void => {
        printed += text;
        const rounds = printed.split("watching; ^C ends it").length - 1;
        if (rounds === 1 && !isEdited) {
          isEdited = true;
          writeFileSync(join(folder, "step.ts"), "export const STEP = 2;\n");
        }
        if (rounds === 2) process.kill("SIGINT");
      };
      process.stdout.on("data", follow);
      process.stderr.on("data", follow);
    },
  });
  expect(stderr).toContain(`reports/out/${basename(folder)}/step.ts changed`);
  const verdicts = [...stdout.matchAll(/^(holds|violated|unknown) +([a-z]+-two-customers) /gm)].map(
    ([, verdict, name]) => [verdict, name],
  );
  expect(verdicts).toEqual([
    ["holds", "tickets-two-customers"],
    ["holds", "others-two-customers"],
    // With another step its set-up is wrong already.
    ["violated", "tickets-two-customers"],
  ]);
});

test("what is not the user's is not watched", async () => {
  expect(await quiesce(["verify", "--watch", "peers-identifiers"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--watch is for modules of your own"),
  });
});
