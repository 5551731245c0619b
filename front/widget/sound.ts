/** One short tone for an answer; off until the visitor wishes it. */
import { signal } from "@preact/signals";
import { shelf } from "./session";

const PLACE = "tugi-sound";

export const sound = signal(shelf.getItem(PLACE) === "on");

/** Turn the tone on or off; turning it on lets it be heard once. */
export function toggleSound(): void {
  sound.value = !sound.value;
  shelf.setItem(PLACE, sound.value ? "on" : "off");
  chime();
}

/** Two soft notes, 0.3 s in all. */
export function chime(): void {
  if (!sound.value) return;
  const audio = new AudioContext();
  [660, 880].forEach((pitch, index) => {
    const start = audio.currentTime + index * 0.11;
    const note = audio.createOscillator();
    const volume = audio.createGain();
    note.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, start);
    volume.gain.exponentialRampToValueAtTime(0.08, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.18);
    note.connect(volume).connect(audio.destination);
    note.start(start);
    note.stop(start + 0.2);
    if (index === 1) note.onended = () => void audio.close();
  });
}
