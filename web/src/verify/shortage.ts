/** Step 15: a shortage is proved by a blocking set, by counting and by flow (protocol.md §6.6). */
import type { ShortageFile } from "./bundle";
import { kindOf, type Ground } from "./ground";
import type { PairingFiles, Rounds } from "./pairing";
import type { Check } from "./run";
import { say } from "./text";

/** Step 15. `rounds` has the rounds before the one that has no assignment. */
export function checkShortage(
  ground: Ground,
  files: PairingFiles,
  rounds: Rounds,
  shortage: ShortageFile,
  check: Check,
): void {
  const file = `${files.folder}shortage.json`;
  if (shortage.round !== rounds.rounds.length) {
    const n = rounds.rounds.length;
    check.fail(
      { file, column: "round" },
      say(`应为已列出的轮数 ${n}`, `it should be ${n}, the number of rounds listed`),
    );
  }
  const visits = new Map(ground.visits.map(({ sid }, v) => [sid, v]));
  const wanted: Wanted[] = [];
  const doors = new Doors(ground, rounds);
  shortage.slots.forEach(([sid, k], i) => {
    const v = visits.get(sid);
    if (v === undefined || k >= ground.visits[v].slots.length) {
      check.fail(
        { file, column: `slots[${i}]`, id: sid },
        say("没有这样的检查户或岗位", "there is no such visit or slot"),
      );
    } else {
      wanted.push({ v, k, open: doors.openTo(v, k) });
    }
  });
  if (check.failed) return;
  const short = wanted.length - fillable(ground, wanted);
  if (short <= 0) {
    check.fail(
      { file, column: "slots" },
      say("按人数并不短缺", "by counting these slots are not short of people"),
    );
  } else if (short !== shortage.short) {
    check.fail({ file, column: "short" }, say(`重算为 ${short}`, `recomputed it is ${short}`));
  }
  const spare = new Flow(ground, wanted).spare();
  if (spare !== undefined) {
    const [sid, k] = shortage.slots[spare];
    const text = say(
      "不是最小的短缺集：去掉此岗位后其余仍不能全部配齐",
      "not minimal: without this slot the others cannot all be filled either",
    );
    check.fail({ file, column: `slots[${spare}]`, id: `${sid}/${k}` }, text);
  }
}

interface Wanted {
  v: number;
  k: number;
  /** Numbers of the inspectors to whom the slot is open. */
  open: Int32Array;
}

/** Finds to whom slots are open; slots of one kind share their answer where nobody is recused or excluded. */
class Doors {
  private readonly kinds = new Map<string, Int32Array>();

  constructor(
    private readonly ground: Ground,
    private readonly rounds: Rounds,
  ) {}

  openTo(v: number, k: number): Int32Array {
    const { ground, rounds } = this;
    const visit = ground.visits[v];
    const kind = kindOf(visit.slots[k]);
    let all = this.kinds.get(kind);
    if (all === undefined) {
      const mask = ground.fit(visit.slots[k]);
      all = Int32Array.from(mask.keys()).filter((i) => mask[i] === 1);
      this.kinds.set(kind, all);
    }
    const barred = ground.barredFrom(visit.sid);
    const excluded = rounds.excluded.get(v);
    if (barred.size === 0 && excluded === undefined) return all;
    return all.filter((i) => !barred.has(ground.people[i].iid) && !excluded?.has(i));
  }
}

/** f(A) of §6.6. The slots of a visit stand together. */
function fillable(ground: Ground, wanted: Wanted[]): number {
  const visits = new Int32Array(ground.people.length);
  const last = new Int32Array(ground.people.length).fill(-1);
  for (const { v, open } of wanted) {
    for (const i of open) {
      if (last[i] === v) continue;
      last[i] = v;
      visits[i]++;
    }
  }
  return ground.people.reduce((sum, { capacity }, i) => sum + Math.min(capacity, visits[i]), 0);
}

/**
 * A maximum flow that fills slots, and the slots that could be the one left over. If exactly one slot stays empty, another
 * one can be left empty in its place iff an alternating path leads from the empty slot to it: so all questions of minimality
 * are answered by one flow and one search.
 */
class Flow {
  /** Slot → inspector, -1 if empty. */
  private readonly holder: Int32Array;
  /** Inspector → the slots that he fills. */
  private readonly held: Set<number>[];
  /** Visit and inspector → the slot of the visit that he fills. */
  private readonly inVisit = new Map<number, number>();
  /** Of the last search: the slots in the order in which they were reached, and from which one, through whom. */
  private readonly queue: Int32Array;
  private readonly from: Int32Array;
  private readonly through: Int32Array;
  private readonly reached: Uint8Array;

  constructor(
    private readonly ground: Ground,
    private readonly wanted: Wanted[],
  ) {
    const n = wanted.length;
    this.holder = new Int32Array(n).fill(-1);
    this.held = ground.people.map(() => new Set());
    this.queue = new Int32Array(n);
    this.from = new Int32Array(n);
    this.through = new Int32Array(n);
    this.reached = new Uint8Array(n);
  }

  /** A slot that could be missing from the set while it stays blocking; `undefined` if the set is minimal. */
  spare(): number | undefined {
    for (let x = 0; x < this.wanted.length; x++) if (!this.takeSpare(x)) this.search(x);
    const empty = this.wanted.flatMap((_, x) => (this.holder[x] < 0 ? [x] : []));
    if (empty.length === 0) return undefined;
    if (empty.length > 1) return empty[0];
    this.search(empty[0]);
    const outside = this.reached.indexOf(0);
    return outside < 0 ? undefined : outside;
  }

  private room(i: number): number {
    return this.ground.people[i].capacity - this.held[i].size;
  }

  private place(x: number, i: number): void {
    const { v } = this.wanted[x];
    const n = this.ground.people.length;
    const before = this.holder[x];
    if (before >= 0) {
      this.held[before].delete(x);
      // He may have moved to another slot of the visit already.
      if (this.inVisit.get(v * n + before) === x) this.inVisit.delete(v * n + before);
    }
    this.holder[x] = i;
    this.held[i].add(x);
    this.inVisit.set(v * n + i, x);
  }

  /** Gives the slot to whoever has most room left, if anybody has. */
  private takeSpare(x: number): boolean {
    const { v, open } = this.wanted[x];
    let best = -1;
    for (const i of open) {
      if (this.room(i) > (best < 0 ? 0 : this.room(best)) && !this.inVisit.has(v * this.ground.people.length + i)) best = i;
    }
    if (best >= 0) this.place(x, best);
    return best >= 0;
  }

  /** Tries to fill slot `start` by an augmenting path; if there is none, `reached` has all slots that it leads to. */
  private search(start: number): void {
    const { wanted, queue, from, through, reached, held } = this;
    const n = this.ground.people.length;
    const exhausted = new Uint8Array(n);
    reached.fill(0);
    reached[start] = 1;
    from[start] = -1;
    queue[0] = start;
    let end = 1;
    const reach = (y: number, x: number, i: number): void => {
      if (reached[y] === 1) return;
      reached[y] = 1;
      from[y] = x;
      through[y] = i;
      queue[end++] = y;
    };
    for (let q = 0; q < end; q++) {
      const x = queue[q];
      const { v, open } = wanted[x];
      for (const i of open) {
        const here = this.inVisit.get(v * n + i);
        if (here !== undefined) {
          reach(here, x, i);
        } else if (this.room(i) > 0) {
          this.move(x, i);
          return;
        } else if (exhausted[i] === 0) {
          exhausted[i] = 1;
          for (const y of held[i]) reach(y, x, i);
        }
      }
    }
  }

  /** Gives slot `x` to the inspector, and what was held along the path to those who led here. */
  private move(x: number, i: number): void {
    let slot = x;
    let person = i;
    for (;;) {
      const before = this.from[slot];
      const mover = this.through[slot];
      this.place(slot, person);
      if (before < 0) return;
      slot = before;
      person = mover;
    }
  }
}
