/**
 * The document in which a formatted letter is shown. The server has cleaned its HTML; the frame around it runs no
 * script, has no origin, and its own policy loads nothing from elsewhere unless the reader asks for pictures.
 */

import type { Attachment } from "../../shared/types";

/** Pictures of the letter by their content id, as `data:` addresses: a frame without origin may not ask our server. */
export type Pictures = Readonly<Record<string, string>>;

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

const LOOK = `
  :root { color-scheme: light; }
  body { margin: 0; padding: 12px; background: #fff; color: #1b1d21; font: 14px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
  img { max-width: 100%; height: auto; }
  table { max-width: 100%; }
  blockquote { margin: 8px 0 8px 8px; padding-left: 12px; border-left: 2px solid #d5d8de; color: #565b64; }
  pre { white-space: pre-wrap; }
`;

/** The policy inside the frame. */
export function policy(remote: boolean): string {
  return `default-src 'none'; img-src data:${remote ? " https:" : ""}; style-src 'unsafe-inline'${remote ? "; upgrade-insecure-requests" : ""}`;
}

/** Whether the HTML has pictures that only their owner's server can show. */
export const hasRemote = (html: string): boolean => /(?:\bsrc\s*=\s*["']?|\burl\(\s*["']?|\bbackground\s*=\s*["']?)(?:https?:)?\/\//i.test(html);

/** The content ids that the HTML shows. */
export function shownIds(html: string): string[] {
  return [...new Set([...html.matchAll(/\bsrc\s*=\s*(["'])cid:([^"']+)\1/gi)].map((match) => decoded(match[2] ?? "")))];
}

/** Bytes; larger pictures stay what they are too: attachments under the letter. */
export const LARGEST_PICTURE = 4_000_000;

/** The kinds of pictures that our server gives as such; others are files to it. */
export const isPicture = ({ media_type: type }: Attachment): boolean => /^image\/(png|jpeg|gif|webp|avif)$/.test(type);

/** The attachments that a letter formatted so shows in its words. `inline`: attachment ids by content id. */
export function inPlace({ html, inline }: { html: string | null; inline: Readonly<Record<string, number>> }, files: readonly Attachment[]): Attachment[] {
  const shown = new Set(shownIds(html ?? "").map((id) => inline[id]));
  return files.filter((file) => shown.has(file.id) && isPicture(file) && file.size <= LARGEST_PICTURE);
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id.replace(/&amp;/g, "&"));
  } catch {
    // A lone per cent sign is part of the id.
    return id;
  }
}

/** The whole document for `srcdoc`. Links open beside the desk, and know nothing of it. */
export function frameSource(html: string, pictures: Pictures, { remote, language }: { remote: boolean; language: string | null }): string {
  const shown = html.replace(/\bsrc\s*=\s*(["'])cid:([^"']+)\1/gi, (whole, quote: string, id: string) => {
    const picture = pictures[decoded(id)];
    return picture === undefined ? whole : `src=${quote}${escaped(picture)}${quote}`;
  });
  return (
    `<!doctype html><html lang="${escaped(language ?? "")}"><head><meta charset="utf-8">` +
    `<meta http-equiv="Content-Security-Policy" content="${escaped(policy(remote))}">` +
    `<meta name="referrer" content="no-referrer"><base target="_blank"><style>${LOOK}</style></head><body>${shown}</body></html>`
  );
}

/** A height in pixels that fits most letters of this length, within bounds; the reader can pull it. */
export function likelyHeight(text: string, pictures: number): number {
  const lines = text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / 80)), 0);
  return Math.min(560, Math.max(160, 48 + lines * 21 + pictures * 160));
}
