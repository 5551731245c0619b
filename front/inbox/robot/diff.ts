/** What changed between two texts, word by word. */

export interface Piece {
  kind: "same" | "gone" | "new";
  text: string;
}

/** Above this many comparisons the middle is shown as wholly replaced: still true, only coarser. */
const MOST = 4_000_000;

const tokens = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? [];

/** Pieces that, without the new ones, spell `before` and, without the gone ones, `after`. */
export function diff(before: string, after: string): Piece[] {
  const [a, b] = [tokens(before), tokens(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const middle = between(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  const same = (words: string[]): Piece => ({ kind: "same", text: words.join("") });
  return joined([same(a.slice(0, head)), ...middle, same(a.slice(a.length - tail))]);
}

function between(a: readonly string[], b: readonly string[]): Piece[] {
  if (a.length * b.length > MOST) return [{ kind: "gone", text: a.join("") }, { kind: "new", text: b.join("") }];
  const lengths = commonLengths(a, b);
  const found: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [mine, other] = [a[i], b[j]];
    if (mine !== undefined && mine === other) {
      found.push({ kind: "same", text: mine });
      i += 1;
      j += 1;
    } else if (other === undefined || (mine !== undefined && at(lengths, b.length, i + 1, j) >= at(lengths, b.length, i, j + 1))) {
      found.push({ kind: "gone", text: mine ?? "" });
      i += 1;
    } else {
      found.push({ kind: "new", text: other });
      j += 1;
    }
  }
  return found;
}

const at = (lengths: Uint16Array | Uint32Array, width: number, i: number, j: number): number => lengths[i * (width + 1) + j] ?? 0;

/** The length of the longest common run of words from each pair of places on. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const longest = Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
      lengths[i * width + j] = a[i] === b[j] ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1 : longest;
    }
  }
  return lengths;
}

/** Joins neighbours of one kind; within a changed run what is gone stands before what is new. */
function joined(pieces: readonly Piece[]): Piece[] {
  const found: Piece[] = [];
  let gone = "";
  let fresh = "";
  const flush = () => {
    if (gone !== "") found.push({ kind: "gone", text: gone });
    if (fresh !== "") found.push({ kind: "new", text: fresh });
    gone = "";
    fresh = "";
  };
  pieces.forEach((piece, index) => {
    const bridge = piece.kind === "same" && /^\s+$/.test(piece.text) && (gone !== "" || fresh !== "") && pieces[index + 1]?.kind !== "same" && index + 1 < pieces.length;
    if (piece.text === "") return;
    if (bridge) {
      // A lone space between two changed words would tear the change apart.
      gone += piece.text;
      fresh += piece.text;
    } else if (piece.kind === "gone") gone += piece.text;
    else if (piece.kind === "new") fresh += piece.text;
    else {
      flush();
      const last = found.at(-1);
      if (last?.kind === "same") last.text += piece.text;
      else found.push({ ...piece });
    }
  });
  flush();
  return found;
}
