/** What moves on the demo shop's pages: the cart, and buttons that open the chat. */
import "../shared/ui/tokens.css";
import "../shared/ui/base.css";
import "./parts/drawings.css";
import "./parts/shop.css";
import "./parts/cart.css";
import { load, size, store, withCount, type Cart } from "./parts/cart";

interface Buyer { user_id: string; signature: string }
type WithChat = Window & { tugi?: { identity: Buyer }; Tugi?: { open: () => void; identify: (who: Buyer) => void } };

const page = document.documentElement.lang;

function all<T extends HTMLElement>(selector: string, within: ParentNode = document): T[] {
  return [...within.querySelectorAll<T>(selector)];
}

function change(cart: Cart): void {
  store(cart);
  draw(cart);
}

function euros(amount: number): string {
  const digits = amount % 1 === 0 ? 0 : 2;
  return new Intl.NumberFormat(page, { style: "currency", currency: "EUR", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(amount);
}

function draw(cart: Cart): void {
  for (const count of all(".count")) {
    count.textContent = String(size(cart));
    count.hidden = size(cart) === 0;
  }
  let total = 0;
  for (const line of all<HTMLLIElement>("[data-line]")) total += drawLine(line, cart[line.dataset.line ?? ""] ?? 0);
  for (const sum of all("[data-total]")) sum.textContent = euros(total);
  for (const empty of all("[data-empty]")) empty.hidden = total > 0;
  for (const filled of all("[data-filled]")) filled.hidden = total === 0;
}

/** Shows a line of the cart and gives its sum in euros. */
function drawLine(line: HTMLLIElement, count: number): number {
  const sum = count * Number(line.dataset.price);
  line.hidden = count === 0;
  for (const field of all<HTMLInputElement>("input", line)) field.value = String(count);
  for (const place of all("[data-sum]", line)) place.textContent = euros(sum);
  return sum;
}

function say(text: string): void {
  for (const place of all("[data-said]")) place.textContent = text;
}

function listen(): void {
  for (const button of all<HTMLButtonElement>("[data-add]")) {
    button.onclick = () => {
      const id = button.dataset.add ?? "";
      change(withCount(load(), id, (load()[id] ?? 0) + 1));
      button.textContent = button.dataset.added ?? "";
      say(button.dataset.added ?? "");
    };
  }
  for (const line of all<HTMLLIElement>("[data-line]")) {
    const id = line.dataset.line ?? "";
    for (const field of all<HTMLInputElement>("input", line)) field.onchange = () => change(withCount(load(), id, field.valueAsNumber || 0));
    for (const button of all<HTMLButtonElement>("button", line)) button.onclick = () => change(withCount(load(), id, 0));
  }
  for (const button of all<HTMLButtonElement>("[data-checkout]")) button.onclick = () => say(button.dataset.checkout ?? "");
  for (const button of all<HTMLButtonElement>("[data-ask]")) button.onclick = () => (window as WithChat).Tugi?.open();
  addEventListener("storage", () => draw(load()));
}

/** The shop's server vouches for the buyer on the page of an order: the widget hears it whichever script came first. */
function vouch(): void {
  const told = all("[data-buyer]")[0]?.dataset.buyer;
  const buyer = told === undefined ? null : (JSON.parse(told) as Partial<Buyer>);
  if (buyer?.user_id === undefined || buyer.signature === undefined) return;
  const page = window as WithChat;
  const identity = { user_id: buyer.user_id, signature: buyer.signature };
  if (page.Tugi !== undefined) page.Tugi.identify(identity);
  else page.tugi = { identity };
}

listen();
vouch();
draw(load());
