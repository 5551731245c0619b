import assert from "node:assert/strict";
import { test } from "node:test";
import { parts } from "./text";

const links = (text: string) => parts(text).flatMap((part) => (part.href === null ? [] : [part.href]));

test("http and https addresses become links, the full stop after them does not", () => {
  assert.deepEqual(parts("Vaadake https://pohjala.example/tagastus. Aitäh"), [
    { text: "Vaadake ", href: null },
    { text: "https://pohjala.example/tagastus", href: "https://pohjala.example/tagastus" },
    { text: ". Aitäh", href: null },
  ]);
  assert.deepEqual(links("(see https://a.example/x) and http://b.example/y_(z)"), ["https://a.example/x", "http://b.example/y_(z)"]);
});

test("no other scheme ever becomes a link", () => {
  const hostile = ["javascript:alert(1)", "data:text/html,x", "https:javascript", "https://", "vbscript:x", "//evil.example", "file:///etc/passwd"];
  assert.deepEqual(hostile.flatMap(links), []);
});

test("every character of the text is kept", () => {
  for (const text of ["", "a\nb", "<b>https://x.example/<i></b>", "https://x.example/\u202Egnp.exe", "\u0000\uFDFA"]) {
    assert.equal(parts(text).map((part) => part.text).join(""), text);
  }
});

test("a link ends before marks that turn the reading direction", () => {
  assert.deepEqual(links("https://x.example/\u202Egnp.exe"), ["https://x.example/"]);
});
