/**
 * Elements made of text. Nothing of a bundle ever becomes HTML: there is no way here to set markup, and characters that
 * would not be seen, or would turn others round, are shown as their code points (protocol.md §11.8).
 */
import type { Text } from "../verify/types";
import { tr } from "./language";

export type Child = Node | Text | string | number | null | undefined | false | readonly Child[];
type Value = string | number | boolean | undefined | ((event: Event) => void);

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A text as it may be looked at. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (unseen) => `\\u{${unseen.codePointAt(0)!.toString(16)}}`);
}

/** An element with attributes and children. A function is a listener of the event that its key names. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      element.addEventListener(key, value);
    } else if (value === true) {
      element.setAttribute(key, "");
    } else if (value !== undefined && value !== false) {
      element.setAttribute(key, String(value));
    }
  }
  append(element, children);
  return element;
}

/** Adds children to a node. */
export function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) {
      continue;
    } else if (child instanceof Node) {
      parent.appendChild(child);
    } else if (Array.isArray(child)) {
      append(parent, child);
    } else if (typeof child === "object") {
      parent.appendChild(document.createTextNode(visible(tr(child as Text))));
    } else {
      parent.appendChild(document.createTextNode(visible(String(child))));
    }
  }
}

/** Text that came from a bundle or a register: its direction does not touch its neighbours. */
export function given(text: string): HTMLElement {
  return el("bdi", {}, text);
}

/** A code, key or digest, which breaks anywhere; in a table a long one has a wide column. */
export function code(text: string): HTMLElement {
  return el("code", { class: text.length > 20 ? "long" : undefined }, text);
}

/** A term and what it is, rows of a list of definitions. */
export function terms(rows: readonly (readonly [Child, Child] | null)[]): HTMLElement {
  const shown = rows.filter((row) => row !== null);
  return el(
    "dl",
    { class: "terms" },
    shown.map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))),
  );
}

/** A table that scrolls inside its own region. `numeric` are the columns to be set to the right. */
export function table(
  caption: Text,
  head: readonly Child[],
  rows: readonly (readonly Child[])[],
  numeric: readonly number[] = [],
): HTMLElement {
  const cell = (tag: "td" | "th", child: Child, at: number): HTMLElement =>
    el(tag, { class: numeric.includes(at) ? "number" : undefined, scope: tag === "th" ? "col" : undefined }, child);
  return el(
    "div",
    { class: "scroll", role: "region", tabindex: 0, "aria-label": visible(tr(caption)) },
    el(
      "table",
      {},
      el("caption", {}, caption),
      el("thead", {}, el("tr", {}, head.map((child, at) => cell("th", child, at)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((child, at) => cell("td", child, at))))),
    ),
  );
}

/** What unfolds; made only when it is looked at, for it may be long. */
export function unfold(summary: Child, content: () => Child, open = false): HTMLDetailsElement {
  const details = el("details", {}, el("summary", {}, summary));
  let made = false;
  const make = (): void => {
    if (details.open && !made) {
      made = true;
      append(details, [content()]);
    }
  };
  details.addEventListener("toggle", make);
  details.open = open;
  make();
  return details;
}
