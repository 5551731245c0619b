// Prints every TypeScript function that is longer than allowed. Usage: node tools/sizes.mjs LINES FILE...
import { readFileSync } from "node:fs";
import ts from "typescript";

const [allowed, ...files] = process.argv.slice(2);

function nameOf(node) {
  const name = node.name ?? node.parent.name;
  return name && ts.isIdentifier(name) ? name.text : "a function";
}

function visit(source, path, node) {
  if (ts.isFunctionLike(node) && node.body) {
    const first = source.getLineAndCharacterOfPosition(node.getStart()).line;
    const last = source.getLineAndCharacterOfPosition(node.end).line;
    const lines = last - first + 1;
    // The suite of a test file is one function by form only.
    if (lines > Number(allowed) && !/\.test\.tsx?$/.test(path)) {
      process.stdout.write(`${path}:${first + 1}: ${nameOf(node)} has ${lines} lines, ${allowed} allowed\n`);
    }
  }
  ts.forEachChild(node, (child) => visit(source, path, child));
}

for (const path of files) {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  visit(source, path, source);
}
