/** Learning: what the robot could learn from people's answers; each lesson waits for a person's word. */
import { useState } from "preact/hooks";
import { GraduationCap, Search } from "lucide-preact";
import { t } from "../../shared/i18n";
import { Blank } from "../parts/bits";
import { tell } from "../notices";
import { Page, Refused } from "../settings/form";
import { useSaving } from "../settings/saving";
import { http } from "../store";
import { Bones, Failed } from "./bits";
import { LessonCard } from "./lesson";
import { useRead, type Read } from "./reading";
import { LESSON_KINDS, type Lesson, type LessonCounts, type LessonKind } from "./shapes";

const STATUSES = ["open", "accepted", "rejected"] as const;
type Status = (typeof STATUSES)[number];
interface Found {
  lessons: Lesson[];
  counts: LessonCounts;
}

export default function Learning() {
  const [status, setStatus] = useState<Status>("open");
  const read = useRead<Found>(`/api/robot/lessons?status=${status}`, "lessons");
  if (read.state === "failed") return <Failed failure={read.failure} again={read.again} />;
  return (
    <Page title={t("learning.title")} about={t("learning.about")} actions={<Look again={read.again} />}>
      <div>
        <div class="segments" role="group" aria-label={t("learning.views")}>
          {STATUSES.map((one) => <button key={one} type="button" aria-pressed={one === status} onClick={() => setStatus(one)}>{t(`learning.status.${one}`)}</button>)}
        </div>
      </div>
      {read.state === "loading" ? <Bones rows={4} /> : <Lessons key={status} read={read} status={status} />}
    </Page>
  );
}

/** Has lessons looked for now instead of at night; what is found comes by a live event. */
function Look({ again }: { again: () => void }) {
  const saving = useSaving();
  const look = async () => {
    const done = await saving.run(async () => {
      await http.post("/api/robot/lessons/find");
      tell(t("learning.looking"));
    });
    if (done) again();
  };
  return (
    <div class="look">
      <button type="button" class="button" disabled={saving.busy} onClick={() => void look()}><Search size={14} aria-hidden="true" />{t(saving.busy ? "learning.finding" : "learning.find")}</button>
      <Refused refusal={saving.refusal} />
    </div>
  );
}

function Lessons({ read, status }: { read: Read<Found>; status: Status }) {
  const { lessons, counts } = read.value ?? { lessons: [], counts: { example: 0, wording: 0, entry: 0 } };
  if (lessons.length === 0) {
    return <Blank icon={<GraduationCap size={20} aria-hidden="true" />} title={t(`learning.empty.${status}`)}><p>{t(`learning.empty_hint.${status}`)}</p></Blank>;
  }
  return (
    <>
      {LESSON_KINDS.map((kind) => <Group key={kind} kind={kind} lessons={lessons.filter((one) => one.kind === kind)} count={status === "open" ? counts[kind] : null} again={read.again} />)}
    </>
  );
}

function Group({ kind, lessons, count, again }: { kind: LessonKind; lessons: readonly Lesson[]; count: number | null; again: () => void }) {
  if (lessons.length === 0) return null;
  return (
    <section class="lessons" aria-labelledby={`lessons-${kind}`}>
      <h2 id={`lessons-${kind}`}>{t(`learning.kind.${kind}`)} <span class="count figures">{count ?? lessons.length}</span></h2>
      <p class="quiet">{t(`learning.kind_about.${kind}`)}</p>
      <ul>{lessons.map((lesson) => <LessonCard key={lesson.id} lesson={lesson} again={again} />)}</ul>
      {count !== null && count > lessons.length && <p class="quiet lessons-more">{t("learning.more", { count: count - lessons.length })}</p>}
    </section>
  );
}
