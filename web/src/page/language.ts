/** The two languages of the page. Which one is shown is remembered nowhere: `?lang=en`, or the button. */
import type { Text } from "../verify/types";

export type Language = "zh" | "en";

let current: Language = "zh";

/** A sentence in both languages, Chinese first. */
export function say(zh: string, en: string): Text {
  return { zh, en };
}

/** The sentence in the language that is shown. */
export function tr(text: Text): string {
  return text[current];
}

export function language(): Language {
  return current;
}

/** Sets the language, also of the document, so that a screen reader speaks it. */
export function setLanguage(to: Language): void {
  current = to;
  document.documentElement.lang = to === "zh" ? "zh-CN" : "en";
}

/** Joins names as the language does. */
export function listed(items: readonly string[]): string {
  return items.join(current === "zh" ? "、" : ", ");
}
