import assert from "node:assert/strict";
import { test } from "node:test";
import { dateValue, snoozeChoices, snoozeOn, minuteValue, sendOn } from "./snooze";

const names = (now: Date) => snoozeChoices(now).map((choice) => choice.name);
const at = (now: Date, name: string) => snoozeChoices(now).find((choice) => choice.name === name)?.at.toString();

test("in the morning there is a later today, in the evening there is not", () => {
  assert.deepEqual(names(new Date(2026, 2, 4, 10, 20)), ["later", "tomorrow", "week"]);
  assert.equal(at(new Date(2026, 2, 4, 10, 20), "later"), new Date(2026, 2, 4, 13).toString());
  assert.deepEqual(names(new Date(2026, 2, 4, 18, 0)), ["tomorrow", "week"]);
  assert.deepEqual(names(new Date(2026, 2, 4, 23, 0)), ["tomorrow", "week"]);
});

test("tomorrow is at nine by the clock, also over a night that loses an hour and over a year's end", () => {
  assert.equal(at(new Date(2026, 2, 28, 12), "tomorrow"), new Date(2026, 2, 29, 9).toString());
  assert.equal(at(new Date(2026, 11, 31, 12), "tomorrow"), new Date(2027, 0, 1, 9).toString());
});

test("next week is Monday at nine, and never the same day as tomorrow", () => {
  assert.equal(at(new Date(2026, 2, 4, 12), "week"), new Date(2026, 2, 9, 9).toString());
  assert.equal(at(new Date(2026, 2, 9, 8), "week"), new Date(2026, 2, 16, 9).toString());
  assert.equal(at(new Date(2026, 2, 8, 12), "week"), new Date(2026, 2, 16, 9).toString());
});

test("a date is taken at nine, and only when it is ahead", () => {
  const now = new Date(2026, 2, 4, 12);
  assert.equal(snoozeOn("2026-03-05", now)?.toString(), new Date(2026, 2, 5, 9).toString());
  assert.equal(snoozeOn("2026-03-04", now), null);
  assert.equal(snoozeOn("next week", now), null);
  assert.equal(dateValue(now), "2026-03-04");
});

test("an own time to send must lie ahead", () => {
  const now = new Date(2026, 2, 2, 9, 5);
  assert.equal(minuteValue(now), "2026-03-02T09:05");
  assert.equal(sendOn("2026-03-02T09:30", now)?.getTime(), new Date(2026, 2, 2, 9, 30).getTime());
  for (const wrong of ["2026-03-02T09:05", "2026-03-01T10:00", "2026-03-02", "", "soon"]) assert.equal(sendOn(wrong, now), null, wrong);
});
