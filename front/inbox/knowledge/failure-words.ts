/** Why a training or a replay failed, in the viewer's language. */
import { has, t } from "../../shared/i18n";
import type { Failure } from "../../shared/types";

/** Of "other" and of what this screen has no word for, all there is to say is what the machine said. */
export function failureWords({ code, detail }: Failure): string {
  const key = `robot.failure.${code}`;
  return has(key) ? t(key, { detail: detail === "" ? "–" : detail }) : detail;
}
