import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { accentOf, contrast, fromHex, fromOklch, toOklch } from "./accent";

type Triple = [number, number, number];

const css = readFileSync("front/shared/ui/tokens.css", "utf8");
const dark = css.slice(css.indexOf("@media (prefers-color-scheme: dark)"), css.indexOf("/* The same set again"));
const darkAgain = css.slice(css.indexOf('data-theme="dark"'), css.indexOf("@media (prefers-reduced-motion"));
const light = css.slice(0, css.indexOf("@media"));

function tokens(part: string): Map<string, string> {
  return new Map([...part.matchAll(/--([\w-]+):\s*([^;]+);/g)].map((match) => [match[1] as string, match[2] as string]));
}

function colour(value: string | undefined): Triple {
  const match = /^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/.exec(value ?? "") ?? assert.fail(`not a plain colour: ${value}`);
  return fromOklch([Number(match[1]), Number(match[2]), Number(match[3])]) as Triple;
}

const sets: [string, Map<string, string>][] = [
  ["light", tokens(light)],
  ["dark", new Map([...tokens(light), ...tokens(dark)])],
];

test("the two dark sets are one", () => {
  assert.deepEqual([...tokens(dark)], [...tokens(darkAgain)]);
});

for (const [name, set] of sets) {
  test(`${name}: text and secondary text are readable on every ground they lie on`, () => {
    for (const text of ["n11", "n12", "accent-text"]) {
      for (const ground of ["n1", "n2", "n3", "n4"]) {
        const ratio = contrast(colour(set.get(text)), colour(set.get(ground)));
        assert.ok(ratio >= 4.5, `${text} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
    assert.ok(contrast(colour(set.get("n10")), colour(set.get("n1"))) >= 4.5);
  });

  test(`${name}: good, warn, bad, robot and note are readable on their own surface`, () => {
    for (const kind of ["good", "warn", "bad", "robot", "note", "accent"]) {
      for (const text of [`${kind}-text`, "n12"]) {
        const ratio = contrast(colour(set.get(text)), colour(set.get(`${kind}-surface`)));
        assert.ok(ratio >= 4.5, `${text} on ${kind}-surface: ${ratio.toFixed(2)}`);
      }
    }
  });

  test(`${name}: whatever colour a shop picks, its buttons and links are readable`, () => {
    for (const hex of ["#ffffff", "#000000", "#ffe600", "#00ff00", "#ff0000", "#0000ff", "#7f7f7f", "#2f6f5e", "#f5a623", "#ffc0cb", "nonsense"]) {
      const accent = accentOf(hex, name === "dark");
      for (const ground of [accent.solid, accent.solidHover]) {
        const ratio = contrast(colour(accent.onSolid), colour(ground));
        assert.ok(ratio >= 4.5, `words on ${hex}: ${ratio.toFixed(2)}`);
      }
      for (const ground of ["n1", "n2", "n3", "n4"]) {
        const ratio = contrast(colour(accent.text), colour(set.get(ground)));
        assert.ok(ratio >= 4.5, `${hex} as text on ${ground}: ${ratio.toFixed(2)}`);
      }
      assert.ok(contrast(colour(accent.text), colour(accent.surface)) >= 4.5, `${hex} as text on its surface`);
    }
  });
}

test("a colour survives the way to OKLCH and back", () => {
  const teal = fromHex("#2f6f5e") ?? assert.fail();
  fromOklch(toOklch(teal)).forEach((part, index) => assert.ok(Math.abs(part - (teal[index] ?? 0)) < 1e-6));
});
