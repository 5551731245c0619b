/**
 * The shop's colour made safe: whatever colour a shop picks, text on it and text in it keep a contrast of
 * at least 4.5:1 (WCAG 2.2 AA). OKLCH after Björn Ottosson, contrast after WCAG.
 */

type Triple = readonly [number, number, number];

// A little more than the law's 4.5, since the colours are rounded when they are written.
const ENOUGH = 4.6;
const WHITE: Triple = [1, 1, 1];
const INK: Triple = [0.22, 0.015, 255];
/** From here on a colour is light by nature: dark words suit it, white ones would make it mud. */
const LIGHT = 0.72;

export interface Accent {
  /** Surface of buttons and own bubbles. */
  solid: string;
  solidHover: string;
  /** Text upon it. */
  onSolid: string;
  /** Text and icons in the accent on the page's own ground. */
  text: string;
  surface: string;
  border: string;
}

/** The accent of `hex` for a light or dark set. A colour that cannot be read falls back on the house's own. */
export function accentOf(hex: string, dark: boolean): Accent {
  const colour = visible(toOklch(fromHex(hex) ?? fromHex("#2f6f5e") ?? WHITE));
  const [lightness, chroma, hue] = colour;
  const ground = fromOklch(dark ? [0.262, 0.009, 255] : [0.943, 0.005, 255]);
  const inked = lightness >= LIGHT;
  const solid = inked ? towards(colour, fromOklch(INK), 1) : towards(colour, WHITE, -1);
  const text = towards([dark ? Math.max(lightness, 0.72) : Math.min(lightness, 0.55), Math.min(chroma, 0.16), hue], ground, dark ? 1 : -1);
  return {
    solid: css(solid),
    solidHover: css([solid[0] + (inked ? 0.03 : -0.045), solid[1], solid[2]]),
    onSolid: css(inked ? INK : [1, 0, 0]),
    text: css(text),
    surface: css([dark ? 0.255 : 0.957, Math.min(chroma, dark ? 0.035 : 0.022), hue]),
    border: css([dark ? 0.4 : 0.85, Math.min(chroma, 0.06), hue]),
  };
}

/** A white or pitch-black button would be seen by nobody on a ground of the same: both become ink. */
function visible(colour: Triple): Triple {
  if (colour[0] < 0.3) return [0.3, colour[1], colour[2]];
  return colour[0] > 0.9 && colour[1] < 0.05 ? [0.35, 0.02, 255] : colour;
}

/** Contrast of two colours in linear sRGB, 1 to 21. */
export function contrast(one: Triple, other: Triple): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** Linear sRGB of an OKLCH colour, cut to what a screen can show. */
export function fromOklch([lightness, chroma, hue]: Triple): Triple {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const cut = (value: number): number => Math.min(1, Math.max(0, value));
  return [
    cut(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    cut(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    cut(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** OKLCH of linear sRGB. */
export function toOklch([red, green, blue]: Triple): Triple {
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  const a = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const b = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  return [lightness, Math.hypot(a, b), ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360];
}

/** Linear sRGB of "#rrggbb"; null when it is none. */
export function fromHex(hex: string): Triple | null {
  const match = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(hex.trim());
  if (match === null) return null;
  const linear = (part: string): number => {
    const value = parseInt(part, 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [linear(match[1] ?? ""), linear(match[2] ?? ""), linear(match[3] ?? "")];
}

/** The colour nearest to the given one that stands out enough against `ground`, going darker or lighter. */
function towards(colour: Triple, ground: Triple, step: 1 | -1): Triple {
  let [lightness] = colour;
  const [, chroma, hue] = colour;
  while (lightness > 0 && lightness < 1 && contrast(fromOklch([lightness, chroma, hue]), ground) < ENOUGH) {
    lightness += step * 0.01;
  }
  return [lightness, chroma, hue];
}

function luminance([red, green, blue]: Triple): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function css([lightness, chroma, hue]: Triple): string {
  return `oklch(${lightness.toFixed(3)} ${chroma.toFixed(3)} ${hue.toFixed(1)})`;
}
