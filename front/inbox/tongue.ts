/** Which files of strings are on the screen, and in which language. */
import { speak, type Strings } from "../shared/i18n";
import type { Language } from "../shared/types";

type Files = Readonly<Record<Language, () => Promise<{ default: Strings }[]>>>;

const DESK_WORDS: Files = {
  en: () => Promise.all([import("../../src/tugi/locales/inbox/en.json"), import("../../src/tugi/locales/screens/en.json")]),
  et: () => Promise.all([import("../../src/tugi/locales/inbox/et.json"), import("../../src/tugi/locales/screens/et.json")]),
  fi: () => Promise.all([import("../../src/tugi/locales/inbox/fi.json"), import("../../src/tugi/locales/screens/fi.json")]),
  pl: () => Promise.all([import("../../src/tugi/locales/inbox/pl.json"), import("../../src/tugi/locales/screens/pl.json")]),
};

/** Only the robot's screens need these: they come with them, not with the inbox. */
export const ROBOT_WORDS: Files = {
  en: () => Promise.all([import("../../src/tugi/locales/robot/en.json"), import("../../src/tugi/locales/review/en.json")]),
  et: () => Promise.all([import("../../src/tugi/locales/robot/et.json"), import("../../src/tugi/locales/review/et.json")]),
  fi: () => Promise.all([import("../../src/tugi/locales/robot/fi.json"), import("../../src/tugi/locales/review/fi.json")]),
  pl: () => Promise.all([import("../../src/tugi/locales/robot/pl.json"), import("../../src/tugi/locales/review/pl.json")]),
};

/** Only the screens of the channels need these. */
export const CHANNEL_WORDS: Files = {
  en: () => Promise.all([import("../../src/tugi/locales/channels/en.json")]),
  et: () => Promise.all([import("../../src/tugi/locales/channels/et.json")]),
  fi: () => Promise.all([import("../../src/tugi/locales/channels/fi.json")]),
  pl: () => Promise.all([import("../../src/tugi/locales/channels/pl.json")]),
};

const needed: Files[] = [DESK_WORDS];
let wanted: Language = "en";
let newest: Promise<void> = Promise.resolve();

/** Speak this language from now on; resolves once its words are on the screen. */
export function say(code: Language): Promise<void> {
  wanted = code;
  const mine: Promise<void> = Promise.all(needed.map((files) => files[code]())).then((read) => {
    // Asked again meanwhile: the newer wish holds more files or another language.
    if (mine !== newest) return newest;
    speak(code, ...read.flat().map((file) => file.default));
    return undefined;
  });
  newest = mine;
  return mine;
}

/** From now on these words too, in whatever language is spoken. */
export function alsoSpeak(files: Files): Promise<void> {
  if (needed.includes(files)) return newest;
  needed.push(files);
  return say(wanted).catch((error: unknown) => {
    // Another try must ask for them again.
    needed.splice(needed.indexOf(files), 1);
    throw error;
  });
}
