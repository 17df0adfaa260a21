import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { InputError } from "#fuzz/host/input-error.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import type { Host } from "./command-host.ts";
import { namedCommand } from "./command-names.ts";

/** `quiesce init`. */
export function initCommand(host: Host): Command {
  return namedCommand("init")
    .addHelpText(
      "after",
      `
Asks nothing. A file that is there already stays as it is, and so does a script of package.json. The test is for vitest where package.json
has it, else for node:test.

Then: npx quiesce verify`,
    )
    .action(() => init(process.cwd(), host));
}

interface Manifest {
  readonly private?: boolean;
  readonly type?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Folders of reports: those of the commands, and that of `check` in a test. */
const IGNORED = ["reports/out/", "quiesce-out/"];

/** What npm puts there itself. */
const NO_TESTS = 'echo "Error: no test specified" && exit 1';

/**
 * Writes the files of `init` into a folder, and says which.
 *
 * @throws InputError for a package.json that is none, or a file that cannot be written
 */
export async function init(root: string, host: Pick<Host, "stdout">): Promise<void> {
  const { initFiles } = await import("./init-files.ts");
  const say = (line: string): void => void host.stdout.write(`${line}\n`);
  const manifestFile = join(root, "package.json");
  const text = existsSync(manifestFile) ? readFileSync(manifestFile, "utf8") : undefined;
  const manifest: Manifest = text === undefined ? { private: true, type: "module" } : parsed(text);
  const hasVitest = "vitest" in { ...manifest.dependencies, ...manifest.devDependencies };
  const files = initFiles({
    extension: manifest.type === "module" ? "ts" : "mts",
    runner: hasVitest ? "vitest" : "node:test",
  });
  for (const [file, content] of files) {
    const isThere = existsSync(join(root, file));
    if (!isThere) writeWholeFile(join(root, file), content);
    say(`${isThere ? "kept " : "wrote"}  ${file}`);
  }
  const scripts = {
    verify: "quiesce verify",
    test: hasVitest ? "vitest run" : "node --test",
    ...Object.fromEntries(Object.entries(manifest.scripts ?? {}).filter(([, script]) => script !== NO_TESTS)),
  };
  const indent = /^[ \t]+/m.exec(text ?? "")?.[0] ?? "  ";
  writeWholeFile(manifestFile, `${JSON.stringify({ ...manifest, scripts }, null, indent)}\n`);
  say('wrote  package.json: the scripts "verify" and "test", unless they were there');
  const ignoreFile = join(root, ".gitignore");
  const ignored = existsSync(ignoreFile) ? readFileSync(ignoreFile, "utf8") : "";
  const added = IGNORED.filter((folder) => !ignored.split("\n").includes(folder));
  if (added.length > 0) {
    const head = ignored === "" || ignored.endsWith("\n") ? ignored : `${ignored}\n`;
    writeWholeFile(ignoreFile, `${head}${added.join("\n")}\n`);
    say(`wrote  .gitignore: ${added.join(", ")}`);
  }
  say("\nnext   npx quiesce verify");
}

function parsed(text: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(text);
    if (typeof manifest === "object" && manifest !== null && !Array.isArray(manifest)) return manifest;
  } catch {
    // said below
  }
  throw new InputError("init: package.json is no JSON object; repair it, or remove it, and run this again");
}
