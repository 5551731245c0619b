/** Where the focus goes when what had it is gone: to the conversation, from where Tab and the arrows lead on. */
export function toConversation(): void {
  document.querySelector<HTMLElement>(".conversation")?.focus({ preventScroll: true });
}
