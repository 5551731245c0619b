import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, Note } from "../shared/types";
import type { CaseLine } from "./state";
import { timelineOf, type Unsent } from "./timeline";

const said = (id: number, at: string, kind: "customer" | "robot" = "customer"): Message =>
  ({ id, case_id: 1, client_id: `m-${id}`, author: { kind, id: null }, created_at: at }) as Message;
const line = (number: number, at: string, kind = "RobotPaused"): CaseLine => ({ number, case_id: 1, kind, at, actor: { kind: "robot", id: null }, data: {} });
const unsent = (client_id: string): Unsent =>
  ({ client_id, case_id: 1, kind: "message", text: "tere", created_at: "2026-03-02T08:00:00Z", state: "sending", failure: null, attachments: 0 });
const parts = { messages: [] as Message[], notes: [] as Note[], lines: [] as CaseLine[], unsent: [] as Unsent[] };

test("messages, notes and lines stand in the order they happened, each day under its name", () => {
  const items = timelineOf({
    ...parts,
    messages: [said(2, "2026-03-03T10:00:00Z"), said(1, "2026-03-02T10:00:00Z")],
    notes: [{ id: 5, case_id: 1, agent_id: 2, client_id: "n", text: "", created_at: "2026-03-02T10:01:00Z" }],
    lines: [line(9, "2026-03-02T10:00:30Z")],
  });
  assert.deepEqual(items.map((item) => item.kind), ["day", "message", "line", "note", "day", "message"]);
});

test("the server's copy replaces what was unsent, under the same key", () => {
  const before = timelineOf({ ...parts, unsent: [unsent("m-1")] });
  const after = timelineOf({ ...parts, messages: [said(1, "2026-03-02T08:00:01Z")], unsent: [unsent("m-1")] });
  assert.deepEqual(after.map((item) => item.kind), ["day", "message"]);
  assert.equal(before.at(-1)?.key, after.at(-1)?.key);
});

test("one author's messages within minutes are one run; another author or a line ends it", () => {
  const items = timelineOf({
    ...parts,
    messages: [said(1, "2026-03-02T10:00:00Z"), said(2, "2026-03-02T10:01:00Z"), said(3, "2026-03-02T10:02:00Z", "robot"), said(4, "2026-03-02T10:20:00Z", "robot")],
  });
  assert.deepEqual(items.flatMap((item) => (item.kind === "message" ? [item.follows] : [])), [false, true, false, false]);
});

test("what only the log needs is not shown as a line", () => {
  assert.deepEqual(timelineOf({ ...parts, lines: [line(1, "2026-03-02T10:00:00Z", "VerdictReached")] }), []);
});
test("letters are named by their subject once, and anew when it changes", () => {
  const letter = (id: number, subject: string): Message => ({ ...said(id, `2026-03-02T10:0${id}:00Z`), letter: { subject } }) as Message;
  const items = timelineOf({ ...parts, messages: [letter(1, "Kus pakk on"), letter(2, "Re: Kus pakk on"), said(3, "2026-03-02T10:03:00Z"), letter(4, "VS: Tagastus"), letter(5, "")] });
  assert.deepEqual(items.flatMap((item) => (item.kind === "message" ? [item.subject] : [])), ["Kus pakk on", null, null, "Tagastus", null]);
  assert.ok(items.every((item) => item.kind !== "message" || item.message.id === 3 || !item.follows));
});
