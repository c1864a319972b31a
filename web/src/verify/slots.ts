/** Slots of a visit (岗位): placeholders, union over lists, order, and who may take them (protocol.md §6.2). */
import type { List } from "./commitment";
import { compareText, say, shown, tagsOf } from "./text";
import type { Text } from "./types";

export interface Slot {
  /** `slot|role|needs|avoids` after replacement; slots are equal iff their texts are. */
  text: string;
  name: string;
  role: string;
  needs: string[];
  avoids: string[];
}

/** A placeholder without its tag, or more than 16 slots. */
export class SlotFault {
  constructor(readonly text: Text) {}
}

const MOST_SLOTS = 16;

/** `{key}` becomes v of the first tag `key:v` with v not empty; `undefined` if there is none. */
function replace(text: string, tags: readonly string[]): string | undefined {
  let missing = false;
  const replaced = text.replace(/\{([0-9a-z_]+)\}/g, (_, key: string) => {
    const tag = tags.find((t) => t.startsWith(`${key}:`) && t.length > key.length + 1);
    if (tag === undefined) missing = true;
    return tag === undefined ? "" : tag.slice(key.length + 1);
  });
  return missing ? undefined : replaced;
}

function slotsOf(lists: readonly List[], tags: readonly string[]): Slot[] | SlotFault {
  const slots = new Map<string, Slot>();
  for (const list of lists) {
    for (const rule of list.slots) {
      const both: string[][] = [];
      for (const texts of [rule.needs, rule.avoids]) {
        const replaced: string[] = [];
        for (const text of texts) {
          const one = replace(text, tags);
          if (one === undefined) {
            const zh = `缺少标签：任务 ${list.list} 的岗位 ${rule.slot} 需要“${shown(text)}”`;
            return new SlotFault(
              say(zh, `a tag is missing: slot ${rule.slot} of list ${list.list} asks for “${shown(text)}”`),
            );
          }
          replaced.push(one);
        }
        both.push(replaced);
      }
      const [needs, avoids] = both;
      const text = `${rule.slot}|${rule.role}|${needs.join(",")}|${avoids.join(",")}`;
      slots.set(text, { text, name: rule.slot, role: rule.role, needs, avoids });
    }
  }
  if (slots.size > MOST_SLOTS) {
    return new SlotFault(
      say(`合并后有 ${slots.size} 个岗位，多于 16`, `the union has ${slots.size} slots, more than 16`),
    );
  }
  return [...slots.values()].sort((a, b) => compareText(a.text, b.text));
}

/** Slots by lists and tags: subjects are many, combinations of lists and tags are few. */
export class SlotBook {
  private readonly known = new Map<string, Slot[] | SlotFault>();

  constructor(private readonly lists: readonly List[]) {}

  /** Slots over the lists of these numbers, for a subject with this cell of tags. */
  of(numbers: readonly number[], tagsCell: string): Slot[] | SlotFault {
    const key = `${numbers.join(",")}\t${tagsCell}`;
    let slots = this.known.get(key);
    if (slots === undefined) {
      slots = slotsOf(
        numbers.map((n) => this.lists[n]),
        tagsOf(tagsCell) ?? [],
      );
      this.known.set(key, slots);
    }
    return slots;
  }
}

/** Whether somebody with these tags fits the slot: all needs, no avoid. Recusals are another question. */
export function fits(slot: Slot, tags: ReadonlySet<string>): boolean {
  return slot.needs.every((need) => tags.has(need)) && !slot.avoids.some((avoid) => tags.has(avoid));
}
