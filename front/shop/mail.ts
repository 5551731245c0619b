/** The demo customer's mailbox: letters are asked for every two seconds, read in a sandboxed frame, answered by mail. */
import "./parts/mail.css";
import { field, letterFrame, make, remember, remembered, type Person } from "./parts/mail";

interface Brief { key: string; own: boolean; who: string; subject: string; at: string | null; preview: string }
interface Whole { brief: Brief; address: string; text: string; has_html: boolean; reply_to: string; letter_id: string; refers_to: string[]; files: string[] }
interface Draft { to: string; subject: string; answers: string[] }

const POLL_MS = 2000;
const NEW: Draft = { to: "", subject: "", answers: [] };

class Mailbox {
  private readonly words: Record<string, string>;
  private readonly list = field("[data-list]");
  private readonly pane = field("[data-pane]");
  private readonly form = field<HTMLFormElement>("[data-who]");
  private readonly name = field<HTMLInputElement>("[name=name]", this.form);
  private readonly address = field<HTMLInputElement>("[name=address]", this.form);
  private readonly told = field("[data-said]");
  private drawn = "";
  private open: string | null = null;

  constructor(private readonly box: HTMLElement) {
    this.words = JSON.parse(box.dataset.words ?? "{}") as Record<string, string>;
    const known = remembered({ name: box.dataset.defaultName ?? "", address: box.dataset.defaultAddress ?? "" });
    this.name.value = known.name;
    this.address.value = known.address;
    this.form.onsubmit = (event) => event.preventDefault();
    this.form.onchange = () => {
      if (!this.form.reportValidity()) return;
      remember(this.who());
      this.close();
    };
    this.close();
    setInterval(() => void this.look(), POLL_MS);
  }

  private say(key: string): string {
    return this.words[key] ?? key;
  }

  private who(): Person {
    return { name: this.name.value.trim(), address: this.address.value.trim().toLowerCase() };
  }

  private path(rest: string): string {
    return `/demo/mail/letters${rest}?address=${encodeURIComponent(this.who().address)}`;
  }

  private when(at: string | null): string {
    if (at === null) return "";
    const date = new Date(at);
    const today = date.toDateString() === new Date().toDateString();
    return new Intl.DateTimeFormat(document.documentElement.lang, today ? { timeStyle: "short" } : { day: "numeric", month: "short" }).format(date);
  }

  private async look(): Promise<void> {
    if (!this.address.validity.valid || this.address.value === "") return;
    const asked = this.who().address;
    try {
      const answer = await fetch(this.path(""));
      if (asked !== this.who().address) return;
      if (!answer.ok) {
        this.told.textContent = this.say(answer.status < 500 ? "refused" : "away");
        return;
      }
      this.draw(((await answer.json()) as { letters: Brief[] }).letters);
      if ([this.say("away"), this.say("refused")].includes(this.told.textContent ?? "")) this.told.textContent = "";
    } catch {
      this.told.textContent = this.say("away");
    }
  }

  private draw(letters: Brief[]): void {
    const seen = JSON.stringify([letters, this.open]);
    if (seen === this.drawn) return;
    this.drawn = seen;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
    const head = make("div", { class: "mail-head" }, make("h2", {}, this.say("inbox")),
      make("button", { type: "button", class: "buy", "data-write": true, click: () => this.write(NEW) }, this.say("write")));
    const body = letters.length > 0 ? make("ul", {}, ...letters.map((one) => this.row(one))) : make("p", { class: "mail-none" }, this.say("empty"));
    this.list.replaceChildren(head, body);
    if (focused !== undefined) this.list.querySelector<HTMLElement>(`[data-key="${focused}"]`)?.focus();
  }

  private row(one: Brief): HTMLElement {
    const marks = { type: "button", class: "mail-row", "data-key": one.key, click: () => void this.show(one.key) };
    return make("li", {}, make("button", { ...marks, "aria-current": one.key === this.open ? "true" : "false" },
      make("span", { class: "mail-from" }, one.own ? `${this.say("to")}: ${one.who}` : one.who),
      make("time", { class: "quiet figures", datetime: one.at ?? "" }, this.when(one.at)),
      make("span", { class: "mail-subject" }, one.subject || this.say("no_subject")),
      make("span", { class: "mail-preview quiet" }, one.preview)));
  }

  private close(): void {
    this.open = null;
    this.box.toggleAttribute("data-open", false);
    this.pane.replaceChildren(make("p", { class: "mail-none quiet" }, this.say("empty_hint")));
    void this.look();
  }

  private fill(...children: (Node | null)[]): void {
    const back = make("button", { type: "button", class: "mail-back plain", click: () => this.close() }, `← ${this.say("back")}`);
    this.pane.replaceChildren(back, ...children.filter((child) => child !== null));
    this.box.toggleAttribute("data-open", true);
  }

  private async show(key: string): Promise<void> {
    this.open = key;
    const answer = await fetch(this.path(`/${key}`)).catch(() => null);
    const letter = answer?.ok === true ? ((await answer.json()) as Whole) : null;
    // Another letter, or one's own, has been opened meanwhile.
    if (this.open !== key) return;
    if (letter === null) {
      this.open = null;
      this.fill(make("p", { class: "mail-problem", role: "alert" }, this.say("unopened")));
      return;
    }
    const { brief } = letter;
    const subject = brief.subject || this.say("no_subject");
    const answered: Draft = { to: letter.reply_to, subject: /^(re|vs|odp)\s*:/i.test(subject) ? subject : `Re: ${subject}`, answers: letter.refers_to };
    const title = make("h2", { tabindex: "-1" }, subject);
    this.fill(
      title,
      make("p", { class: "quiet" }, `${this.say(brief.own ? "to" : "from")}: ${brief.who} <${letter.address}>, ${this.when(brief.at)}`),
      letter.has_html ? letterFrame(this.path(`/${key}/html`), this.say("frame")) : make("div", { class: "mail-text" }, letter.text.trim()),
      letter.files.length > 0 ? make("p", { class: "quiet" }, `${this.say("files")}: ${letter.files.join(", ")}`) : null,
      make("div", { class: "acts" }, make("button", { type: "button", class: "buy", "data-reply": true, click: () => this.write(answered) }, this.say("reply"))),
    );
    title.focus();
    void this.look();
  }

  private write(draft: Draft): void {
    const subject = make("input", { name: "subject", maxlength: "240", autocomplete: "off" });
    const text = make("textarea", { name: "text", rows: "9", required: true });
    subject.value = draft.subject;
    const send = make("button", { type: "submit", class: "buy" }, this.say("send"));
    const problem = make("p", { class: "mail-problem", role: "alert" });
    const letter = make("form", { class: "mail-write" },
      make("p", { class: "quiet" }, `${this.say("to")}: ${draft.to || (this.box.dataset.mail ?? "")}`),
      make("label", {}, this.say("subject"), subject), make("label", {}, this.say("text"), text), problem,
      make("div", { class: "acts" }, send, make("button", { type: "button", class: "ask", click: () => this.close() }, this.say("cancel"))));
    letter.onsubmit = (event) => {
      event.preventDefault();
      if (this.form.reportValidity()) void this.post({ ...this.who(), ...draft, subject: subject.value, text: text.value }, send, problem);
    };
    this.open = null;
    this.fill(letter);
    (draft.subject === "" ? subject : text).focus();
    void this.look();
  }

  private async post(letter: Draft & Person & { text: string }, send: HTMLButtonElement, problem: HTMLElement): Promise<void> {
    send.disabled = true;
    send.textContent = this.say("sending");
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(letter) };
    const answer = await fetch("/demo/mail/letters", init).catch(() => null);
    if (answer?.ok === true) {
      this.close();
      this.told.textContent = this.say("sent");
      return;
    }
    send.disabled = false;
    send.textContent = this.say("send");
    problem.textContent = this.say(answer === null ? "away" : "refused");
  }
}

const root = document.querySelector<HTMLElement>("[data-mail]");
if (root !== null) new Mailbox(root);
