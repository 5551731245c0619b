import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpError, NoAnswer } from "./http";
import { memoryShelf, Outbox, type Pending } from "./outbox";

const at = () => new Date("2026-11-21T09:12:00Z");

/** A server that stores by client id, as ours does, and whose answers can be lost. */
class Server {
  readonly stored = new Map<string, string>();
  readonly received: string[] = [];
  reachable = true;
  answersLost = 0;

  readonly send = (pending: Pending<string>): Promise<void> => {
    if (!this.reachable) return Promise.reject(new NoAnswer());
    if (pending.body.length > 8000) return Promise.reject(new HttpError(422, "invalid", "Write at most 8,000 characters"));
    this.received.push(pending.body);
    if (!this.stored.has(pending.client_id)) this.stored.set(pending.client_id, pending.body);
    if (this.answersLost > 0) {
      this.answersLost -= 1;
      return Promise.reject(new NoAnswer());
    }
    return Promise.resolve();
  };
}

const soon = () => new Promise<void>((done) => setImmediate(done));

function outbox(server: Server, shelf = memoryShelf(), wait: () => Promise<void> = soon) {
  return new Outbox<string>({ name: "box", shelf, send: server.send, wait, now: at });
}

const never = () => new Promise<void>(() => undefined);

test("what was written offline goes once and in order when the network returns", async () => {
  const server = new Server();
  server.reachable = false;
  const box = outbox(server, memoryShelf(), never);
  ["one", "two", "three"].forEach((text) => box.put(text));
  await soon();
  assert.deepEqual(server.received, []);
  server.reachable = true;
  await Promise.all([box.flush(), box.flush()]);
  assert.deepEqual(server.received, ["one", "two", "three"]);
  assert.deepEqual(box.pending.value, []);
});

test("an answer lost on the way leads to a repeat with the same id, stored once", async () => {
  const server = new Server();
  server.answersLost = 2;
  const box = outbox(server);
  box.put("where is my parcel");
  await box.flush();
  assert.equal(server.received.length, 3);
  assert.deepEqual([...server.stored.values()], ["where is my parcel"]);
});

test("what was not sent outlives the page, in its order and with its ids", async () => {
  const shelf = memoryShelf();
  const server = new Server();
  server.reachable = false;
  const before = outbox(server, shelf, never);
  const ids = ["a", "b", "c"].map((text) => before.put(text).client_id);
  await soon();
  server.reachable = true;
  const after = outbox(server, shelf);
  assert.deepEqual(after.pending.value.map((pending) => pending.client_id), ids);
  await after.flush();
  assert.deepEqual([...server.stored], [[ids[0], "a"], [ids[1], "b"], [ids[2], "c"]]);
  assert.equal(shelf.length, 0);
});

test("a refused act stays with the reason and does not hold up the others", async () => {
  const server = new Server();
  const box = outbox(server);
  const long = box.put("x".repeat(8001));
  box.put("short");
  await box.flush();
  assert.deepEqual([...server.stored.values()], ["short"]);
  assert.deepEqual(box.pending.value.map((pending) => pending.failure), ["Write at most 8,000 characters"]);
  box.discard(long.client_id);
  assert.deepEqual(box.pending.value, []);
});

test("two outboxes on one shelf keep to their own", () => {
  const shelf = memoryShelf();
  const server = new Server();
  server.reachable = false;
  new Outbox<string>({ name: "mari", shelf, send: server.send, wait: never, now: at }).put("tere");
  const other = new Outbox<string>({ name: "pekka", shelf, send: server.send, wait: never, now: at });
  assert.deepEqual(other.pending.value, []);
});
