/** The shop page's own storage. A page may forbid it; the chat then lives as long as the page. */

export function recall(place: string): string | null {
  try {
    return localStorage.getItem(place);
  } catch {
    return null;
  }
}

export function keep(place: string, value: string): void {
  try {
    localStorage.setItem(place, value);
  } catch {
    // Without storage there is no history on the next page; nothing else is lost.
  }
}

export function forget(place: string): void {
  try {
    localStorage.removeItem(place);
  } catch {
    // What could not be stored need not be removed.
  }
}
