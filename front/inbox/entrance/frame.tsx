/** The frame of sign-in, first run and invite: a mark, a heading, one form, the language. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { CircleAlert, Eye, EyeOff } from "lucide-preact";
import { t } from "../../shared/i18n";
import type { Refusal } from "../settings/saving";

interface Props {
  title: string;
  about: string;
  refusal: Refusal | null;
  children: ComponentChildren;
  submit: () => void;
}

export function Entrance({ title, about, refusal, children, submit }: Props) {
  return (
    <div class="door">
      <span class="door-mark" aria-hidden="true">T</span>
      <h1>{title}</h1>
      <p class="door-about">{about}</p>
      <form onSubmit={(event) => { event.preventDefault(); submit(); }} noValidate>
        {refusal !== null && (
          <p class="door-refusal" role="alert"><CircleAlert size={16} aria-hidden="true" /><span>{refusal.text}</span></p>
        )}
        {children}
      </form>
    </div>
  );
}

interface PasswordProps {
  label: string;
  value: string;
  change: (value: string) => void;
  fresh: boolean;
  problem?: string | undefined;
}

export const SHORTEST_PASSWORD = 10;

/** A password with a button that shows it. `fresh`: one is being chosen, so managers may offer one. */
export function Password({ label, value, change, fresh, problem }: PasswordProps) {
  const [shown, setShown] = useState(false);
  const hint = fresh ? t("entrance.password_hint", { count: SHORTEST_PASSWORD }) : undefined;
  return (
    <div class="labelled">
      <label for="password">{label}</label>
      <div class="with-button">
        <input
          id="password" name="password" type={(shown ? "text" : "password") as "password"} value={value} required autocomplete={fresh ? "new-password" : "current-password"}
          aria-describedby={problem !== undefined ? "password-problem" : hint !== undefined ? "password-hint" : undefined}
          aria-invalid={problem !== undefined || undefined} onInput={(event) => change(event.currentTarget.value)}
        />
        <button type="button" class="icon-button" aria-pressed={shown} aria-label={t("entrance.show_password")} title={t("entrance.show_password")} onClick={() => setShown(!shown)}>
          {shown ? <EyeOff size={16} aria-hidden="true" /> : <Eye size={16} aria-hidden="true" />}
        </button>
      </div>
      {hint !== undefined && problem === undefined && <p class="field-hint" id="password-hint">{hint}</p>}
      {problem !== undefined && <p class="field-problem" id="password-problem"><CircleAlert size={14} aria-hidden="true" /><span>{problem}</span></p>}
    </div>
  );
}
