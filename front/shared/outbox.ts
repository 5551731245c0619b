/**
 * What was typed and is not stored by the server yet. Kept across reloads, sent once and in order: each act
 * carries its own id, so a repeat after a lost answer changes nothing.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { isPassing, newId } from "./http";
import { backoff } from "./live";

/** The part of Storage that is used here. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

export interface Pending<Body> {
  client_id: string;
  /** When it was written, RFC 3339 UTC. */
  created_at: string;
  /** Keeps the order of what was written, also within one millisecond. */
  order: number;
  body: Body;
  /** Why the server refused it, in the server's words; null while it may still go. */
  failure: string | null;
}

export interface OutboxOptions<Body> {
  /** Prefix of the keys on the shelf; one outbox each for every viewer. */
  name: string;
  shelf: Shelf;
  /** Deliver one act. Rejects with NoAnswer or HttpError; must use `client_id` as the idempotency key. */
  send: (pending: Pending<Body>) => Promise<void>;
  wait?: (ms: number) => Promise<void>;
  now?: () => Date;
}

/** The queue of one viewer. Each act lies under its own key, so that two tabs never overwrite each other. */
export class Outbox<Body> {
  private readonly held = signal<readonly Pending<Body>[]>([]);
  private flushing: Promise<void> | null = null;
  private wake: (() => void) | null = null;

  constructor(private readonly options: OutboxOptions<Body>) {
    this.held.value = this.read();
  }

  /** What has not reached the server, oldest first. */
  get pending(): ReadonlySignal<readonly Pending<Body>[]> {
    return this.held;
  }

  /** Keep `body` and send it as soon as possible. */
  put(body: Body, clientId: string = newId()): Pending<Body> {
    const now = (this.options.now ?? (() => new Date()))();
    const last = this.held.value.at(-1)?.order ?? 0;
    const pending = {
      client_id: clientId,
      created_at: now.toISOString(),
      order: Math.max(now.getTime(), last + 1),
      body,
      failure: null,
    };
    this.store(pending);
    void this.flush();
    return pending;
  }

  /** Send what is waiting. Call it when the network returns; calling it twice sends nothing twice. */
  flush(): Promise<void> {
    this.wake?.();
    this.flushing ??= this.run().finally(() => {
      this.flushing = null;
    });
    return this.flushing;
  }

  /** Try a refused act again, under the same id. */
  retry(clientId: string): void {
    const found = this.held.value.find((pending) => pending.client_id === clientId);
    if (found === undefined) return;
    this.store({ ...found, failure: null });
    void this.flush();
  }

  /** Forget an act that was refused. */
  discard(clientId: string): void {
    this.options.shelf.removeItem(this.key(clientId));
    this.held.value = this.held.value.filter((pending) => pending.client_id !== clientId);
  }

  private async run(): Promise<void> {
    for (let failures = 0; ; ) {
      const head = this.held.value.find((pending) => pending.failure === null);
      if (head === undefined) return;
      try {
        await this.options.send(head);
        this.discard(head.client_id);
        failures = 0;
      } catch (error) {
        if (isPassing(error)) await this.pause(backoff(failures++));
        else this.store({ ...head, failure: error instanceof Error ? error.message : String(error) });
      }
    }
  }

  /** Waits, but not longer than until somebody says that the network is back. */
  private async pause(ms: number): Promise<void> {
    const wait = this.options.wait ?? ((time: number) => new Promise<void>((done) => setTimeout(done, time)));
    await Promise.race([wait(ms), new Promise<void>((done) => (this.wake = done))]);
    this.wake = null;
  }

  private key(clientId: string): string {
    return `${this.options.name}:${clientId}`;
  }

  private store(pending: Pending<Body>): void {
    this.options.shelf.setItem(this.key(pending.client_id), JSON.stringify(pending));
    const others = this.held.value.filter((other) => other.client_id !== pending.client_id);
    this.held.value = [...others, pending].sort((a, b) => a.order - b.order);
  }

  private read(): Pending<Body>[] {
    const { shelf, name } = this.options;
    const keys = Array.from({ length: shelf.length }, (_, index) => shelf.key(index)).filter((key) => key?.startsWith(`${name}:`));
    return keys.map((key) => JSON.parse(shelf.getItem(key as string) as string) as Pending<Body>).sort((a, b) => a.order - b.order);
  }
}

/** The browser's own storage, or memory where the browser forbids it: then nothing outlives the page. */
export function openShelf(): Shelf {
  try {
    const probe = "tugi-probe";
    localStorage.setItem(probe, "1");
    localStorage.removeItem(probe);
    return localStorage;
  } catch {
    return memoryShelf();
  }
}

/** A shelf that lives as long as the page. */
export function memoryShelf(): Shelf {
  const items = new Map<string, string>();
  return {
    get length() {
      return items.size;
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}
