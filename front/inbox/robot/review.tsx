/** Review: ten-second judgements of what the robot did, one at a time, by keyboard alone if one likes. */
import { useEffect, useState } from "preact/hooks";
import { CheckCheck } from "lucide-preact";
import { t } from "../../shared/i18n";
import { useScreenKeys } from "../keys";
import { Blank, Keys } from "../parts/bits";
import { Page } from "../settings/form";
import { Bones, Failed } from "./bits";
import { Disagreements } from "./disagreements";
import { JudgeBar, useReviewKeys } from "./judge-bar";
import { ReviewCard } from "./review-card";
import { SHEET } from "./review-keys";
import { useReview, type Reviewing } from "./reviewing";

type Tab = "queue" | "disagreements";

export default function Review() {
  const reviewing = useReview();
  const [tab, setTab] = useState<Tab>("queue");
  useScreenKeys(t("review.title"), SHEET.map(({ keys, word }) => ({ keys, label: t(word) })));
  if (reviewing.failure !== null) return <Failed failure={reviewing.failure} again={reviewing.again} />;
  if (reviewing.queue === null) return <Bones rows={4} />;
  const apart = reviewing.disagreements;
  return (
    <Page title={t("review.title")} about={t("review.about")}>
      <div class="review-top">
        <div class="segments" role="group" aria-label={t("review.views")}>
          <button type="button" aria-pressed={tab === "queue"} onClick={() => setTab("queue")}>{t("review.queue")}</button>
          <button type="button" aria-pressed={tab === "disagreements"} onClick={() => setTab("disagreements")}>
            {t("review.disagreements")} {apart.length > 0 && <span class="count figures">{apart.length}</span>}
          </button>
        </div>
        <Progress reviewing={reviewing} />
      </div>
      {tab === "queue" ? <Queue reviewing={reviewing} /> : <Disagreements all={apart} />}
    </Page>
  );
}

function Progress({ reviewing: { queue } }: { reviewing: Reviewing }) {
  const { waiting, today } = queue ?? { waiting: 0, today: 0 };
  const whole = waiting + today;
  return (
    <p class="review-progress">
      <progress max={Math.max(1, whole)} value={today} aria-label={t("review.progress")} />
      <span class="figures">{t("review.waiting", { count: waiting })} · {t("review.today", { count: today })}</span>
    </p>
  );
}

function Queue({ reviewing }: { reviewing: Reviewing }) {
  const item = reviewing.queue?.items[0];
  const said = useNews(reviewing);
  if (item === undefined) return <Nothing reviewing={reviewing} />;
  return (
    <div class="review">
      <ReviewCard key={item.id} item={item} />
      <JudgeBar item={item} reviewing={reviewing} />
      <p class="review-why">{t(`review.drawn_why.${item.drawn}`)}</p>
      <p class="unseen" role="status">{said}</p>
    </div>
  );
}

/** What a screen reader hears when the next item has taken the place of the last. */
function useNews({ queue }: Reviewing): string {
  const item = queue?.items[0];
  const past = queue?.past.at(-1);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (item === undefined || past === undefined) return;
    const done = past.label === null ? t("review.skipped") : t(`review.label.${past.label}`);
    setSaid(t("review.next", { done, question: item.question.slice(0, 300) }));
  }, [item?.id]);
  return said;
}

function Nothing({ reviewing: { queue, undo } }: { reviewing: Reviewing }) {
  const judged = (queue?.today ?? 0) > 0;
  const undoable = (queue?.past.length ?? 0) > 0;
  useReviewKeys((key) => (key === "z" && undoable ? { do: "undo" } : null), undo);
  return (
    <Blank icon={<CheckCheck size={20} aria-hidden="true" />} title={t(judged ? "review.done" : "review.empty")}>
      <p>{t(judged ? "review.done_hint" : "review.empty_hint")}</p>
      {undoable && <button type="button" class="button" aria-keyshortcuts="z" onClick={undo}>{t("review.undo")} <Keys keys="z" /></button>}
    </Blank>
  );
}
