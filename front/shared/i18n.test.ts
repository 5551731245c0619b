import assert from "node:assert/strict";
import { test } from "node:test";
import { clockTime, dayLabel, duration, fileSize, pickLanguage, relativeTime, translate, upcomingTime } from "./i18n";

const polish = {
  "cases.count_one": "{{count}} sprawa",
  "cases.count_few": "{{count}} sprawy",
  "cases.count_many": "{{count}} spraw",
  "cases.count_other": "{{count}} sprawy",
};
const estonian = { "cases.count_one": "{{count}} juhtum", "cases.count_other": "{{count}} juhtumit", hello: "Tere, {{name}}" };

test("Polish has its four forms", () => {
  const said = [1, 2, 4, 5, 12, 22, 25, 1.5].map((count) => translate("pl", polish, "cases.count", { count }));
  assert.deepEqual(said, ["1 sprawa", "2 sprawy", "4 sprawy", "5 spraw", "12 spraw", "22 sprawy", "25 spraw", "1,5 sprawy"]);
});

test("Estonian has two", () => {
  assert.equal(translate("et", estonian, "cases.count", { count: 1 }), "1 juhtum");
  assert.equal(translate("et", estonian, "cases.count", { count: 21 }), "21 juhtumit");
});

test("parameters are put in once, and what a customer wrote is not read as a template", () => {
  assert.equal(translate("et", estonian, "hello", { name: "{{name}} $& <b>" }), "Tere, {{name}} $& <b>");
});

test("a key nobody translated shows as itself", () => {
  assert.equal(translate("et", estonian, "missing.key"), "missing.key");
});

test("the first known language of the wishes is taken", () => {
  assert.equal(pickLanguage(["sv-SE", "et-EE", "en"]), "et");
  assert.equal(pickLanguage(["fi_FI"]), "fi");
  assert.equal(pickLanguage([null, "", "sv"]), "en");
});

test("dates are relative within a day and absolute after", () => {
  const now = new Date("2026-11-21T12:00:00");
  assert.equal(relativeTime("2026-11-21T11:59:40", now, "en"), "now");
  assert.equal(relativeTime("2026-11-21T11:55:00", now, "en"), "5 min. ago");
  assert.equal(relativeTime("2026-11-20T13:00:00", now, "en"), "23 hr. ago");
  assert.equal(relativeTime("2026-11-20T11:00:00", now, "en"), "Nov 20");
  assert.equal(relativeTime("2025-11-20T11:00:00", now, "en"), "Nov 20, 2025");
});

test("days are named by the viewer's calendar, also across midnight", () => {
  const now = new Date("2026-11-21T00:10:00");
  assert.equal(dayLabel("2026-11-20T23:50:00", now, "et"), "Eile");
  assert.equal(dayLabel("2026-11-21T00:05:00", now, "fi"), "Tänään");
  assert.equal(dayLabel("2026-11-18T10:00:00", now, "en"), "Wednesday, November 18");
});

test("opening times say only what is needed", () => {
  const now = new Date("2026-11-21T22:00:00");
  assert.equal(upcomingTime("2026-11-21T23:00:00", now, "en"), "23:00");
  assert.equal(upcomingTime("2026-11-22T09:00:00", now, "et"), "homme 09:00");
  assert.equal(upcomingTime("2026-11-23T09:00:00", now, "en"), "Monday 09:00");
});

test("lengths of time and sizes are rounded up to what a person would say", () => {
  assert.equal(duration(40, "en"), "40 seconds");
  assert.equal(duration(61, "en"), "2 minutes");
  assert.equal(duration(7200, "pl"), "2 godziny");
  assert.equal(fileSize(340_400, "en"), "340 kB");
  assert.equal(fileSize(2_140_000, "et"), "2,1 MB");
});

test("clock times have two digits", () => {
  assert.equal(clockTime("2026-11-21T09:05:00", "pl"), "09:05");
});
