/** The `?` sheet of keys and the palette of commands and cases; both are native dialogs. */
import { useRef, useState } from "preact/hooks";
import { X } from "lucide-preact";
import { t } from "../../shared/i18n";
import {
  available, CATALOGUE, COMMANDS, runCommand, screenKeys, singleKeys, switchSingleKeys, useCommand, type CommandGroup, type CommandName,
} from "../keys";
import { Keys, nameOf } from "../parts/bits";
import { Palette } from "../parts/palette";
import { casePath, go } from "../router";
import { cases } from "../store";
import { robotSwitch } from "./robot-switch";

const GROUPS: CommandGroup[] = ["list", "case", "go", "common"];

export function KeySheet() {
  const box = useRef<HTMLDialogElement>(null);
  const close = () => box.current?.close();
  useCommand("sheet", () => box.current?.open === false && box.current.showModal());
  return (
    <dialog ref={box} class="dialog sheet" aria-labelledby="sheet-title" onClick={(event) => event.target === box.current && close()}>
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

export function CommandPalette() {
  const [open, setOpen] = useState(false);
  useCommand("palette", () => setOpen(true));
  return open ? <Commands closed={() => setOpen(false)} /> : null;
}

function Commands({ closed }: { closed: () => void }) {
  const [query, setQuery] = useState("");
  const row = ({ label, keys }: Deed) => (
    <>
      <span class="cut">{label}</span>
      {keys !== null && <Keys keys={keys} />}
    </>
  );
  return (
    <Palette
      title={t("inbox.palette")} label={t("inbox.palette")} placeholder={t("key.palette_placeholder")} query={query} search={setQuery}
      found={deedsFor(query)} keyOf={(deed) => deed.key} row={row} choose={(deed) => deed.run()} none={t("key.nothing")} closed={closed}
    />
  );
}
