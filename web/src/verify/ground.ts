/** What a pairing stands on: inspectors, visits, who is eligible, tickets (protocol.md §3, §6.2). */
import { Hasher, type Prefix } from "./digest";
import type { Visit } from "./selection";
import { fits, type Slot } from "./slots";
import type { Table } from "./table";
import { bytesOf, tagsOf } from "./text";

export interface Person {
  iid: string;
  capacity: number;
  load: number;
  tags: ReadonlySet<string>;
}

export function peopleOf(table: Table): Person[] {
  const [iids, capacities, loads, cells] = table.columns;
  return iids.map((iid, i) => {
    return { iid, capacity: Number(capacities[i]), load: Number(loads[i]), tags: new Set(tagsOf(cells[i])) };
  });
}

/** Recusals: sid → iids. Rows that name nobody of the draw have no effect, since nobody asks for them. */
export function barredOf(table: Table): Map<string, Set<string>> {
  const [sids, iids] = table.columns;
  const barred = new Map<string, Set<string>>();
  sids.forEach((sid, i) => {
    const set = barred.get(sid);
    if (set === undefined) barred.set(sid, new Set([iids[i]]));
    else set.add(iids[i]);
  });
  return barred;
}

/** Pairs of inspectors who must not be in one team, both ways round. */
export class Clashes {
  private readonly of = new Map<string, Set<string>>();

  constructor(table: Table) {
    const [a, b] = table.columns;
    a.forEach((first, i) => {
      this.note(first, b[i]);
      this.note(b[i], first);
    });
  }

  private note(a: string, b: string): void {
    const set = this.of.get(a);
    if (set === undefined) this.of.set(a, new Set([b]));
    else set.add(b);
  }

  has(a: string, b: string): boolean {
    return this.of.get(a)?.has(b) ?? false;
  }
}

/** The kind of a slot: who fits it depends on its needs and avoids alone. */
export function kindOf(slot: Slot): string {
  return `${slot.needs.join(",")}|${slot.avoids.join(",")}`;
}

const NOBODY: ReadonlySet<string> = new Set();

export class Ground {
  /** iid → number. */
  readonly numbers: Map<string, number>;
  private readonly fitting = new Map<string, Uint8Array>();
  private readonly rows = new Map<string, Prefix>();
  private readonly pair: Prefix;
  /** By slot's number and inspector: what their text `iid/slot` makes of any pairing row. */
  private readonly schedules: (Int32Array | undefined)[][] = [];

  /** `pairKey` is P, or P of the event's seed. People are in order of their iids. */
  constructor(
    readonly hash: Hasher,
    readonly pairKey: string,
    readonly people: Person[],
    readonly visits: Visit[],
    readonly barred: ReadonlyMap<string, ReadonlySet<string>>,
    readonly clashes: Clashes,
  ) {
    this.numbers = new Map(people.map(({ iid }, i) => [iid, i]));
    this.pair = hash.prefix(pairKey);
  }

  /** For each inspector 1 if his tags fit the slot. */
  fit(slot: Slot): Uint8Array {
    const kind = kindOf(slot);
    let mask = this.fitting.get(kind);
    if (mask === undefined) {
      mask = Uint8Array.from(this.people, ({ tags }) => (fits(slot, tags) ? 1 : 0));
      this.fitting.set(kind, mask);
    }
    return mask;
  }

  barredFrom(sid: string): ReadonlySet<string> {
    return this.barred.get(sid) ?? NOBODY;
  }

  eligible(visit: Visit, slot: Slot, person: number): boolean {
    return this.fit(slot)[person] === 1 && !this.barredFrom(visit.sid).has(this.people[person].iid);
  }

  /** How many are eligible for a slot, before exclusions. */
  eligibleCount(visit: Visit, slot: Slot): number {
    const mask = this.fit(slot);
    let count = 0;
    for (const one of mask) count += one;
    for (const iid of this.barredFrom(visit.sid)) {
      const person = this.numbers.get(iid);
      if (person !== undefined) count -= mask[person];
    }
    return count;
  }

  /** The text whose digest is the pairing row R. */
  rowMessage(visit: Visit): string {
    return this.pairKey + visit.sid + (visit.salt === "-" ? "" : `.${visit.salt}`);
  }

  /** The pairing row R of a visit, as the prefix of its tickets. */
  row(visit: Visit): Prefix {
    let row = this.rows.get(visit.sid);
    if (row === undefined) {
      const { hash } = this;
      hash.start(this.pair).ascii(visit.sid);
      if (visit.salt !== "-") hash.byte(0x2e).ascii(visit.salt);
      row = hash.prefix(hash.end().hex());
      this.rows.set(visit.sid, row);
    }
    return row;
  }

  /** W: its two halves are then `hash.words[0]` and `[1]`. */
  digest(row: Prefix, person: number, slot: number): void {
    this.schedules[slot] ??= this.people.map(({ iid }) => this.hash.schedule(bytesOf(`${iid}/${slot}`), 64));
    const schedule = this.schedules[slot][person];
    if (schedule !== undefined) this.hash.finish(row, schedule);
    else this.hash.start(row).ascii(`${this.people[person].iid}/${slot}`).end();
  }

  ticket(visit: Visit, slot: number, person: number): bigint {
    this.digest(this.row(visit), person, slot);
    const { words } = this.hash;
    return (BigInt(words[0] >>> 0) << 32n) | BigInt(words[1] >>> 0);
  }
}
