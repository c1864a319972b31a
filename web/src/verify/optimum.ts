/** Step 13: the certificate of each round (protocol.md §6.5). */
import { cheapest, FORBIDDEN } from "./assign";
import { kindOf, type Ground } from "./ground";
import type { PairingFiles, Round, Rounds } from "./pairing";
import type { Check } from "./run";
import type { Slot } from "./slots";
import { say } from "./text";

const M = 1n << 88n;

/** Handicaps of one round by number of inspector; `undefined` if the rows are not exactly those of the inspectors. */
export function handicapsOf(
  ground: Ground,
  files: PairingFiles,
  { starts }: Rounds,
  r: number,
  check?: Check,
): bigint[] | undefined {
  const file = `${files.folder}handicaps.tsv`;
  const [, iids, values] = files.handicaps.columns;
  const from = starts[r];
  const n = Math.max(ground.people.length, starts[r + 1] - from);
  for (let i = 0; i < n; i++) {
    const due = ground.people[i]?.iid;
    const have = from + i < starts[r + 1] ? iids[from + i] : undefined;
    if (due === have) continue;
    if (due !== undefined && (have === undefined || have > due)) {
      check?.fail({ file, id: due }, say(`第 ${r} 轮缺少 ${due}`, `round ${r} lacks ${due}`));
    } else {
      const text = say(`${have} 不在 inspectors.tsv 中`, `${have} does not stand in inspectors.tsv`);
      check?.fail({ file, row: from + i + 2, id: have }, text);
    }
    return undefined;
  }
  return ground.people.map((_, i) => BigInt(values[from + i]));
}

/** Step 13. */
export function checkOptimum(
  ground: Ground,
  files: PairingFiles,
  all: Rounds,
  check: Check,
  tick: (done: number, of: number) => void,
): void {
  all.rounds.forEach((round, r) => {
    const handicaps = handicapsOf(ground, files, all, r, check);
    if (handicaps === undefined) return;
    prices(ground, files, all, r, handicaps, check);
    const market = new Market(ground, round, handicaps);
    for (let v = 0; v < ground.visits.length && !check.full; v++) {
      if (v % 64 === 0) tick(r * ground.visits.length + v, all.rounds.length * ground.visits.length);
      if (market.isCheapest(v)) continue;
      const text = say(
        `第 ${r} 轮此户的小组不是 Σ(W + h) 最小的`,
        `in round ${r} this visit's team has not the least Σ(W + h)`,
      );
      check.fail({ file: `${files.folder}handicaps.tsv`, id: ground.visits[v].sid }, text);
    }
  });
}

/** Condition 1: the handicap is the price of one more and one less visit. */
function prices(
  ground: Ground,
  files: PairingFiles,
  { rounds, starts }: Rounds,
  r: number,
  handicaps: bigint[],
  check: Check,
): void {
  ground.people.forEach(({ iid, capacity, load }, i) => {
    const visits = rounds[r].visits[i];
    const level = BigInt(load + visits);
    const h = handicaps[i];
    const place = { file: `${files.folder}handicaps.tsv`, row: starts[r] + i + 2, id: iid };
    if (visits > 0 && M * (2n * level - 1n) > h) {
      check.fail(place, say("让分小于 M·(2ℓ − 1)", "the handicap is below M·(2ℓ − 1)"));
    }
    if (visits < capacity && h > M * (2n * level + 1n)) {
      check.fail(place, say("让分大于 M·(2ℓ + 1)", "the handicap is above M·(2ℓ + 1)"));
    }
  });
}

const LIMB = 0x10000000000; // 2^40

/** The offers for one slot, cheapest first: inspector, and W + h as three limbs of 40 bits, the highest one signed. */
interface Offers {
  count: number;
  person: Int32Array;
  high: Float64Array;
  middle: Float64Array;
  low: Float64Array;
}

/**
 * Buys a team for a visit at W + h. Only the s cheapest offers for each of s slots can matter, and since W ≥ 0, inspectors
 * taken by ascending h need not be asked once h alone passes the s-th best offer. Sums are limbs of 40 bits in doubles,
 * which hold them exactly.
 */
export class Market {
  private readonly high: Float64Array;
  private readonly middle: Float64Array;
  private readonly low: Float64Array;
  private readonly byPrice: Int32Array;
  private readonly queues = new Map<string, Int32Array>();
  private readonly offers: Offers[] = Array.from({ length: 16 }, () => ({
    count: 0,
    person: new Int32Array(17),
    high: new Float64Array(17),
    middle: new Float64Array(17),
    low: new Float64Array(17),
  }));

  constructor(
    private readonly ground: Ground,
    private readonly round: Round,
    private readonly handicaps: bigint[],
  ) {
    const mask = (1n << 40n) - 1n;
    this.high = Float64Array.from(handicaps, (h) => Number(h >> 80n));
    this.middle = Float64Array.from(handicaps, (h) => Number((h >> 40n) & mask));
    this.low = Float64Array.from(handicaps, (h) => Number(h & mask));
    this.byPrice = Int32Array.from(handicaps.keys()).sort((a, b) => {
      return this.high[a] - this.high[b] || this.middle[a] - this.middle[b] || this.low[a] - this.low[b];
    });
  }

  /** Who fits a slot, by ascending handicap. */
  private queue(slot: Slot): Int32Array {
    const kind = kindOf(slot);
    let queue = this.queues.get(kind);
    if (queue === undefined) {
      const mask = this.ground.fit(slot);
      queue = this.byPrice.filter((i) => mask[i] === 1);
      this.queues.set(kind, queue);
    }
    return queue;
  }

  /** True if the team of visit `v` costs the least. */
  isCheapest(v: number): boolean {
    const visit = this.ground.visits[v];
    const team = this.round.teams[v];
    const n = visit.slots.length;
    for (let k = 0; k < n; k++) this.ask(v, k);
    let same = true;
    for (let k = 0; k < n && same; k++) same = this.offers[k].person[0] === team[k];
    // Every slot has its own cheapest offer: no team costs less.
    if (same) return true;
    let paid = 0n;
    for (let k = 0; k < n; k++) paid += this.ground.ticket(visit, k, team[k]) + this.handicaps[team[k]];
    return paid === this.leastCost(n);
  }

  /** The least cost of a team from the offers for the first `n` slots. */
  private leastCost(n: number): bigint | undefined {
    const people: number[] = [];
    for (let k = 0; k < n; k++) {
      const { person, count } = this.offers[k];
      for (let j = 0; j < count; j++) if (!people.includes(person[j])) people.push(person[j]);
    }
    const cost = Array.from({ length: n }, (_, k) => {
      const row = people.map(() => FORBIDDEN);
      const { person, count, high, middle, low } = this.offers[k];
      for (let j = 0; j < count; j++) {
        row[people.indexOf(person[j])] = (BigInt(high[j]) << 80n) + (BigInt(middle[j]) << 40n) + BigInt(low[j]);
      }
      return row;
    });
    return cheapest(cost)?.cost;
  }

  /** Fills the offers for slot `k` of visit `v` with the cheapest ones, as many as the visit has slots. */
  private ask(v: number, k: number): void {
    const { ground, offers, high, middle, low } = this;
    const visit = ground.visits[v];
    const most = visit.slots.length;
    const queue = this.queue(visit.slots[k]);
    const row = ground.row(visit);
    const barred = ground.barredFrom(visit.sid);
    const excluded = this.round.excluded.get(v);
    const { words } = ground.hash;
    const o = offers[k];
    o.count = 0;
    for (const i of queue) {
      if (o.count === most) {
        const last = most - 1;
        const over = high[i] - o.high[last] || middle[i] - o.middle[last] || low[i] - o.low[last];
        if (over >= 0) break;
      }
      if (barred.size > 0 && barred.has(ground.people[i].iid)) continue;
      if (excluded !== undefined && excluded.has(i)) continue;
      ground.digest(row, i, k);
      const w0 = words[0] >>> 0;
      let c = low[i] + (w0 & 255) * 0x100000000 + (words[1] >>> 0);
      let b = middle[i] + (w0 >>> 8);
      let a = high[i];
      if (c >= LIMB) {
        c -= LIMB;
        b += 1;
      }
      if (b >= LIMB) {
        b -= LIMB;
        a += 1;
      }
      let at = o.count;
      while (at > 0 && (a - o.high[at - 1] || b - o.middle[at - 1] || c - o.low[at - 1]) < 0) {
        o.person[at] = o.person[at - 1];
        o.high[at] = o.high[at - 1];
        o.middle[at] = o.middle[at - 1];
        o.low[at] = o.low[at - 1];
        at--;
      }
      if (at === most) continue;
      o.person[at] = i;
      o.high[at] = a;
      o.middle[at] = b;
      o.low[at] = c;
      if (o.count < most) o.count++;
    }
  }
}
