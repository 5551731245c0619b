/**
 * Requests to the server. Every change carries an idempotency key; a retry of the same act carries the same
 * key, so an answer lost on the way never doubles the act.
 */

/** The server said no. `code` is its word for why, `message` says what to do, `fields` which input is wrong. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = "HttpError";
  }
}

/** No answer came: whether the act was done is unknown; repeat it with the same key. */
export class NoAnswer extends Error {
  constructor(cause?: unknown) {
    super("The server could not be reached", { cause });
    this.name = "NoAnswer";
  }
}

/** True when the same act may succeed later with the same key, unchanged. */
export function isPassing(error: unknown): boolean {
  if (error instanceof NoAnswer) return true;
  return error instanceof HttpError && (error.status === 429 || error.status === 502 || error.status === 503 || error.status === 504);
}

export interface HttpOptions {
  /** Sent with each request, asked anew each time: a token may change. */
  headers?: () => Record<string, string>;
  /** Called when the server no longer knows who we are. */
  onSignedOut?: () => void;
  fetch?: typeof fetch;
  wait?: (ms: number) => Promise<void>;
}

export interface SendOptions {
  /** The act's own id; made here when the caller has none. */
  key?: string;
  /** How often to try in all while no answer comes or the server is unavailable. */
  attempts?: number;
  signal?: AbortSignal;
}

export interface UploadOptions extends SendOptions {
  onProgress?: (part: number) => void;
}

export interface Http {
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown, options?: SendOptions): Promise<T>;
  post<T>(path: string, body?: unknown, options?: SendOptions): Promise<T>;
  upload<T>(path: string, file: Blob, options?: UploadOptions): Promise<T>;
}

const LONGEST_WAIT = 8_000;

/** A client for one server; `path` is always on our own origin. Throws HttpError or NoAnswer. */
export function createHttp(options: HttpOptions = {}): Http {
  const request = options.fetch ?? fetch.bind(globalThis);
  const wait = options.wait ?? ((ms: number) => new Promise<void>((done) => setTimeout(done, ms)));
  const headers = () => options.headers?.() ?? {};

  async function once<T>(path: string, init: RequestInit): Promise<T> {
    const response = await request(path, { credentials: "same-origin", ...init }).catch((error: unknown) => {
      if (init.signal?.aborted) throw error;
      throw new NoAnswer(error);
    });
    if (response.status === 401) options.onSignedOut?.();
    return read<T>(response.status, await response.text().catch((error: unknown) => Promise.reject(new NoAnswer(error))), response.headers.get("Retry-After"));
  }

  async function trying<T>(attempts: number, act: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await act();
      } catch (error) {
        if (attempt >= attempts || !isPassing(error)) throw error;
        await wait(pause(attempt, error));
      }
    }
  }

  const http: Http = {
    get: (path, signal) => trying(3, () => once(path, { headers: headers(), signal: signal ?? null })),
    send(method, path, body, { key = newId(), attempts = 3, signal } = {}) {
      const content = body === undefined ? null : JSON.stringify(body);
      return trying(attempts, () =>
        once(path, {
          method,
          headers: { ...headers(), "Content-Type": "application/json", "Idempotency-Key": key },
          body: content,
          signal: signal ?? null,
        }),
      );
    },
    post: (path, body = {}, sendOptions) => http.send("POST", path, body, sendOptions),
    upload: (path, file, { key = newId(), attempts = 3, signal, onProgress } = {}) =>
      trying(attempts, () => sendFile(path, file, { ...headers(), "Idempotency-Key": key }, onProgress, signal)),
  };
  return http;
}

/** A random id for an act; also where `crypto.randomUUID` is missing because the page is not https. */
export function newId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function pause(attempt: number, error: unknown): number {
  const asked = error instanceof HttpError && error.retryAfter !== null ? error.retryAfter * 1000 : 0;
  return Math.min(LONGEST_WAIT, Math.max(asked, 300 * 2 ** (attempt - 1) * (0.75 + Math.random() / 2)));
}

function read<T>(status: number, text: string, retryAfter: string | null): T {
  const content = parsed(text);
  if (status >= 200 && status < 300) return content as T;
  const error = (content as { error?: { code?: string; message?: string; fields?: Record<string, string> } } | null)?.error;
  const seconds = Number(retryAfter);
  throw new HttpError(
    status,
    error?.code ?? `http_${status}`,
    error?.message ?? "",
    error?.fields ?? {},
    retryAfter !== null && Number.isFinite(seconds) ? seconds : null,
  );
}

function parsed(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // A proxy's own error page is not JSON; the status says enough.
    return null;
  }
}

/** XMLHttpRequest, because fetch cannot tell how much of a file has left. */
function sendFile<T>(
  path: string,
  file: Blob,
  headers: Record<string, string>,
  onProgress: ((part: number) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total);
    };
    request.onload = () => {
      try {
        resolve(read<T>(request.status, request.responseText, request.getResponseHeader("Retry-After")));
      } catch (error) {
        reject(error instanceof Error ? error : new NoAnswer(error));
      }
    };
    request.onerror = () => reject(new NoAnswer());
    request.onabort = () => reject(new DOMException("Aborted", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
