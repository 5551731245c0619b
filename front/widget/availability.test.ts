import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { speak, type Strings } from "../shared/i18n";
import { LANGUAGES, type Availability, type Language } from "../shared/types";
import { headline, people } from "./availability";

const now = new Date("2026-11-21T22:00:00");
const here: Availability = { open: true, opens_at: null, agents_online: 2, expected_answer_seconds: 240 };
const strings = (code: Language) => JSON.parse(readFileSync(`src/tugi/locales/widget/${code}.json`, "utf8")) as Strings;

beforeEach(() => speak("en", strings("en")));

test("a time is told only when it was measured", () => {
  assert.equal(people(here, now), "a person in about 4 min");
  assert.doesNotMatch(people({ ...here, expected_answer_seconds: null }, now), /\d/);
});

test("a wait of seconds is not promised: the least we say is a minute", () => {
  assert.equal(people({ ...here, expected_answer_seconds: 8 }, now), "a person in about 1 min");
});

test("no time is told while nobody is there", () => {
  assert.doesNotMatch(people({ ...here, agents_online: 0 }, now), /min/);
  assert.equal(people({ ...here, open: false, opens_at: "2026-11-23T09:00:00" }, now), "people are back: Monday 09:00");
  assert.doesNotMatch(people({ ...here, open: false }, now), /min|\d/);
});

test("the head says who has the floor", () => {
  assert.equal(headline("agent", "Kadri", true, here, now), "Kadri is with you");
  assert.equal(headline("agent", null, true, here, now), "A person is with you");
  assert.equal(headline("queue", "Kadri", true, here, now), "In line for a person · a person in about 4 min");
  assert.equal(headline("robot", null, true, here, now), "Assistant at once · a person in about 4 min");
});

test("where the robot is off, no assistant is promised", () => {
  assert.equal(headline("robot", null, false, here, now), "A person in about 4 min");
});

for (const code of LANGUAGES) {
  test(`${code}: every sentence of the head is there and filled in`, () => {
    speak(code, strings(code));
    for (const floor of ["robot", "queue", "agent"] as const) {
      for (const state of [here, { ...here, agents_online: 0 }, { ...here, open: false }, { ...here, open: false, opens_at: "2026-11-23T09:00:00" }]) {
        const said = headline(floor, "Kadri", true, state, now);
        assert.doesNotMatch(said, /[a-z]+\.[a-z_]+|[{}!]/, said);
      }
    }
  });
}
