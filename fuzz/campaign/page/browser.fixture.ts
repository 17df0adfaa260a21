/** The page in a real browser, for tests: Debian's Chromium, where it is installed. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { filledPage, type PageData } from "#reports/page-data.ts";

const CANDIDATES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of the browser; undefined if there is none. CI requires one. */
export const browserPath: string | undefined = CANDIDATES.find((path) => existsSync(path));

if (browserPath === undefined) {
  if (process.env["QUIESCE_BROWSER"] === "required") throw new Error(`no browser at ${CANDIDATES.join(", ")}`);
  console.warn("the page's tests are skipped: there is no Chromium; apt-get install chromium");
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath ?? "", args: ["--no-sandbox"] });
}

/** Builds the page from the present source, beside the installed packages. */
export async function builtTemplate(folder: string): Promise<{ readonly page: string; readonly viewer: string }> {
  const outDir = join(folder, "template");
  await build({
    configFile: fileURLToPath(new URL("reports/page/vite.config.ts", pathToFileURL(projectRoot))),
    logLevel: "silent",
    build: { outDir, emptyOutDir: true },
  });
  return {
    page: readFileSync(join(outDir, "index.html"), "utf8"),
    viewer: readFileSync(join(outDir, "mutation-viewer.js"), "utf8"),
  };
}

export const NO_DATA: PageData = {
  format: "quiesce-page",
  version: 1,
  title: "test",
  runs: [],
  traces: {},
  bugs: [],
  certificates: [],
  litmus: [],
  histories: [],
  saturation: [],
  benches: [],
  coverage: [],
  mutation: [],
  notes: [],
};

/** Writes a page with this data; returns its URL. */
export function writtenPage(path: string, template: string, data: PageData): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, filledPage(template, data));
  return pathToFileURL(path).href;
}

/** An open page, and its errors. */
export interface Opened {
  readonly page: Page;
  /** Errors on the console, and requests other than for the page itself. */
  readonly problems: string[];
}

/** Opens a URL; records everything that a page must not do. */
export async function opened(browser: Browser, address: string): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1400, height: 1000 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (url.split("#")[0] !== address.split("#")[0] && !url.startsWith("data:") && !url.startsWith("blob:"))
      problems.push(`request: ${url}`);
  });
  page.on("dialog", (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  await page.waitForSelector("main");
  return { page, problems };
}

/** Goes to another view of the open page. */
export async function goTo({ page }: Opened, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await page.waitForTimeout(50);
}

/** axe's complaints about the current view, one line for each rule and element. */
export async function axeViolations({ page }: Opened): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<
    readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    }[]
  >("axe.run(document).then(({ violations }) => violations)");
  return found.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ html, failureSummary = "" }) => `${id}: ${html.slice(0, 160)} ${failureSummary.replaceAll("\n", " ")}`,
    ),
  );
}
