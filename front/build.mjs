// Builds the front ends into src/tugi/static, from where the wheel carries them.
// Usage: node front/build.mjs [--watch]
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const served = join(root, "src/tugi/static");
const watch = process.argv.includes("--watch");
// What is served changes at once and only when all is built: a failed build takes nothing away.
const out = watch ? served : join(root, `build/static-${process.pid}`);

const common = {
  bundle: true,
  minify: !watch,
  sourcemap: watch ? "inline" : false,
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".svg": "dataurl", ".woff2": "file" },
  metafile: true,
  logLevel: "warning",
  absWorkingDir: root,
};

/** The loader keeps its name: shops paste its address into their pages. */
const loader = {
  name: "widget loader",
  entries: ["front/widget/loader.ts"],
  options: { format: "iife", outfile: join(out, "widget.js") },
};

function app(folder, entries) {
  const options = {
    format: "esm",
    splitting: true,
    outdir: join(out, folder),
    outbase: join(root, "front", folder),
    entryNames: "[dir]/[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
  };
  return { name: folder, entries, options };
}

/** The demo shop's pages: every script in its folder is an entry of its own. */
function shopEntries() {
  const folder = join(root, "front/shop");
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /\.(tsx?|css)$/.test(name) && !/\.(test|d)\.tsx?$/.test(name))
    .map((name) => `front/shop/${name}`);
}

const parts = [
  loader,
  app("widget", ["front/widget/app.tsx"]),
  app("inbox", ["front/inbox/app.tsx"]),
  app("shop", shopEntries()),
];

function entryName(part, entryPoint, file) {
  if (part === loader) return "widget.js";
  return `${part.name}/${basename(entryPoint).replace(/\.[a-z]+$/, "")}${file.slice(file.lastIndexOf("."))}`;
}

/** Size after gzip of an output and all it loads before it can run, each file counted once. */
function firstLoad(outputs, file, seen = new Set()) {
  if (seen.has(file)) return 0;
  seen.add(file);
  const output = outputs[file];
  let bytes = gzipSync(readFileSync(join(root, file)), { level: 9 }).length;
  if (output.cssBundle) bytes += firstLoad(outputs, output.cssBundle, seen);
  for (const item of output.imports) {
    if (item.kind === "import-statement" && outputs[item.path]) bytes += firstLoad(outputs, item.path, seen);
  }
  return bytes;
}

/** Strings that come with a screen of their own (front/inbox/tongue.ts), not with the first load. */
const LATER_WORDS = ["robot", "review", "channels"];

/** The largest language of a part, all files of its first load together: a browser loads one language. */
function largestLocale(outputs) {
  const languages = {};
  for (const [file, output] of Object.entries(outputs)) {
    const strings = Object.keys(output.inputs).find((input) => input.startsWith("src/tugi/locales/"));
    if (!strings || output.entryPoint?.endsWith(".tsx") || LATER_WORDS.includes(basename(dirname(strings)))) continue;
    const language = basename(strings, ".json");
    const bytes = gzipSync(readFileSync(join(root, file)), { level: 9 }).length;
    languages[language] = (languages[language] ?? 0) + bytes;
  }
  return Math.max(0, ...Object.values(languages));
}

const manifest = {};
const sizes = {};

/** Notes which file an entry became, and how much a browser loads for it. */
function record(part, metafile) {
  for (const [file, output] of Object.entries(metafile.outputs)) {
    if (!output.entryPoint || !part.entries.includes(output.entryPoint)) continue;
    const name = entryName(part, output.entryPoint, file);
    manifest[name] = relative(out, join(root, file));
    sizes[name] = firstLoad(metafile.outputs, file) + largestLocale(metafile.outputs);
    if (output.cssBundle) manifest[name.replace(/\.js$/, ".css")] = relative(out, join(root, output.cssBundle));
  }
  writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, Object.keys(manifest).sort(), 1)}\n`);
  mkdirSync(join(root, "build"), { recursive: true });
  writeFileSync(join(root, "build/front-sizes.json"), `${JSON.stringify(sizes, null, 1)}\n`);
}

function report(metafile) {
  for (const file of Object.keys(metafile.outputs).sort()) {
    const text = readFileSync(join(root, file));
    const packed = (gzipSync(text, { level: 9 }).length / 1024).toFixed(1);
    process.stdout.write(`${packed.padStart(8)} kB gzip  ${relative(out, join(root, file))}\n`);
  }
}

function recorder(part) {
  return {
    name: "record",
    setup(build) {
      build.onEnd((result) => {
        if (!result.metafile || result.errors.length) return;
        record(part, result.metafile);
        if (!watch) report(result.metafile);
        else process.stdout.write(`built ${part.name}\n`);
      });
    },
  };
}

async function main() {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "manifest.json"), "{}\n");
  for (const part of parts) {
    const present = part.entries.filter((entry) => existsSync(join(root, entry)));
    if (!present.length) {
      process.stdout.write(`left out ${part.name}: it has no ${part.entries[0] ?? "entries"} yet\n`);
      continue;
    }
    const options = { ...common, ...part.options, entryPoints: present, plugins: [recorder(part)] };
    if (watch) await (await esbuild.context(options)).watch();
    else await esbuild.build(options);
  }
  if (watch) return;
  rmSync(served, { recursive: true, force: true });
  renameSync(out, served);
}

main().catch((error) => {
  if (!watch) rmSync(out, { recursive: true, force: true });
  if (!error.errors) console.error(error);
  process.exit(1);
});
