import assert from "node:assert/strict";
import { test } from "node:test";
import type { LetterBrief } from "../../shared/types";
import { addressed, fullName, isOurs, parseAddress, plainSubject, shortName } from "./addresses";
import { frameSource, hasRemote, inPlace, LARGEST_PICTURE, likelyHeight, policy, shownIds } from "./frame-source";
import { standingOf, warningsOf } from "./trust";

const own = ["pood@example.com"];
const to = (email: string, name: string | null = null) => ({ email, name });
const letter = (change: Partial<LetterBrief> = {}): LetterBrief => ({
  subject: "Pakk", sender: to("mari@example.org", "Mari"), recipients: [to("pood@example.com")], copies: [], automatic: null, joined_by: "new",
  trust: { spf: "pass", dkim: "pass", dmarc: "pass", warnings: [] }, has_html: false, has_quote: false, sends_at: null, ...change,
});

test("people are named by name, else by address", () => {
  assert.equal(shortName(to("a@b.ee")), "a@b.ee");
  assert.equal(shortName(to("a@b.ee", "  ")), "a@b.ee");
  assert.equal(fullName(to("a@b.ee", "Ann")), "Ann <a@b.ee>");
});

test("our mailbox is known also by its plus-addresses", () => {
  assert.ok(isOurs("Pood+t1-abc@example.com", own));
  assert.ok(!isOurs("pood@example.org", own));
});

test("to whom: ours first, each address once", () => {
  const found = addressed(letter({ recipients: [to("x@y.ee"), to("pood+t1@example.com")], copies: [to("X@y.ee"), to("z@y.ee")] }), own);
  assert.deepEqual([found.toUs, found.others, found.all.length], [true, 2, 3]);
  assert.equal(addressed(letter({ recipients: [] }), own).first, null);
});

test("an address is read as people write it", () => {
  assert.deepEqual(parseAddress(' "Mari Tamm" <Mari@Example.org> '), to("mari@example.org", "Mari Tamm"));
  assert.deepEqual(parseAddress("a@b.ee"), to("a@b.ee"));
  for (const wrong of ["", "mari", "a@b", "a@b.ee, c@d.ee", "a b@c.ee", "<a@b.ee", `${"a".repeat(260)}@b.ee`]) assert.equal(parseAddress(wrong), null, wrong);
});

test("a subject is the same with Re, VS, Odp or Vast before it", () => {
  for (const before of ["Re: ", "RE: Re: ", "VS: ", "Odp: ", "Vast: ", "Fwd: ", "Re[2]: ", ""]) assert.equal(plainSubject(`${before}Kus  mu pakk on`), "Kus mu pakk on");
  assert.equal(plainSubject("Retoure: 12"), "Retoure: 12");
});

test("who is verified, who is not, and whom to beware of", () => {
  const trust = (dmarc: "pass" | "fail" | "none" | "unknown", ...warnings: string[]) => letter({ trust: { spf: "none", dkim: "none", dmarc, warnings } });
  assert.equal(standingOf(trust("pass")), "verified");
  assert.equal(standingOf(trust("none")), "unproven");
  assert.equal(standingOf(trust("unknown")), "unproven");
  assert.equal(standingOf(trust("fail")), "failed");
  assert.equal(standingOf(trust("pass", "reply_to_elsewhere")), "warning");
  assert.deepEqual(warningsOf(trust("pass", "newer_word", "several_senders", "claims_to_be_us")), ["claims_to_be_us", "several_senders", "newer_word"]);
});

test("the frame's policy loads nothing from elsewhere until asked", () => {
  assert.doesNotMatch(policy(false), /https?:|script|'self'/);
  assert.match(policy(true), /img-src data: https:;/);
  assert.match(policy(false), /^default-src 'none'/);
});

test("pictures of the letter are put in by their id; unknown ones stay out", () => {
  const html = '<img src="cid:a%40b"><img alt="x" src=\'cid:none\'><img src="https://t.example/p.gif">';
  assert.deepEqual(shownIds(html), ["a@b", "none"]);
  const source = frameSource(html, { "a@b": "data:image/png;base64,AA==" }, { remote: false, language: 'e"t' });
  assert.match(source, /src="data:image\/png;base64,AA=="/);
  assert.match(source, /cid:none/);
  assert.match(source, /lang="e&quot;t"/);
  // Before everything of the letter, so that nothing in it is read without the policy.
  assert.ok(source.indexOf("Content-Security-Policy") < source.indexOf("<img"));
});

test("only what the formatted letter shows in its place is left out below it", () => {
  const file = (id: number, media_type = "image/png", size = 10) => ({ id, name: `${id}`, media_type, size, width: null, height: null, url: "" });
  const view = { html: '<img src="cid:a"><img src="cid:large"><a href="cid:pdf">x</a><img src="cid:pdf">', inline: { a: 1, large: 2, pdf: 3, unused: 4 } };
  const files = [file(1), file(2, "image/png", LARGEST_PICTURE + 1), file(3, "application/pdf"), file(4), file(5)];
  assert.deepEqual(inPlace(view, files).map(({ id }) => id), [1]);
  assert.deepEqual(inPlace({ html: null, inline: { a: 1 } }, files), []);
});

test("remote pictures are noticed in images, backgrounds and styles", () => {
  for (const html of ['<img src="https://a/b">', "<img src=//a/b>", '<td background="http://a/b">', '<p style="background:url(https://a)">']) assert.ok(hasRemote(html), html);
  for (const html of ['<a href="https://a/b">x</a>', '<img src="cid:1">', "<p>https://a.ee</p>"]) assert.ok(!hasRemote(html), html);
});

test("a frame is neither tiny nor endless", () => {
  assert.equal(likelyHeight("", 0), 160);
  assert.equal(likelyHeight("x\n".repeat(500), 3), 560);
});
