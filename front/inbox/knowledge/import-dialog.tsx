/** Taking in a file of entries: what happened, and what is wrong row by row. */
import { useRef, useState } from "preact/hooks";
import { FileUp, X } from "lucide-preact";
import { has, t } from "../../shared/i18n";
import { refusalOf } from "../settings/saving";
import { http } from "../store";

interface ImportProblem {
  row: number;
  code: string;
  message: string;
  file: string | null;
}

interface Imported {
  created: number;
  updated: number;
  unchanged: number;
  problems: ImportProblem[];
  more_problems: number;
}

type Stage = { at: "choose" } | { at: "sending"; name: string; part: number } | { at: "done"; file: File; result: Imported } | { at: "refused"; text: string };

const TAKEN = ".csv,.tsv,.json,.jsonl,.md,.zip";
const SAMPLE = "key,language,title,answer,policy,examples\ndelivery_time,en,How long does delivery take?,Usually 1-3 working days.,answer,when will it arrive|how long is shipping\n";

export function ImportDialog({ box, done }: { box: { current: HTMLDialogElement | null }; done: () => void }) {
  const [stage, setStage] = useState<Stage>({ at: "choose" });
  const close = () => box.current?.close();
  const send = async (file: File, partial: boolean) => {
    setStage({ at: "sending", name: file.name, part: 0 });
    const path = `/api/knowledge/import?${new URLSearchParams({ name: file.name, partial: String(partial) })}`;
    // The server goes by the name; a type of its own keeps a browser from sending it as a form.
    const body = new Blob([file], { type: "application/octet-stream" });
    try {
      const result = await http.upload<Imported>(path, body, { onProgress: (part) => setStage({ at: "sending", name: file.name, part }) });
      setStage({ at: "done", file, result });
      done();
    } catch (error) {
      setStage({ at: "refused", text: refusalOf(error).text });
    }
  };
  return (
    <dialog ref={box} class="dialog import" aria-labelledby="import-title" onClose={() => setStage({ at: "choose" })} onClick={(event) => { if (event.target === box.current) close(); }}>
      <header>
        <h2 id="import-title">{t("knowledge.import")}</h2>
        <button type="button" class="icon-button" aria-label={t("common.close")} onClick={close}><X size={16} aria-hidden="true" /></button>
      </header>
      {stage.at === "choose" && <Choose send={(file) => void send(file, false)} />}
      {stage.at === "sending" && (
        <div class="import-stage" role="status">
          <p>{t(stage.part < 1 ? "knowledge.import_sending" : "knowledge.import_reading", { name: stage.name })}</p>
          <progress max={1} value={stage.part < 1 ? stage.part : undefined} aria-label={stage.name} />
        </div>
      )}
      {stage.at === "refused" && (
        <div class="import-stage" role="alert">
          <p>{stage.text}</p>
          <button type="button" class="button" onClick={() => setStage({ at: "choose" })}>{t("knowledge.import_other")}</button>
        </div>
      )}
      {stage.at === "done" && <Report result={stage.result} rest={() => void send(stage.file, true)} again={() => setStage({ at: "choose" })} close={close} />}
    </dialog>
  );
}

function Choose({ send }: { send: (file: File) => void }) {
  const field = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) send(file);
  };
  return (
    <div class="import-stage">
      <p>{t("knowledge.import_about")}</p>
      <div class={`drop${over ? " over" : ""}`} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={dropped}>
        <FileUp size={20} aria-hidden="true" />
        <button type="button" class="button" onClick={() => field.current?.click()}>{t("knowledge.import_choose")}</button>
        <span class="quiet">{t("knowledge.import_drop")}</span>
        <input ref={field} type="file" accept={TAKEN} hidden aria-label={t("knowledge.import_choose")} onChange={(event) => { const file = event.currentTarget.files?.[0]; if (file !== undefined) send(file); }} />
      </div>
      <p class="quiet">{t("knowledge.import_columns")}</p>
      <pre class="code" tabIndex={0} aria-label={t("knowledge.import_columns")}><code>{SAMPLE}</code></pre>
    </div>
  );
}

const problemText = (problem: ImportProblem): string =>
  has(`knowledge.problem.${problem.code}`) ? t(`knowledge.problem.${problem.code}`) : problem.message;

function Report({ result, rest, again, close }: { result: Imported; rest: () => void; again: () => void; close: () => void }) {
  const stored = result.created + result.updated;
  const wrong = result.problems.length + result.more_problems;
  const files = result.problems.some((problem) => problem.file !== null);
  return (
    <div class="import-stage">
      <p role="status">
        {wrong > 0 && stored === 0 && result.unchanged === 0 ? t("knowledge.import_nothing", { count: wrong }) : (
          <>{t("knowledge.import_created", { count: result.created })} {t("knowledge.import_updated", { count: result.updated })} {t("knowledge.import_unchanged", { count: result.unchanged })}</>
        )}
      </p>
      {wrong > 0 && (
        <div class="import-problems" tabIndex={0} role="region" aria-label={t("knowledge.import_problems")}>
          <table>
            <thead><tr>{files && <th scope="col">{t("knowledge.import_file")}</th>}<th scope="col">{t("knowledge.import_row")}</th><th scope="col">{t("knowledge.import_problem")}</th></tr></thead>
            <tbody>
              {result.problems.map((problem, index) => (
                <tr key={index}>{files && <td>{problem.file}</td>}<td class="figures">{problem.row === 0 ? "–" : problem.row}</td><td>{problemText(problem)}</td></tr>
              ))}
            </tbody>
          </table>
          {result.more_problems > 0 && <p class="quiet">{t("knowledge.import_more", { count: result.more_problems })}</p>}
        </div>
      )}
      <div class="button-row">
        {wrong > 0 && stored === 0 && <button type="button" class="button" onClick={rest}>{t("knowledge.import_rest")}</button>}
        <button type="button" class="button" onClick={again}>{t("knowledge.import_other")}</button>
        <button type="button" class="button primary" onClick={close}>{t("common.close")}</button>
      </div>
    </div>
  );
}
