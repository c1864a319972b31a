/** JSON of protocol.md §2.4: RFC 8785 with strings, integers, booleans, arrays and objects, read so that only one text is accepted. */
import { characters, isNfc, say } from "./text";
import type { Text } from "./types";

export type Json = string | number | boolean | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** A text that is not canonical: what, and at which character (from 1). */
export class JsonFault extends Error {
  constructor(
    readonly text: Text,
    readonly at: number,
  ) {
    super(text.en);
  }
}

/** Objects and arrays inside each other, the outermost counted. */
const DEEPEST = 64;
const SHORT: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** The object that `text` is the canonical form of. Throws `JsonFault`. */
export function parseJson(text: string): JsonObject {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.end();
  if (!isObject(value)) throw new JsonFault(say("最外层不是对象", "the outermost value is not an object"), 1);
  return value;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && !Array.isArray(value);
}

/** A value's canonical form. Its integers and strings are those of a parsed value. */
export function printJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(printJson).join(",")}]`;
  if (isObject(value)) {
    const keys = Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${keys.map((key) => `${JSON.stringify(key)}:${printJson(value[key])}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  private fault(zh: string, en: string): never {
    throw new JsonFault(say(zh, en), this.at + 1);
  }

  end(): void {
    if (this.at !== this.text.length) this.fault("值之后还有内容", "something stands behind the value");
  }

  value(depth: number): Json {
    const c = this.text[this.at];
    if (depth >= DEEPEST && (c === "{" || c === "[")) this.fault("嵌套超过 64 层", "nested deeper than 64 levels");
    if (c === "{") return this.object(depth);
    if (c === "[") return this.array(depth);
    if (c === '"') return this.string();
    if (c >= "0" && c <= "9") return this.integer();
    for (const [word, value] of [
      ["true", true],
      ["false", false],
    ] as const) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.fault("不是规范 JSON：此处应为值", "not canonical JSON: a value should stand here");
  }

  private object(depth: number): JsonObject {
    // Without a prototype, so that `__proto__` and `constructor` are keys like others.
    const object: JsonObject = Object.create(null);
    let last: string | undefined;
    this.at++;
    if (this.text[this.at] === "}") {
      this.at++;
      return object;
    }
    for (;;) {
      if (this.text[this.at] !== '"') this.fault("此处应为键", "a key should stand here");
      const start = this.at;
      const key = this.string();
      if (last !== undefined && key <= last) {
        this.at = start;
        this.fault("键重复或未按顺序", "a key stands twice or out of order");
      }
      last = key;
      if (this.text[this.at++] !== ":") this.fault("键后应为冒号", "a colon should follow the key");
      object[key] = this.value(depth + 1);
      const c = this.text[this.at++];
      if (c === "}") return object;
      if (c !== ",") this.fault("此处应为逗号或右括号", "a comma or the end of the object should stand here");
    }
  }

  private array(depth: number): Json[] {
    const array: Json[] = [];
    this.at++;
    if (this.text[this.at] === "]") {
      this.at++;
      return array;
    }
    for (;;) {
      array.push(this.value(depth + 1));
      const c = this.text[this.at++];
      if (c === "]") return array;
      if (c !== ",") this.fault("此处应为逗号或右括号", "a comma or the end of the array should stand here");
    }
  }

  private integer(): number {
    const match = /^(?:0|[1-9][0-9]*)/.exec(this.text.slice(this.at, this.at + 18))!;
    const next = this.text[this.at + match[0].length] ?? "";
    if (/[0-9.eE]/.test(next)) this.fault("不是无前导零的整数", "not an integer without leading zeros");
    const value = Number(match[0]);
    if (value > Number.MAX_SAFE_INTEGER) this.fault("整数不小于 2^53", "the integer is not below 2^53");
    this.at += match[0].length;
    return value;
  }

  private string(): string {
    const start = this.at++;
    let value = "";
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) this.fault("字符串没有结束", "the string does not end");
      if (c === '"') break;
      if (c < " ") this.fault("控制字符须转义", "a control character must be escaped");
      value += c === "\\" ? this.escape() : c;
      if (c !== "\\") this.at++;
    }
    this.at++;
    const length = characters(value);
    const stop = this.at;
    this.at = start;
    if (length < 1 || length > 512) this.fault("字符串须有 1–512 个字符", "a string has 1–512 characters");
    if (!isNfc(value)) this.fault("字符串未按 NFC 规范化", "the string is not in NFC");
    this.at = stop;
    return value;
  }

  private escape(): string {
    const c = this.text[this.at + 1];
    if (c !== undefined && Object.hasOwn(SHORT, c)) {
      this.at += 2;
      return SHORT[c];
    }
    const hex = this.text.slice(this.at + 2, this.at + 6);
    if (c !== "u" || !/^00[01][0-9a-f]$/.test(hex))
      this.fault("转义不是规范形式", "an escape that is not canonical");
    const value = String.fromCharCode(parseInt(hex, 16));
    if (/[\b\f\n\r\t]/.test(value)) this.fault("转义不是规范形式", "an escape that is not canonical");
    this.at += 6;
    return value;
  }
}
