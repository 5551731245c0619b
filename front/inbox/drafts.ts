/** What the agent typed and did not send, kept for each case in this browser. */

export type Draft = { tab: "reply" | "note"; text: string };

const PREFIX = "tugi-draft-";

const keyOf = (agent: number, caseId: number): string => `${PREFIX}${agent}-${caseId}`;

/** The draft of a case; an empty reply when there is none or the browser keeps nothing. */
export function readDraft(agent: number, caseId: number): Draft {
  const empty: Draft = { tab: "reply", text: "" };
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(keyOf(agent, caseId)) ?? "null");
    if (typeof kept !== "object" || kept === null) return empty;
    const { tab, text } = kept as Record<string, unknown>;
    if (typeof text !== "string") return empty;
    return { tab: tab === "note" ? "note" : "reply", text };
  } catch {
    // A private window without storage, or words of an older version: typing must still work.
    return empty;
  }
}

/** Keeps the draft, or forgets it when nothing is typed. A full or closed storage is no reason to stop typing. */
export function keepDraft(agent: number, caseId: number, draft: Draft): void {
  try {
    if (draft.text.trim() === "") localStorage.removeItem(keyOf(agent, caseId));
    else localStorage.setItem(keyOf(agent, caseId), JSON.stringify(draft));
  } catch {
    return;
  }
}
