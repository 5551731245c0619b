/** What the mailbox is built of: elements, the person in this browser's storage, the frame of a letter. */
export interface Person { name: string; address: string }

type Child = Node | string;
type Props = Readonly<Record<string, string | boolean | (() => void)>>;

const STORED = "tugi.demo.customer";
const SHORTEST = 80;
const TALLEST = 1200;

/** An element; functions are listeners, booleans attributes without a value. */
export function make<K extends keyof HTMLElementTagNameMap>(name: K, props: Props, ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (typeof value === "boolean") made.toggleAttribute(key, value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** The one element that the page's server made for this. */
export function field<T extends HTMLElement>(selector: string, within: ParentNode = document): T {
  const found = within.querySelector<T>(selector);
  if (found === null) throw new Error(`no ${selector}`);
  return found;
}

export function remembered(fallback: Person): Person {
  try {
    const known = JSON.parse(localStorage.getItem(STORED) ?? "null") as Partial<Person> | null;
    return { name: known?.name ?? fallback.name, address: known?.address ?? fallback.address };
  } catch {
    return fallback;
  }
}

export function remember(person: Person): void {
  try {
    localStorage.setItem(STORED, JSON.stringify(person));
  } catch {
    // Without storage the mailbox is forgotten with the page.
  }
}

/** Nothing in it runs or loads; being of this origin only lets its height be read. */
export function letterFrame(source: string, title: string): HTMLElement {
  const made = make("iframe", { sandbox: "allow-same-origin", src: source, title, class: "mail-frame" });
  made.onload = () => {
    const height = made.contentDocument?.documentElement.scrollHeight ?? 0;
    made.height = String(Math.min(Math.max(height, SHORTEST), TALLEST) + 2);
  };
  return made;
}
