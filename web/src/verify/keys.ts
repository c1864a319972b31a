/** Reading JSON objects by the tables of keys in protocol.md §4 and §5, every fault with its key. */
import { isObject, type Json, type JsonObject } from "./json";
import { say, shown } from "./text";
import type { Place, Problem, Text } from "./types";

/** Thrown where a value's shape is so wrong that nothing further can be read of it; its problem is noted already. */
export class Unreadable extends Error {}

/** Reads one file's object and gathers what is wrong with it. */
export class Keys {
  readonly problems: Problem[] = [];

  /** `prefix` is where the object stands in its file, with its dot. */
  constructor(
    private readonly place: Place,
    private readonly prefix = "",
  ) {}

  fault(column: string, text: Text): void {
    if (this.problems.length < 50)
      this.problems.push({ place: { ...this.place, column: this.prefix + column }, text });
  }

  /** Notes the fault and gives up on this object. */
  stop(column: string, text: Text): never {
    this.fault(column, text);
    throw new Unreadable(text.en);
  }

  object(value: Json | undefined, at: string): JsonObject {
    if (value === undefined) this.stop(at, say("缺少此键", "the key is missing"));
    if (!isObject(value)) this.stop(at, say("应为对象", "an object is due"));
    return value;
  }

  array(value: Json | undefined, at: string, least = 0): Json[] {
    if (value === undefined) this.stop(at, say("缺少此键", "the key is missing"));
    if (!Array.isArray(value)) this.stop(at, say("应为数组", "an array is due"));
    if (value.length < least) this.fault(at, say(`至少应有 ${least} 项`, `at least ${least} are due`));
    return value;
  }

  text(value: Json | undefined, at: string, form?: (text: string) => boolean, means?: Text): string {
    if (value === undefined) this.stop(at, say("缺少此键", "the key is missing"));
    if (typeof value !== "string") this.stop(at, say("应为字符串", "a string is due"));
    if (form !== undefined && !form(value)) {
      const due = means ?? say("形式不对", "the form is wrong");
      this.fault(at, say(`${due.zh}，此处为“${shown(value)}”`, `${due.en}, this is “${shown(value)}”`));
    }
    return value;
  }

  integer(value: Json | undefined, at: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
    if (value === undefined) this.stop(at, say("缺少此键", "the key is missing"));
    if (typeof value !== "number") this.stop(at, say("应为整数", "an integer is due"));
    if (value < least || value > most) {
      const range = most === Number.MAX_SAFE_INTEGER ? `≥ ${least}` : `${least} … ${most}`;
      this.fault(at, say(`应为 ${range}，此处为 ${value}`, `${range} is due, this is ${value}`));
    }
    return value;
  }

  oneOf<T extends string>(value: Json | undefined, at: string, choices: readonly T[]): T {
    const text = this.text(value, at);
    const choice = choices.find((c) => c === text);
    if (choice === undefined) {
      const due = choices.join(" / ");
      this.stop(at, say(`应为 ${due}，此处为“${shown(text)}”`, `${due} is due, this is “${shown(text)}”`));
    }
    return choice;
  }

  /** Keys that are known for this kind of object and must not stand in this one. */
  refuse(object: JsonObject, at: string, keys: readonly string[]): void {
    for (const key of keys) {
      if (Object.hasOwn(object, key))
        this.fault(join(at, key), say("此键不应在此处", "this key must not stand here"));
    }
  }

  /** Refuses every key besides `keys`. */
  only(object: JsonObject, at: string, keys: readonly string[]): void {
    for (const key of Object.keys(object)) {
      if (!keys.includes(key)) this.fault(join(at, shown(key)), say("未知的键", "an unknown key"));
    }
  }

  /** Runs a reader; where the shape is too wrong to go on, the fault is noted and the answer is `undefined`. */
  attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof Unreadable) return undefined;
      throw error;
    }
  }
}

export function join(at: string, key: string): string {
  return at === "" ? key : `${at}.${key}`;
}
