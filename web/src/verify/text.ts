/** Text of protocol.md §2: characters, forms of names and numbers, order by UTF-8 bytes. */
import type { Text } from "./types";

export function say(zh: string, en: string): Text {
  return { zh, en };
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** A piece of text that has passed, or what is wrong with the file and in which line (from 1). */
export type Decoded = { text: string } | { fault: Text; row?: number };

/** §2.2: valid UTF-8, in NFC, without BOM and CR. */
export function decode(bytes: Uint8Array): Decoded {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return { fault: say("不是有效的 UTF-8", "not valid UTF-8") };
  }
  if (text.startsWith("\uFEFF")) return { fault: say("文件以 BOM 开头", "the file begins with a BOM"), row: 1 };
  const cr = text.indexOf("\r");
  if (cr >= 0) return { fault: say("含有回车符（CR）", "contains a carriage return"), row: rowAt(text, cr) };
  if (!isNfc(text)) {
    const row = text.split("\n").findIndex((line) => !isNfc(line));
    return { fault: say("文字未按 NFC 规范化", "text that is not in NFC"), row: row < 0 ? undefined : row + 1 };
  }
  return { text };
}

/** The line, from 1, in which the character at `at` stands. */
function rowAt(text: string, at: number): number {
  let row = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < at; i = text.indexOf("\n", i + 1)) row++;
  return row;
}

/** Nothing below U+0300 composes, so that most files need no normalisation. */
export function isNfc(text: string): boolean {
  return !/[\u0300-\uffff]/.test(text) || text.normalize("NFC") === text;
}

/** Order of the UTF-8 bytes, which is the order of code points (UTF-16 units order surrogates below U+E000). */
export function compareText(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const xs = x >= 0xd800 && x < 0xe000;
      const ys = y >= 0xd800 && y < 0xe000;
      return xs === ys ? x - y : xs ? 1 : -1;
    }
  }
  return a.length - b.length;
}

/** True if texts strictly ascend. */
export function ascends(texts: readonly string[]): boolean {
  return texts.every((text, i) => i === 0 || compareText(texts[i - 1], text) < 0);
}

/** Number of code points. */
export function characters(text: string): number {
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xdc00 || unit > 0xdfff) n++;
  }
  return n;
}

/** 1–512 characters, no white space, no control character. */
export function isField(text: string): boolean {
  return (
    text.length > 0 && (text.length <= 512 || characters(text) <= 512) && !/[\p{White_Space}\p{Cc}]/u.test(text)
  );
}

/** A tag: a field other than `-` without `,` `|` `{` `}`. */
export function isTag(text: string): boolean {
  return text !== "-" && isField(text) && !/[,|{}]/.test(text);
}

/** A need or avoid: a tag that may contain placeholders `{key}`. */
export function isNeed(text: string): boolean {
  return isField(text) && isTag(text.replace(/\{[0-9a-z_]+\}/g, "x"));
}

/** sid and iid: 1–55 of `[0-9A-Za-z_:-]`, not `-` alone. */
export function isId(text: string): boolean {
  return /^[0-9A-Za-z_:-]{1,55}$/.test(text) && text !== "-";
}

/** Names of draws, groups, lists, strata, slots and reasons. */
export function isName(text: string): boolean {
  return /^[0-9A-Za-z_.-]{1,64}$/.test(text);
}

export function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

/** An integer of §2.1 as text; `undefined` if it is none or not below 2^53. */
export function integerOf(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** A handicap: a signed decimal of absolute value below 2^120, never `-0`. */
export function handicapOf(text: string): bigint | undefined {
  if (!/^(0|-?[1-9][0-9]{0,36})$/.test(text)) return undefined;
  const value = BigInt(text);
  const bound = 1n << 120n;
  return value < bound && -value < bound ? value : undefined;
}

/** `YYYY-MM-DD`, a real day of the Gregorian calendar (which has no year 0). */
export function isDate(text: string): boolean {
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text)) return false;
  const [year, month, day] = text.split("-").map(Number);
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

/** Tags of a `tags` cell: none for `-`; `undefined` if the cell has not its form. */
export function tagsOf(cell: string): string[] | undefined {
  if (cell === "-") return [];
  const tags = cell.split(" ");
  return tags.every(isTag) && ascends(tags) ? tags : undefined;
}

/**
 * Text of a bundle for the eye: control characters and bidirectional marks, which could make a line look like another, are
 * shown by their numbers (protocol.md §11, 8).
 */
export function shown(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/gu, (c) => {
    return `\\u{${c.codePointAt(0)!.toString(16)}}`;
  });
}

/** Seconds of UTC as `YYYY-MM-DDThh:mm:ssZ`, by the calendar alone; far times as plain seconds. */
export function timeText(seconds: number): string {
  if (!Number.isSafeInteger(seconds) || seconds > 253402300799) return `${seconds} s`;
  const day = Math.floor(seconds / 86400);
  const rest = seconds - day * 86400;
  // Days since 0000-03-01 in eras of 400 years, whose leap day is the last one.
  const z = day + 719468;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = Math.floor(
    (doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365,
  );
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  const year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  const two = (n: number): string => String(n).padStart(2, "0");
  const date = `${String(year).padStart(4, "0")}-${two(month)}-${two(doy - Math.floor((153 * mp + 2) / 5) + 1)}`;
  return `${date}T${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}Z`;
}

/**
 * A name as people read it, by which names are compared (docs/log.md §3): without white space and what nobody sees, with
 * one form of every letter and sign (NFKC), in lower case.
 */
export function plain(name: string): string {
  const seen = (text: string): string => text.replace(/[\p{White_Space}\p{Default_Ignorable_Code_Point}]/gu, "");
  // Each character by itself: no rule of any language.
  const lower = [...seen(name).normalize("NFKC")].map((c) => c.toLowerCase()).join("");
  return seen(lower.normalize("NFKC"));
}
