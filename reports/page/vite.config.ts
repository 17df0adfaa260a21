/**
 * Builds the page into one file without data: script and style are inlined, and a Content-Security-Policy allows only
 * these. Nothing is fetched.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";

/** The viewer of mutation results: its source goes into pages with such results, and runs on request. */
const viewer = readFileSync(
  createRequire(import.meta.url).resolve("mutation-testing-elements/mutation-test-elements.js"),
  "utf8",
);

function hashOf(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** Allows the inlined script and style of the finished page, by their hashes. */
function contentSecurityPolicy(): Plugin {
  return {
    name: "content-security-policy",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const page = bundle["index.html"];
        if (page?.type !== "asset") return this.error("there is no index.html to secure");
        const html = String(page.source);
        const scripts = [...html.matchAll(/<script type="module"[^>]*>([^]*?)<\/script>/g)].map(
          (match) => match[1] ?? "",
        );
        const styles = [...html.matchAll(/<style[^>]*>([^]*?)<\/style>/g)].map((match) => match[1] ?? "");
        if (scripts.length !== 1) return this.error(`the page has ${scripts.length} scripts, and should have one`);
        const policy = [
          "default-src 'none'",
          `script-src ${[...scripts, viewer].map(hashOf).join(" ")}`,
          `style-src ${styles.map(hashOf).join(" ")}`,
          // The viewer of mutation results sets style attributes; style elements still go by their hashes.
          "style-src-attr 'unsafe-inline'",
          "img-src data:",
          "base-uri 'none'",
          "form-action 'none'",
        ].join("; ");
        const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
        page.source = html.replace(/<meta charset="utf-8"[^>]*>/, (charset) => `${charset}\n    ${meta}`);
        this.emitFile({ type: "asset", fileName: "mutation-viewer.js", source: viewer });
      },
    },
  };
}

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "./",
  plugins: [viteSingleFile({ useRecommendedBuildConfig: true }), contentSecurityPolicy()],
  build: { outDir: fileURLToPath(new URL("../../dist/page", import.meta.url)), emptyOutDir: true, target: "es2023" },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
