import assert from "node:assert/strict";
import { test } from "node:test";
import en from "../../../src/tugi/locales/channels/en.json";
import { type Account, EMPTY_SETTINGS, type Health } from "./facts";
import { CODES, standingOf, todoOf, wayWord } from "./health";

const imap = { host: "imap.example.com", port: 993, security: "tls" as const, user: "a@example.com" };
const account = (health: Health, change: Partial<Account> = {}): Account => ({
  id: 1, channel: "email", name: "Shop", address: "a@example.com", active: true, quarantined: 0, waiting: 0, alarm: null, secrets: [], health,
  settings: { ...EMPTY_SETTINGS, receiving: { ...EMPTY_SETTINGS.receiving, imap } }, ...change,
});
const said = (health: Health, change: Partial<Account> = {}) => standingOf(account(health, change));

test("a mailbox says the worst that is known of it", () => {
  const well = { last_connected_at: "2026-03-02T09:59:30Z", last_mail_at: "2026-03-02T09:56:00Z" };
  assert.equal(said(well).key, "channels.health.last_mail");
  assert.equal(said({ ...well, failure: { code: "password", said: "NO" }, failing_since: "2026-03-02T08:00:00Z" }).key, "channels.fault.password");
  assert.equal(said({ ...well, sending_failure: { code: "refused", said: "" } }).todo, "refused");
  assert.equal(said({ ...well, sending_failure: { code: "port", said: "" } }).todo, "sending.port");
  assert.equal(said({ ...well, backfill: { done: 3, left: 9 } }).left, 9);
  assert.equal(said({ ...well, backlog: 4 }).tone, "warn");
  assert.equal(said(well, { waiting: 2 }).count, 2);
  const alarm = (code: "silent" | "not_looked_at") => ({ code, since: "2026-03-01T09:00:00Z", said: "" });
  assert.equal(said(well, { alarm: alarm("silent") }).key, "channels.health.silent");
  assert.equal(said(well, { alarm: alarm("not_looked_at") }).todo, "alarm.not_looked_at");
  assert.equal(said({}).key, "channels.health.first");
  assert.equal(said({ last_connected_at: "2026-03-02T09:59:30Z" }).key, "channels.health.no_mail_yet");
  assert.equal(said(well, { active: false }).key, "channels.health.off");
  assert.equal(said({}, { settings: EMPTY_SETTINGS }).key, "channels.health.door");
});

test("an unknown code still says what the server said", () => {
  const told = said({ failure: { code: "brand_new", said: "it said so" } });
  assert.deepEqual([told.key, told.said], ["channels.fault.other", "it said so"]);
  assert.equal(wayWord({ ok: false, code: "brand_new", said: "" }), "other");
});

test("every code has a sentence and what to do, both ways", () => {
  const strings: Record<string, string> = en;
  const needed = [...CODES, "other"].flatMap((code) => [`channels.fault.${code}`, `channels.todo.${todoOf(code, "receiving")}`, `channels.todo.${todoOf(code, "sending")}`]);
  assert.deepEqual(needed.filter((key) => !(key in strings)), []);
});
