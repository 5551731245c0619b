/** Files on their way to the server, before the message that carries them is sent. */
import { signal } from "@preact/signals";
import { useLayoutEffect, useState } from "preact/hooks";
import { HttpError, newId } from "../../shared/http";
import { t } from "../../shared/i18n";
import type { Attachment } from "../../shared/types";
import { http } from "../store";

export interface Upload {
  key: string;
  /** null: it lies on the server already, and came back with a letter that was taken back. */
  file: File | null;
  name: string;
  size: number;
  part: number;
  stored: Attachment | null;
  failure: string | null;
}

const LARGEST = 20 * 1024 * 1024;

/** Files of letters that were taken back, by case, until its composer takes them. */
export const returned = signal<ReadonlyMap<number, readonly Attachment[]>>(new Map());

export function handBack(caseId: number, files: readonly Attachment[]): void {
  if (files.length > 0) returned.value = new Map(returned.peek()).set(caseId, [...(returned.peek().get(caseId) ?? []), ...files]);
}

const kept = (stored: Attachment): Upload => ({ key: newId(), file: null, name: stored.name, size: stored.size, part: 1, stored, failure: null });

/** Uploads of one composer. `ids` is complete only when nothing is `busy`. */
export function useUploads(caseId: number) {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const change = (key: string, by: Partial<Upload>) =>
    setUploads((held) => held.map((one) => (one.key === key ? { ...one, ...by } : one)));

  const back = returned.value.get(caseId);
  // Before the next key: whoever sends at once sends them too.
  useLayoutEffect(() => {
    if (back === undefined) return;
    const rest = new Map(returned.peek());
    rest.delete(caseId);
    returned.value = rest;
    setUploads((held) => [...held, ...back.map(kept)]);
  }, [back]);

  const send = async ({ key, file }: Upload) => {
    if (file === null) return;
    change(key, { failure: null, part: 0 });
    try {
      const path = `/api/attachments?name=${encodeURIComponent(file.name)}`;
      const stored = await http.upload<Attachment>(path, file, { key, onProgress: (part) => change(key, { part }) });
      change(key, { stored, part: 1 });
    } catch (error) {
      const refused = error instanceof HttpError && error.message !== "";
      change(key, { failure: refused ? error.message : t("composer.upload_failed") });
    }
  };
  const add = (files: Iterable<File>) => {
    const fresh = Array.from(files, (file): Upload => ({
      key: newId(), file, name: file.name, size: file.size, part: 0, stored: null, failure: file.size > LARGEST ? t("composer.file_too_large") : null,
    }));
    setUploads((held) => [...held, ...fresh]);
    for (const upload of fresh) if (upload.failure === null) void send(upload);
  };
  return {
    uploads, add, retry: send,
    remove: (key: string) => setUploads((held) => held.filter((one) => one.key !== key)),
    clear: () => setUploads([]),
    busy: uploads.some((one) => one.stored === null && one.failure === null),
    ids: uploads.flatMap((one) => (one.stored === null ? [] : [one.stored.id])),
  };
}

export type Uploads = ReturnType<typeof useUploads>;

/** Whether a refused file can be tried again: one that is too large never will be accepted. */
export const mayRetry = (upload: Upload): boolean => upload.size <= LARGEST;
