/** Cheapest teams and shortages against brute force on small sizes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { cheapest, FORBIDDEN } from "../src/verify/assign";
import type { ShortageFile } from "../src/verify/bundle";
import { Hasher } from "../src/verify/digest";
import { Clashes, Ground, type Person } from "../src/verify/ground";
import { Market } from "../src/verify/optimum";
import type { Round, Rounds } from "../src/verify/pairing";
import { Check } from "../src/verify/run";
import type { Visit } from "../src/verify/selection";
import { checkShortage } from "../src/verify/shortage";
import type { Slot } from "../src/verify/slots";
import { random } from "./vectors";

type Next = (below: number) => number;

function least(cost: bigint[][], row = 0, used = new Set<number>()): bigint | undefined {
  if (row === cost.length) return 0n;
  let best: bigint | undefined;
  cost[row].forEach((price, column) => {
    if (price >= FORBIDDEN || used.has(column)) return;
    const rest = least(cost, row + 1, new Set([...used, column]));
    if (rest !== undefined && (best === undefined || price + rest < best)) best = price + rest;
  });
  return best;
}

test("the assignment problem has the least cost of all permutations", () => {
  const next = random(3);
  for (let round = 0; round < 400; round++) {
    const rows = 1 + next(4);
    const columns = rows + next(4);
    const cost = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => {
        return next(4) === 0 ? FORBIDDEN : (BigInt(next(50)) - 25n) << BigInt(next(110));
      }),
    );
    const found = cheapest(cost);
    assert.equal(found?.cost, least(cost));
    if (found !== undefined) assert.equal(new Set(found.columns).size, rows);
  }
});

function groundOf(next: Next, capacity: number): Ground {
  const people: Person[] = Array.from({ length: 3 + next(5) }, (_, i) => {
    const tags = ["a", "b", "c"].filter(() => next(3) > 0);
    return { iid: `E${i}`, capacity: next(capacity + 1), load: next(3), tags: new Set(tags) };
  });
  const visits: Visit[] = Array.from({ length: 1 + next(4) }, (_, v) => {
    const slots: Slot[] = Array.from({ length: 1 + next(3) }, (_, k) => {
      const need = ["a", "b", "c"][next(3)];
      return { text: `${k}|inspector|${need}|`, name: String(k), role: "inspector", needs: [need], avoids: [] };
    });
    return { sid: `S${v}`, lists: [], tags: "-", salt: "-", slots };
  });
  const barred = new Map(
    visits.filter(() => next(3) === 0).map(({ sid }) => [sid, new Set([`E${next(people.length)}`])]),
  );
  const hash = new Hasher("sha256");
  return new Ground(
    hash,
    hash.ofText(String(next(1 << 30))),
    people,
    visits,
    barred,
    new Clashes({ columns: [[], [], []], rows: 0 }),
  );
}

test("a market calls a team the cheapest exactly if brute force does", () => {
  const next = random(5);
  let cheap = 0;
  let dear = 0;
  for (let round = 0; round < 600; round++) {
    const ground = groundOf(next, 3);
    // Handicaps from nothing, over ties of W, to those far beyond it, of both signs.
    const handicaps = ground.people.map(
      () => (BigInt(next(9)) - 4n) * (1n << BigInt([0, 60, 64, 88, 115][next(5)])),
    );
    const excluded = new Map([[0, new Set([next(ground.people.length)])]]);
    ground.visits.forEach((visit, v) => {
      const cost = visit.slots.map((slot, k) =>
        ground.people.map((_, i) => {
          const open = ground.eligible(visit, slot, i) && !excluded.get(v)?.has(i);
          return open ? ground.ticket(visit, k, i) + handicaps[i] : FORBIDDEN;
        }),
      );
      const best = least(cost);
      if (best === undefined) return;
      const teams = cost.reduce<number[][]>(
        (all, row) =>
          all.flatMap((team) => {
            return row.flatMap((price, i) => (price < FORBIDDEN && !team.includes(i) ? [[...team, i]] : []));
          }),
        [[]],
      );
      const team = next(2) === 0 ? cheapest(cost)!.columns : teams[next(teams.length)];
      const paid = team.reduce((sum, i, k) => sum + cost[k][i], 0n);
      const all = ground.visits.map(() => new Int32Array(0));
      all[v] = Int32Array.from(team);
      const round: Round = { teams: all, excluded, found: [], visits: new Int32Array(ground.people.length) };
      assert.equal(new Market(ground, round, handicaps).isCheapest(v), paid === best);
      if (paid === best) cheap++;
      else dear++;
    });
  }
  assert.ok(cheap > 200 && dear > 100, `${cheap} ${dear}`);
});

/** Whether all of these slots can be filled at once, by trying. */
function fillable(ground: Ground, wanted: [number, number][], at = 0, held: [number, number][] = []): boolean {
  if (at === wanted.length) return true;
  const [v, k] = wanted[at];
  const visit = ground.visits[v];
  return ground.people.some(({ capacity }, i) => {
    if (!ground.eligible(visit, visit.slots[k], i)) return false;
    if (held.some(([w, j]) => w === v && j === i) || held.filter(([, j]) => j === i).length >= capacity)
      return false;
    return fillable(ground, wanted, at + 1, [...held, [v, i]]);
  });
}

test("a shortage is accepted exactly if brute force finds the set blocking and minimal", () => {
  const next = random(9);
  let accepted = 0;
  let refused = 0;
  for (let round = 0; round < 1500; round++) {
    const ground = groundOf(next, 2);
    const slots = ground.visits
      .flatMap(({ slots }, v) => slots.map((_, k): [number, number] => [v, k]))
      .filter(() => next(3) > 0);
    if (slots.length === 0) continue;
    const blocking = !fillable(ground, slots);
    const minimal =
      blocking &&
      slots.every((_, i) =>
        fillable(
          ground,
          slots.filter((_, j) => j !== i),
        ),
      );
    const file: ShortageFile = { round: 0, slots: slots.map(([v, k]) => [ground.visits[v].sid, k]), short: 1 };
    const check = new Check(15, "shortage");
    const rounds: Rounds = { rounds: [], excluded: new Map(), starts: [0] };
    checkShortage(
      ground,
      { folder: "", assignment: { columns: [], rows: 0 }, handicaps: { columns: [], rows: 0 }, shortage: true },
      rounds,
      file,
      check,
    );
    // A minimal blocking set is one short by counting, so that counting refuses no more than brute force does.
    assert.equal(!check.failed, minimal, JSON.stringify(file));
    if (minimal) accepted++;
    else refused++;
  }
  assert.ok(accepted > 50 && refused > 200, `${accepted} ${refused}`);
});
