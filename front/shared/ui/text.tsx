/** A person's or the robot's words: text only, with http(s) addresses as links. Never HTML. */
import type { ComponentChild } from "preact";

const ADDRESS = /https?:\/\/[^\s<>"'`\u200B-\u200F\u202A-\u202E\u2066-\u2069]+/gi;

export interface Part {
  text: string;
  href: string | null;
}

/** Split a text into words and links. Only http and https become links; closing punctuation stays outside. */
export function parts(text: string): Part[] {
  const found: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const href = checked(address);
    if (href === null) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index), href: null });
    found.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) found.push({ text: text.slice(end), href: null });
  return found;
}

/** Draws `text` with its links; line breaks are kept by the style `.words`. */
export function Words({ text }: { text: string }): ComponentChild {
  return (
    <span class="words" dir="auto">
      {parts(text).map((part) =>
        part.href === null ? (
          part.text
        ) : (
          <a href={part.href} target="_blank" rel="noopener noreferrer nofollow ugc">
            {part.text}
          </a>
        ),
      )}
    </span>
  );
}

function trimmed(address: string): string {
  let rest = address.replace(/[.,;:!?…]+$/, "");
  if (rest.endsWith(")") && !rest.includes("(")) rest = rest.slice(0, -1);
  return rest;
}

function checked(address: string): string | null {
  try {
    const url = new URL(address);
    return (url.protocol === "https:" || url.protocol === "http:") && url.hostname !== "" ? url.href : null;
  } catch {
    return null;
  }
}
