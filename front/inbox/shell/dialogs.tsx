/** The `?` sheet of keys and the palette of commands and cases; both are native dialogs. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Search, X } from "lucide-preact";
import { t } from "../../shared/i18n";
import {
  available, CATALOGUE, COMMANDS, runCommand, screenKeys, singleKeys, switchSingleKeys, useCommand, type CommandGroup, type CommandName,
} from "../keys";
import { Keys, nameOf } from "../parts/bits";
import { casePath, go } from "../router";
import { cases } from "../store";
import { robotSwitch } from "./robot-switch";

const GROUPS: CommandGroup[] = ["list", "case", "go", "common"];

/** A dialog's element with how to open it; a click on the veil closes it. */
function useDialog() {
  const box = useRef<HTMLDialogElement>(null);
  const open = () => {
    if (box.current?.open === false) box.current.showModal();
  };
  const close = () => box.current?.close();
  const veil = (event: MouseEvent) => {
    if (event.target === box.current) close();
  };
  return { box, open, close, veil };
}

export function KeySheet() {
  const { box, open, close, veil } = useDialog();
  useCommand("sheet", open);
  return (
    <dialog ref={box} class="dialog sheet" aria-labelledby="sheet-title" onClick={veil}>
      <header>
        <h2 id="sheet-title">{t("key.title")}</h2>
        <button type="button" class="icon-button" aria-label={t("common.close")} onClick={close}><X size={16} aria-hidden="true" /></button>
      </header>
      <div class="sheet-groups">
        {screenKeys.value !== null && (
          <section>
            <h3>{screenKeys.value.title}</h3>
            <dl>
              {screenKeys.value.keys.map(({ keys, label }) => (
                <div key={label}>
                  <dt>{label}</dt>
                  <dd><Keys keys={keys} /></dd>
                </div>
              ))}
            </dl>
          </section>
        )}
        {GROUPS.map((group) => (
          <section key={group}>
            <h3>{t(`key.group.${group}`)}</h3>
            <dl>
              {COMMANDS.filter((name) => CATALOGUE[name].group === group).map((name) => (
                <div key={name}>
                  <dt>{t(`key.${name}`)}</dt>
                  <dd><Keys keys={CATALOGUE[name].keys} /></dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="switch">
        <input type="checkbox" checked={singleKeys.value} onChange={(event) => switchSingleKeys(event.currentTarget.checked)} />
        {t("key.single")}
      </label>
    </dialog>
  );
}

interface Deed {
  key: string;
  label: string;
  keys: string | null;
  run: () => void;
}

/** Commands that would do something now, and known cases, whose words contain `query`. */
function deedsFor(query: string): Deed[] {
  const wanted = query.trim().toLocaleLowerCase();
  const commands = COMMANDS.filter((name) => available.value.has(name) && name !== "palette").map((name: CommandName): Deed => ({
    key: name, label: t(`key.${name}`), keys: CATALOGUE[name].keys, run: () => runCommand(name),
  }));
  const robot = robotSwitch();
  if (robot !== null) commands.push({ key: robot.key, label: t(`key.${robot.key}`), keys: null, run: robot.run });
  if (wanted === "") return commands;
  const found = commands.filter((deed) => deed.label.toLocaleLowerCase().includes(wanted));
  for (const item of cases.value.values()) {
    if (found.length >= 12) break;
    const label = `${nameOf(item)} · T-${item.number}${item.subject === "" ? "" : ` · ${item.subject}`}`;
    if (label.toLocaleLowerCase().includes(wanted)) found.push({ key: `case${item.id}`, label, keys: null, run: () => go(casePath(item.number)) });
  }
  const number = /^(?:t-)?(\d{1,15})$/.exec(wanted)?.[1];
  if (number !== undefined && !found.some((deed) => deed.label.includes(`T-${number}`))) {
    found.push({ key: "number", label: t("key.open_number", { number: `T-${number}` }), keys: null, run: () => go(casePath(Number(number))) });
  }
  return found;
}

export function Palette() {
  const { box, open, close, veil } = useDialog();
  const field = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const deeds = deedsFor(query);
  useCommand("palette", () => {
    setQuery("");
    setAt(0);
    open();
    field.current?.focus();
  });
  const choose = (deed: Deed | undefined) => {
    close();
    // The dialog gives the focus back first; a command may then put it where it belongs.
    if (deed !== undefined) requestAnimationFrame(deed.run);
  };
  const keyed = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && deeds.length > 0) setAt((at + step + deeds.length) % deeds.length);
    else if (event.key === "Enter") choose(deeds[at]);
    else return;
    event.preventDefault();
  };
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" }), [at]);
  return (
    <dialog ref={box} class="dialog palette" aria-label={t("inbox.palette")} onClick={veil}>
      <div class="palette-field">
        <Search size={16} aria-hidden="true" />
        <input
          ref={field} role="combobox" aria-expanded="true" aria-controls="palette-list" aria-activedescendant={deeds[at] === undefined ? undefined : `deed-${at}`}
          aria-label={t("inbox.palette")} placeholder={t("key.palette_placeholder")} value={query} autocomplete="off"
          onInput={(event) => { setQuery(event.currentTarget.value); setAt(0); }} onKeyDown={keyed}
        />
      </div>
      <ul ref={list} id="palette-list" role="listbox" aria-label={t("inbox.palette")}>
        {deeds.map((deed, index) => (
          <li key={deed.key} id={`deed-${index}`} role="option" aria-selected={index === at} onClick={() => choose(deed)} onMouseMove={() => setAt(index)}>
            <span class="cut">{deed.label}</span>
            {deed.keys !== null && <Keys keys={deed.keys} />}
          </li>
        ))}
      </ul>
      {deeds.length === 0 && <p class="picker-none">{t("key.nothing")}</p>}
    </dialog>
  );
}
