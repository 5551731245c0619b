// Bundles every front/**/*.test.ts(x) and runs them under node's own test runner.
// Usage: node front/test.mjs [part of a file's path]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = process.argv[2] ?? "";

function testFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return testFiles(path);
    return /\.test\.tsx?$/.test(entry.name) && path.includes(wanted) ? [path] : [];
  });
}

const files = testFiles("front");
if (!files.length) {
  console.error(`no test file in front/ has ${JSON.stringify(wanted)} in its path`);
  process.exit(wanted ? 1 : 0);
}
mkdirSync(join(root, "build"), { recursive: true });
const out = mkdtempSync(join(root, "build", "front-tests-"));
try {
  await build({
    entryPoints: files,
    outdir: out,
    outbase: join(root, "front"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    jsx: "automatic",
    jsxImportSource: "preact",
    loader: { ".css": "empty" },
    sourcemap: "inline",
    logLevel: "warning",
    absWorkingDir: root,
  });
  const built = files.map((file) => join(out, file.replace(/^front\//, "").replace(/\.tsx?$/, ".mjs")));
  const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...built], { stdio: "inherit" });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
