/** A case as the server sends it, for tests: Mari Tamm asks where her parcel is. */
import type { Case } from "../../shared/types";

export function aCase(change: Partial<Case> = {}): Case {
  return {
    id: 1, number: 1001, customer_id: 1, customer_name: "Mari Tamm", channel: "widget", subject: "", language: "et", status: "open",
    handler: "queue", assignee_id: null, team_id: null, robot_paused: false, hand_over_reason: null, snoozed_until: null, preview: "kus mu pakk on",
    preview_from: "customer", waiting_since: null, active_at: "2026-03-02T08:00:00Z", created_at: "2026-03-02T07:00:00Z", unread: 0, customer_read_id: 0,
    ...change,
  };
}
