/** An entry's languages side by side; on a narrow screen one at a time behind tabs. */
import { useId, useRef, useState } from "preact/hooks";
import { language, t } from "../../shared/i18n";
import { LANGUAGES, type Language } from "../../shared/types";
import { Field, TONGUES } from "../settings/form";
import { session } from "../store";
import { EXAMPLES_WANTED, questionsOf, type Draft } from "./draft";

type Problems = Readonly<Record<string, string>>;
const HINTS = ["{first_name}", "{shop}"] as const;

/** The shop's languages in its order, and any other in which the entry has words. */
function languagesOf(draft: Draft): Language[] {
  const own = session.value?.workspace.languages ?? LANGUAGES;
  const others = LANGUAGES.filter((code) => !own.includes(code) && (draft.texts[code].title !== "" || draft.texts[code].answer !== "" || draft.examples[code] !== ""));
  return [...own, ...others];
}

export function Languages({ draft, set, problems }: { draft: Draft; set: (draft: Draft) => void; problems: Problems }) {
  const languages = languagesOf(draft);
  const [chosen, choose] = useState<Language>(languages.find((code) => code === language()) ?? languages[0] ?? "en");
  const tabs = useRef<HTMLDivElement>(null);
  const id = useId();
  const moved = (event: KeyboardEvent) => {
    const at = languages.indexOf(chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: languages.length - 1 }[event.key];
    const code = to === undefined ? undefined : languages[(to + languages.length) % languages.length];
    if (code === undefined) return;
    event.preventDefault();
    choose(code);
    tabs.current?.querySelector<HTMLElement>(`[data-code=${code}]`)?.focus();
  };
  return (
    <div class="languages">
      <div class="language-tabs" role="tablist" aria-label={t("knowledge.languages")} ref={tabs} onKeyDown={moved}>
        {languages.map((code) => (
          <button
            key={code} type="button" role="tab" id={`${id}-tab-${code}`} data-code={code} aria-selected={code === chosen} aria-controls={`${id}-${code}`}
            tabIndex={code === chosen ? 0 : -1} class={isWrong(code, problems) ? "wrong" : ""} onClick={() => choose(code)}
          >
            {TONGUES[code]} <span class="quiet figures">{questionsOf(draft.examples[code]).length}</span>
          </button>
        ))}
      </div>
      <div class="language-columns">
        {languages.map((code) => (
          <section key={code} id={`${id}-${code}`} lang={code} class={code === chosen ? "language chosen" : "language"} aria-label={TONGUES[code]}>
            <h3 aria-hidden="true">{TONGUES[code]}</h3>
            <Column code={code} draft={draft} set={set} problems={problems} />
          </section>
        ))}
      </div>
    </div>
  );
}

const isWrong = (code: Language, problems: Problems): boolean =>
  Object.keys(problems).some((name) => name.startsWith(`texts.${code}.`) || name === `examples.${code}`);

function Column({ code, draft, set, problems }: { code: Language; draft: Draft; set: (draft: Draft) => void; problems: Problems }) {
  const answer = useRef<HTMLDivElement>(null);
  const text = draft.texts[code];
  const write = (change: Partial<typeof text>) => set({ ...draft, texts: { ...draft.texts, [code]: { ...text, ...change } } });
  const count = questionsOf(draft.examples[code]).length;
  const insert = (hint: string) => {
    const area = answer.current?.querySelector("textarea");
    if (area == null) return;
    area.setRangeText(hint, area.selectionStart, area.selectionEnd, "end");
    write({ answer: area.value });
    area.focus();
  };
  return (
    <>
      <Field label={t("knowledge.title_field")} problem={problems[`texts.${code}.title`]}>
        <input value={text.title} maxLength={200} spellcheck onInput={(event) => write({ title: event.currentTarget.value })} />
      </Field>
      <div ref={answer}>
        <Field label={t("knowledge.answer")} problem={problems[`texts.${code}.answer`]}>
          <textarea class="grow" rows={6} maxLength={8000} spellcheck value={text.answer} onInput={(event) => write({ answer: event.currentTarget.value })} />
        </Field>
      </div>
      <p class="hints">
        <span class="quiet">{t("knowledge.insert")}</span>
        {HINTS.map((hint) => <button key={hint} type="button" title={t(`knowledge.hint.${hint.slice(1, -1)}`)} onClick={() => insert(hint)}>{hint}</button>)}
      </p>
      <Field label={t("knowledge.examples")} hint={t("knowledge.examples_count", { count, wanted: EXAMPLES_WANTED })} problem={problems[`examples.${code}`]}>
        <textarea
          class="grow questions" rows={6} value={draft.examples[code]} placeholder={t("knowledge.examples_placeholder")}
          onInput={(event) => set({ ...draft, examples: { ...draft.examples, [code]: event.currentTarget.value } })}
        />
      </Field>
      <meter class="example-meter" min={0} max={EXAMPLES_WANTED} value={Math.min(count, EXAMPLES_WANTED)} aria-hidden="true" />
    </>
  );
}
