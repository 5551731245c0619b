import assert from "node:assert/strict";
import { test } from "node:test";
import { collection } from "../shared/reducer";
import type { Pending } from "../shared/outbox";
import type { Message, WidgetCase } from "../shared/types";
import type { Act } from "./store";
import { lastStored, rows, type Bubble } from "./timeline";

const page = { url: "https://pohjala.example/", title: "Põhjala Pood", language: "et" };
const open: WidgetCase = { id: 7, number: 1042, status: "open", handler: "robot", waiting_since: null, agent_read_id: 0, customer_read_id: 0 };

function message(id: number, kind: Message["author"]["kind"], at: string, text = `message ${id}`): Message {
  return {
    id,
    case_id: 7,
    client_id: `client-${id}`,
    author: { kind, id: null },
    author_name: kind === "agent" ? "Kadri" : null,
    text,
    language: "et",
    status: "sent",
    failure: null,
    page: null,
    choices: null,
    chosen_entry_id: null,
    entry_id: null,
    verdict_id: null,
    feedback: null,
    attachments: [],
    created_at: at,
    approved_by: null,
    follow_ups: null,
  };
}

function waiting(client_id: string, text: string, failure: string | null = null): Pending<Act> {
  return { client_id, created_at: "2026-11-21T10:05:00", order: 1, body: { kind: "message", text, attachments: [], page }, failure };
}

const cases = (agent_read_id = 0) => collection([{ ...open, agent_read_id }]);
const bubbles = (...args: Parameters<typeof rows>): Bubble[] => rows(...args).filter((row): row is Bubble => row.kind === "bubble");

test("what was sent is drawn once, whether its answer or the feed came first", () => {
  const stored = [message(1, "customer", "2026-11-21T10:00:00")];
  assert.equal(bubbles(stored, [waiting("client-1", "message 1")], cases(), true).length, 1);
  assert.equal(bubbles([], [waiting("client-1", "message 1")], cases(), true).length, 1);
});

test("the bubble keeps its key when the server has stored it, so that it does not jump", () => {
  const before = bubbles([], [waiting("client-1", "message 1")], cases(), true)[0];
  const after = bubbles([message(1, "customer", "2026-11-21T10:00:00")], [], cases(), true)[0];
  assert.equal(before?.key, after?.key);
});

test("a message is called sent only once it is stored, and seen only once it was read", () => {
  const states = (stored: Message[], pending: Pending<Act>[], read: number, online: boolean) => bubbles(stored, pending, cases(read), online).map((bubble) => bubble.delivery);
  const stored = [message(1, "customer", "2026-11-21T10:00:00"), message(2, "customer", "2026-11-21T10:00:10")];
  assert.deepEqual(states(stored, [waiting("x", "three")], 1, true), ["seen", "sent", "sending"]);
  assert.deepEqual(states([], [waiting("x", "three")], 0, false), ["waiting"]);
  assert.deepEqual(states([], [waiting("x", "three", "too long")], 0, true), ["refused"]);
  assert.deepEqual(states([message(3, "robot", "2026-11-21T10:00:00")], [], 9, true), [null]);
});

test("each day has one heading, by the reader's calendar", () => {
  const found = rows(
    [message(1, "customer", "2026-11-20T23:59:00"), message(2, "robot", "2026-11-21T00:01:00"), message(3, "customer", "2026-11-21T10:00:00")],
    [],
    cases(),
    true,
  );
  assert.deepEqual(found.map((row) => row.kind), ["day", "bubble", "day", "bubble", "bubble"]);
});

test("a run ends with its author, after five minutes and at midnight", () => {
  const shape = bubbles(
    [
      message(1, "customer", "2026-11-21T10:00:00"),
      message(2, "customer", "2026-11-21T10:01:00"),
      message(3, "robot", "2026-11-21T10:01:01"),
      message(4, "robot", "2026-11-21T10:09:00"),
    ],
    [],
    cases(),
    true,
  ).map((bubble) => `${bubble.first ? "first" : ""} ${bubble.last ? "last" : ""}`.trim());
  assert.deepEqual(shape, ["first", "last", "first last", "first last"]);
});

test("only the visitor's newest stored message says what became of it", () => {
  const found = rows([message(1, "customer", "2026-11-21T10:00:00"), message(2, "robot", "2026-11-21T10:00:01")], [waiting("x", "next")], cases(), true);
  assert.equal(lastStored(found)?.message?.id, 1);
});

test("a wish for a person is an act, not a message", () => {
  const person: Pending<Act> = { client_id: "p", created_at: "2026-11-21T10:05:00", order: 1, body: { kind: "person", page }, failure: null };
  assert.deepEqual(rows([], [person], cases(), true), []);
});
