/**
 * The live feed: a socket with a cursor, polling where a socket cannot be had, and nothing lost in between.
 * What was missed is known by the cursor, never by a clock.
 */
import type { LiveEvent } from "./types";

export { add, apply, applyAll, collection, put, type LiveState } from "./reducer";

export type Connection = "connecting" | "live" | "polling" | "offline";

export interface Typing {
  case_id: number;
  who: "customer" | "agent";
  name: string | null;
}

export interface Presence {
  customers: number[];
  agents: number[];
}

export type Poll = { events: LiveEvent[]; cursor: number } | { reset: true };

export interface LiveOptions {
  /** Path of the socket on our own origin: "/api/live" or "/widget/live". */
  path: string;
  cursor: () => number;
  token?: () => string | null;
  /** GET /api/events?after= or /widget/events?after=. */
  poll: (after: number) => Promise<Poll>;
  onEvents: (events: LiveEvent[], cursor: number) => void;
  /** The cursor is unknown or too old: load the fresh state; the feed goes on from the new cursor afterwards. */
  onReset: () => Promise<void>;
  onTyping?: (typing: Typing) => void;
  onPresence?: (presence: Presence) => void;
  onConnection?: (connection: Connection) => void;
  /** The session or token is dead (close code 4401). */
  onRefused?: () => void;
}

const SILENCE = 60_000;
const PING_EVERY = 25_000;
const POLL_EVERY = 3_000;
const TYPING_EVERY = 2_000;
const SHORTEST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const FAILURES_BEFORE_POLLING = 3;
const REFUSED = 4401;

/** How long to wait before attempt number `failures` + 1, in ms: 0.5 s to 15 s, spread so that crowds do not return at once. */
export function backoff(failures: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** failures);
  return full / 2 + (full / 2) * random();
}

/** One live feed. `start` it once; it keeps itself alive until `stop`. */
export class Live {
  private socket: WebSocket | null = null;
  private failures = 0;
  private stopped = true;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private polling: ReturnType<typeof setTimeout> | undefined;
  private lastTyping = 0;
  private lastHeard = 0;
  private viewed: number | null | undefined;
  private resetting: Promise<void> | null = null;

  constructor(private readonly options: LiveOptions) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    addEventListener("online", this.onOnline);
    addEventListener("offline", this.onOffline);
    document.addEventListener("visibilitychange", this.onVisible);
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    removeEventListener("online", this.onOnline);
    removeEventListener("offline", this.onOffline);
    document.removeEventListener("visibilitychange", this.onVisible);
    clearTimeout(this.retry);
    clearTimeout(this.polling);
    this.polling = undefined;
    this.drop();
  }

  /** Tell the other side that we are writing; at most every two seconds. */
  typing(caseId?: number): void {
    if (Date.now() - this.lastTyping < TYPING_EVERY) return;
    this.lastTyping = Date.now();
    this.send(caseId === undefined ? { type: "typing" } : { type: "typing", case_id: caseId });
  }

  /** Tell which case is on the screen; said again after each reconnect. */
  viewing(caseId: number | null): void {
    this.viewed = caseId;
    this.send({ type: "viewing", case_id: caseId });
  }

  private send(message: Record<string, unknown>): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private connect(): void {
    if (this.stopped || this.socket !== null) return;
    clearTimeout(this.retry);
    if (this.polling === undefined) this.options.onConnection?.(navigator.onLine ? "connecting" : "offline");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}${this.options.path}`);
    this.socket = socket;
    this.listenForSilence();
    socket.onopen = () => this.hello();
    socket.onmessage = (event: MessageEvent<string>) => {
      if (socket === this.socket) this.receive(event.data);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.closed(event.code);
    };
  }

  private hello(): void {
    const token = this.options.token?.();
    this.send({ type: "hello", after: this.options.cursor(), ...(token ? { token } : {}) });
    if (this.viewed !== undefined) this.viewing(this.viewed);
    this.heard();
  }

  private heard(): void {
    this.lastHeard = performance.now();
    this.listenForSilence();
    this.stopPolling();
    this.options.onConnection?.("live");
  }

  private receive(data: string): void {
    this.heard();
    this.failures = 0;
    const message = JSON.parse(data) as { type: string; events?: LiveEvent[]; cursor?: number };
    switch (message.type) {
      case "events":
        this.deliver(message.events ?? [], message.cursor ?? 0);
        break;
      case "typing":
        this.options.onTyping?.(message as unknown as Typing);
        break;
      case "presence":
        this.options.onPresence?.(message as unknown as Presence);
        break;
      case "reset":
        this.reset();
        break;
    }
  }

  private deliver(events: LiveEvent[], cursor: number): void {
    // While the fresh state is on its way these events are either in it or asked for again after it.
    if (this.resetting === null) this.options.onEvents(events, cursor);
  }

  private reset(): void {
    this.resetting ??= this.options
      .onReset()
      .catch(() => undefined)
      .then(() => {
        this.resetting = null;
        this.drop();
        this.connect();
      });
  }

  private closed(code: number): void {
    this.drop();
    if (this.stopped) return;
    if (code === REFUSED) {
      this.stop();
      this.options.onRefused?.();
      return;
    }
    this.failures += 1;
    if (this.failures >= FAILURES_BEFORE_POLLING) this.startPolling();
    else this.options.onConnection?.(navigator.onLine ? "connecting" : "offline");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), backoff(this.failures - 1));
  }

  private drop(): void {
    clearTimeout(this.silence);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private listenForSilence(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.closed(0), SILENCE);
  }

  private startPolling(): void {
    if (this.polling === undefined) this.polling = setTimeout(() => void this.pollOnce(), 0);
  }

  private stopPolling(): void {
    clearTimeout(this.polling);
    this.polling = undefined;
  }

  private async pollOnce(): Promise<void> {
    try {
      const answer = await this.options.poll(this.options.cursor());
      if (this.polling === undefined) return;
      if ("reset" in answer) await this.options.onReset();
      else this.options.onEvents(answer.events, answer.cursor);
      this.options.onConnection?.("polling");
    } catch {
      // Said on the screen, tried again below.
      this.options.onConnection?.("offline");
    }
    if (this.polling !== undefined && !this.stopped) this.polling = setTimeout(() => void this.pollOnce(), POLL_EVERY);
  }

  private readonly onOnline = (): void => {
    this.failures = 0;
    this.drop();
    this.connect();
  };

  private readonly onOffline = (): void => {
    this.options.onConnection?.("offline");
  };

  /** A page that slept may hold a dead socket without knowing; one that missed a ping is not trusted. */
  private readonly onVisible = (): void => {
    if (document.visibilityState !== "visible") return;
    if (this.socket === null || performance.now() - this.lastHeard > PING_EVERY + 5_000) this.onOnline();
  };
}
