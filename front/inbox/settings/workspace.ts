/** The workspace's settings while they are edited: a copy that is saved or thrown away as a whole. */
import { useEffect, useState } from "preact/hooks";
import type { Workspace } from "../../shared/types";
import { changed, http, session } from "../store";
import { same, useSaveKey, useSaving, useUnsaved, type Saving } from "./saving";

export interface Editing extends Saving {
  value: Workspace;
  dirty: boolean;
  set: (change: Partial<Workspace>) => void;
  save: () => void;
  discard: () => void;
}

/** The copy to edit. Changes by others come in while nothing is unsaved here. */
export function useWorkspace(start: Workspace): Editing {
  const [kept, setKept] = useState(start);
  const [value, setValue] = useState(start);
  const saving = useSaving();
  const dirty = !same(kept, value);

  const keep = (fresh: Workspace) => {
    const me = session.peek();
    if (me != null) session.value = { ...me, workspace: fresh };
    setKept(fresh);
    setValue(fresh);
  };
  const round = changed.workspace.value;
  useEffect(() => {
    if (round === 0 || dirty) return undefined;
    const abort = new AbortController();
    // A failed refresh leaves what is on the screen; saving tells the truth.
    http.get<Workspace>("/api/workspace", abort.signal).then(keep, () => undefined);
    return () => abort.abort();
  }, [round]);

  const save = () => {
    if (!dirty) return;
    void saving.run(async () => keep(await http.send<Workspace>("PATCH", "/api/workspace", changes(kept, value))));
  };
  useUnsaved(dirty);
  useSaveKey(save, dirty);
  return {
    ...saving,
    value,
    dirty,
    set: (change) => setValue((now) => ({ ...now, ...change })),
    save,
    discard: () => {
      saving.forget();
      setValue(kept);
    },
  };
}

/** Only what differs is sent, so that two people editing different parts do not undo each other. */
export function changes(kept: Workspace, value: Workspace): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(value) as (keyof Workspace)[]) {
    if (same(kept[name], value[name])) continue;
    found[name] = name === "widget" ? widgetChanges(kept.widget, value.widget) : value[name];
  }
  return found;
}

function widgetChanges(kept: Workspace["widget"], value: Workspace["widget"]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(value) as (keyof Workspace["widget"])[]) {
    // An empty name removes it; null would leave it as it is.
    if (!same(kept[name], value[name])) found[name] = name === "assistant_name" ? (value.assistant_name ?? "") : value[name];
  }
  return found;
}
