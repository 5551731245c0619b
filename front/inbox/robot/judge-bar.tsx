/** The judgements as large buttons with their keys; when the entry was wrong, the right one is picked in the same place. */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Check, CornerUpLeft, ExternalLink, Flag, MessageSquareWarning, Replace, SkipForward, type LucideIcon } from "lucide-preact";
import { t } from "../../shared/i18n";
import { singleKeys, spell } from "../keys";
import { casePath, go } from "../router";
import { EntryPicker, useChoices, type Choosable } from "./entry-picker";
import type { Label } from "./facts";
import { deedOf, labelsFor, type Deed } from "./review-keys";
import type { Reviewing } from "./reviewing";
import type { ReviewItem } from "./shapes";

const ICONS: Record<Label, LucideIcon> = { right: Check, wrong_entry: Replace, hand_over: Flag, wrong_tone: MessageSquareWarning };

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));
}

/** Keys of the review; the desk's own commands come first, so that "g s" still opens the settings. */
export function useReviewKeys(read: (key: string) => Deed | null, run: (deed: Deed) => void): void {
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const key = spell(event);
      if (event.defaultPrevented || event.isComposing || event.repeat || key === null || key.startsWith("mod+")) return;
      if (!singleKeys.value && key !== "Escape") return;
      if (isTyping(event.target) || document.querySelector("dialog[open], :popover-open") !== null) return;
      const deed = read(key);
      if (deed === null) return;
      event.preventDefault();
      run(deed);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  });
}

export function JudgeBar({ item, reviewing }: { item: ReviewItem; reviewing: Reviewing }) {
  const [picking, setPicking] = useState(false);
  const picked = useRef(false);
  // Before the next key: a number meant for the next one must not pick among the entries of the last.
  useLayoutEffect(() => setPicking(false), [item.id]);
  useLayoutEffect(() => {
    // Back from the list, the focus is where it was before it.
    if (!picking && picked.current) document.querySelector<HTMLElement>(".judge-label.wrong_entry")?.focus({ preventScroll: true });
    picked.current = picking;
  }, [picking]);
  return picking
    ? <Pick item={item} reviewing={reviewing} leave={() => setPicking(false)} />
    : <Judge item={item} reviewing={reviewing} pick={() => setPicking(true)} />;
}

function Judge({ item, reviewing, pick }: { item: ReviewItem; reviewing: Reviewing; pick: () => void }) {
  const open = () => go(casePath(item.case_number));
  const judge = (label: Label) => (label === "wrong_entry" ? pick() : reviewing.judge(label));
  const run = (deed: Deed) => {
    if (deed.do === "judge") judge(deed.label);
    else if (deed.do === "skip") reviewing.skip();
    else if (deed.do === "undo") reviewing.undo();
    else if (deed.do === "open") open();
  };
  useReviewKeys((key) => deedOf(key, item.kind, false, 0), run);
  const may = (reviewing.queue?.past.length ?? 0) > 0;
  return (
    <section class="judge" aria-label={t("review.judgement")}>
      <h2>{t(`review.ask.${item.kind}`)}</h2>
      <div class="judge-labels">
        {labelsFor(item.kind).map((label, index) => {
          const Icon = ICONS[label];
          return (
            <button key={label} type="button" class={`judge-label ${label}`} aria-keyshortcuts={String(index + 1)} onClick={() => judge(label)}>
              <Icon size={16} aria-hidden="true" />
              <span>{t(`review.answer.${item.kind}.${label}`)}</span>
              <kbd aria-hidden="true">{index + 1}</kbd>
            </button>
          );
        })}
      </div>
      <div class="judge-more">
        <button type="button" class="link" aria-keyshortcuts="s" onClick={reviewing.skip}><SkipForward size={14} aria-hidden="true" />{t("review.skip")}<kbd aria-hidden="true">S</kbd></button>
        <button type="button" class="link" aria-keyshortcuts="z" disabled={!may} onClick={reviewing.undo}><CornerUpLeft size={14} aria-hidden="true" />{t("review.undo")}<kbd aria-hidden="true">Z</kbd></button>
        <button type="button" class="link" aria-keyshortcuts="o" onClick={open}><ExternalLink size={14} aria-hidden="true" />{t("review.open_case")}<kbd aria-hidden="true">O</kbd></button>
      </div>
    </section>
  );
}

function Pick({ item, reviewing, leave }: { item: ReviewItem; reviewing: Reviewing; leave: () => void }) {
  const [query, setQuery] = useState("");
  const given = item.candidates.filter((one) => item.kind === "hand_over" || one.entry_id !== item.entry?.id);
  const choices = useChoices(query, given);
  const pick = (entry: Choosable) => reviewing.judge("wrong_entry", entry.entry_id);
  // Where no entry could have answered, handing over was right.
  const none = () => (item.kind === "hand_over" ? reviewing.judge("right") : reviewing.judge("wrong_entry", null));
  const field = () => document.querySelector<HTMLInputElement>(".judge .entry-search input")?.focus();
  const run = (deed: Deed) => {
    const found = deed.do === "pick" ? choices?.[deed.index] : undefined;
    if (found !== undefined) pick(found);
    else if (deed.do === "none") none();
    else if (deed.do === "search") field();
    else if (deed.do === "leave") leave();
  };
  useReviewKeys((key) => deedOf(key, item.kind, true, choices?.length ?? 0), run);
  return (
    <section class="judge picking" aria-label={t("review.pick")}>
      <h2>{t("review.pick")}</h2>
      <EntryPicker
        query={query} search={setQuery} choices={choices} pick={pick} leave={leave}
        none={{ label: t(item.kind === "hand_over" ? "review.none_hand_over" : "review.none"), run: none }}
      />
    </section>
  );
}
