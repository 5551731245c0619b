/** Replay: what the robot would have done with past questions, without sending anything to anybody. */
import { place } from "../router";
import { Comparing } from "./replay-compare";
import { ReplayDetail } from "./replay-detail";
import { ReplayList } from "./replay-list";

/** The other replay that the address names, to compare with. */
function otherOf(search: string): number | null {
  const other = new URLSearchParams(search).get("with") ?? "";
  return /^[1-9]\d{0,14}$/.test(other) ? Number(other) : null;
}

export default function Replay({ id }: { id?: number | null }) {
  // Redrawn whenever the address changes, its question mark included.
  void place.value;
  if (id == null) return <ReplayList />;
  const other = otherOf(location.search);
  return other === null || other === id ? <ReplayDetail key={id} id={id} /> : <Comparing key={`${id}-${other}`} id={id} other={other} />;
}
