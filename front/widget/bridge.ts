/** The frame's end of the line to the loader on the shop's page. */
import type { ToFrame, ToLoader } from "./protocol";

/** Only the page that holds this frame may speak, and after its first word only from the same origin. */
let origin: string | null = null;

/** Listen to the loader and tell it that we are here. */
export function listen(hear: (message: ToFrame) => void): void {
  addEventListener("message", (event: MessageEvent<ToFrame | null>) => {
    if (event.source !== parent || event.source === window || typeof event.data?.tugi !== "string") return;
    if (origin !== null && event.origin !== origin) return;
    origin = event.origin;
    hear(event.data);
  });
  // Which page holds us is not known yet, and this word holds nothing worth hiding.
  parent.postMessage({ tugi: "ready" } satisfies ToLoader, "*");
}

/** Tell the loader something; the token goes to its own origin only. */
export function tell(message: ToLoader): void {
  if (origin !== null) parent.postMessage(message, origin);
}
