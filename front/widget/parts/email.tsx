/** An address for later: asked for when a person will answer and the visitor may be gone by then. */
import { useSignal } from "@preact/signals";
import { HttpError } from "../../shared/http";
import { t } from "../../shared/i18n";
import { leaveEmail } from "../acts";
import { emailPutOff, floor, held, visitor } from "../store";

export function EmailCard() {
  const problem = useSignal<string | null>(null);
  const left = useSignal(false);
  const forPerson = floor.value === "queue" || (floor.value === "agent" && held.value?.availability.open === false);
  const waits = held.value?.shop.ask_email !== false && forPerson;
  const comesByMail = forPerson && visitor.value.email !== null && held.value?.shop.by_mail === true;
  if (comesByMail) {
    return (
      <p class="line" role="status">
        {t("email.comes_too", { email: visitor.value.email })}
      </p>
    );
  }
  if (left.value) {
    return (
      <p class="line" role="status">
        {t("email.left", { email: visitor.value.email })}
      </p>
    );
  }
  if (!waits || visitor.value.email !== null || emailPutOff.value) return null;

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const address = String(new FormData(event.currentTarget as HTMLFormElement).get("email")).trim();
    leaveEmail(address).then(
      () => (left.value = true),
      (error: unknown) => (problem.value = t(error instanceof HttpError && error.status === 422 ? "email.invalid" : "email.failed")),
    );
  };
  return (
    <form class="card" onSubmit={submit} noValidate>
      <label for="email">{t("email.question")}</label>
      <div class="inline">
        <input id="email" name="email" type="email" autocomplete="email" inputMode="email" required aria-invalid={problem.value !== null} aria-describedby="email-problem" />
        <button type="submit" class="strong">
          {t("email.leave")}
        </button>
      </div>
      <p id="email-problem" class="bad" role="alert">
        {problem.value}
      </p>
      <button type="button" class="quiet" onClick={() => (emailPutOff.value = true)}>
        {t("email.later")}
      </button>
    </form>
  );
}
