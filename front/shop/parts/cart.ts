/** What lies in this browser's cart: product ids and how many of each. */

export type Cart = Readonly<Record<string, number>>;

const PLACE = "pohjala-cart";
const MOST = 99;

/** The cart as it was left; an unreadable one is an empty one. */
export function readCart(text: string | null): Cart {
  try {
    const found: unknown = JSON.parse(text ?? "{}");
    if (typeof found !== "object" || found === null) return {};
    return Object.fromEntries(Object.entries(found).filter(([, count]) => Number.isInteger(count) && count > 0 && count <= MOST));
  } catch {
    return {};
  }
}

/** The cart with `count` of a product; none of it takes the product out. */
export function withCount(cart: Cart, id: string, count: number): Cart {
  const rest = Object.fromEntries(Object.entries(cart).filter(([other]) => other !== id));
  return count > 0 ? { ...rest, [id]: Math.min(MOST, Math.floor(count)) } : rest;
}

/** How many things in all. */
export function size(cart: Cart): number {
  return Object.values(cart).reduce((sum, count) => sum + count, 0);
}

export function load(): Cart {
  return readCart(localStorage.getItem(PLACE));
}

export function store(cart: Cart): void {
  localStorage.setItem(PLACE, JSON.stringify(cart));
}
