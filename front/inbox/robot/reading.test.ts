import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpError, NoAnswer } from "../../shared/http";
import { failureOf } from "./reading";

test("a failure says whether to wait, to look elsewhere or to ask somebody", () => {
  assert.equal(failureOf(new NoAnswer()), "passing");
  assert.equal(failureOf(new HttpError(503, "unavailable", "")), "passing");
  assert.equal(failureOf(new HttpError(403, "forbidden", "")), "forbidden");
  assert.equal(failureOf(new HttpError(404, "not_found", "")), "gone");
  assert.equal(failureOf(new HttpError(422, "invalid", "")), "gone");
});
