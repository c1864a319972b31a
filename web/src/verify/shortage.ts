/** Step 15: a shortage is proved by a blocking set, by counting and by flow (protocol.md §6.6). */
import type { ShortageFile } from "./bundle";
import type { Ground } from "./ground";
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
  shortage.slots.forEach(([sid, k], i) => {
    const v = visits.get(sid);
    if (v === undefined || k >= ground.visits[v].slots.length) {
      check.fail(
        { file, column: `slots[${i}]`, id: sid },
        say("没有这样的检查户或岗位", "there is no such visit or slot"),
      );
    } else {
      wanted.push({ v, k, open: openTo(ground, rounds, v, k) });
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
  open: number[];
}

function openTo(ground: Ground, rounds: Rounds, v: number, k: number): number[] {
  const visit = ground.visits[v];
  const excluded = rounds.excluded.get(v);
  const open: number[] = [];
  ground.fit(visit.slots[k]).forEach((one, i) => {
    if (one === 1 && !ground.barredFrom(visit.sid).has(ground.people[i].iid) && !excluded?.has(i)) open.push(i);
  });
  return open;
}

/** f(A) of §6.6. */
function fillable(ground: Ground, wanted: Wanted[]): number {
  const visits = ground.people.map(() => new Set<number>());
  for (const { v, open } of wanted) for (const i of open) visits[i].add(v);
  return ground.people.reduce((sum, { capacity }, i) => sum + Math.min(capacity, visits[i].size), 0);
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

  constructor(
    private readonly ground: Ground,
    private readonly wanted: Wanted[],
  ) {
    this.holder = new Int32Array(wanted.length).fill(-1);
    this.held = ground.people.map(() => new Set());
  }

  /** A slot that could be missing from the set while it stays blocking; `undefined` if the set is minimal. */
  spare(): number | undefined {
    for (let x = 0; x < this.wanted.length; x++) this.search(x);
    const empty = this.wanted.flatMap((_, x) => (this.holder[x] < 0 ? [x] : []));
    if (empty.length === 0) return undefined;
    if (empty.length > 1) return empty[0];
    const reached = this.search(empty[0]);
    return this.wanted.map((_, x) => x).find((x) => !reached.has(x));
  }

  /** Tries to fill slot `start` by an augmenting path; the slots that were reached from it are given back. */
  private search(start: number): Map<number, { from: number; person: number }> {
    const { held, wanted, ground } = this;
    const reached = new Map([[start, { from: -1, person: -1 }]]);
    const exhausted = new Set<number>();
    const queue = [start];
    for (let q = 0; q < queue.length; q++) {
      const x = queue[q];
      for (const i of wanted[x].open) {
        const here = [...held[i]].find((y) => wanted[y].v === wanted[x].v);
        if (here === undefined && held[i].size < ground.people[i].capacity) {
          this.take(x, i, reached);
          return reached;
        }
        if (here === undefined && exhausted.has(i)) continue;
        if (here === undefined) exhausted.add(i);
        for (const y of here === undefined ? held[i] : [here]) {
          if (reached.has(y)) continue;
          reached.set(y, { from: x, person: i });
          queue.push(y);
        }
      }
    }
    return reached;
  }

  /** Gives slot `x` to the inspector, and what he held along the path to those who led here. */
  private take(x: number, i: number, reached: Map<number, { from: number; person: number }>): void {
    const { holder, held } = this;
    let slot = x;
    let person = i;
    for (;;) {
      const { from, person: before } = reached.get(slot)!;
      if (holder[slot] >= 0) held[holder[slot]].delete(slot);
      holder[slot] = person;
      held[person].add(slot);
      if (from < 0) return;
      slot = from;
      person = before;
    }
  }
}
