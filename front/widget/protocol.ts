/** What the loader on the shop's page and the frame say to each other. Each checks the other's origin. */
import type { Page } from "../shared/types";

/** Who the shop's server says the visitor is; the signature proves it. */
export interface SignedIdentity {
  user_id: string;
  email?: string;
  name?: string;
  signature: string;
}

export type ToFrame =
  | { tugi: "start"; token: string | null; identity: SignedIdentity | null; page: Page; open: boolean }
  | { tugi: "open" | "closed" | "logout" }
  | { tugi: "page"; page: Page }
  | { tugi: "identify"; identity: SignedIdentity };

export type ToLoader =
  | { tugi: "ready" | "close" | "settled" }
  | { tugi: "token"; token: string }
  | { tugi: "unread"; count: number }
  | { tugi: "look"; look: Look };

/** How the launcher is drawn; kept on the shop's page once a visitor has opened the chat. */
export interface Look {
  accent: string;
  ink: string;
  left: boolean;
}
