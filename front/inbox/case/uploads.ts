/** Files on their way to the server, before the message that carries them is sent. */
import { useState } from "preact/hooks";
import { HttpError, newId } from "../../shared/http";
import { t } from "../../shared/i18n";
import type { Attachment } from "../../shared/types";
import { http } from "../store";

export interface Upload {
  key: string;
  file: File;
  part: number;
  stored: Attachment | null;
  failure: string | null;
}

const LARGEST = 20 * 1024 * 1024;

/** Uploads of one composer. `ids` is complete only when nothing is `busy`. */
export function useUploads() {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const change = (key: string, by: Partial<Upload>) =>
    setUploads((held) => held.map((one) => (one.key === key ? { ...one, ...by } : one)));

  const send = async ({ key, file }: Upload) => {
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
      key: newId(), file, part: 0, stored: null, failure: file.size > LARGEST ? t("composer.file_too_large") : null,
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
export const mayRetry = (upload: Upload): boolean => upload.file.size <= LARGEST;
