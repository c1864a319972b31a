/** Vacant slots are filled at the least cost by people none of whom clash. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clashes } from "../src/verify/ground";
import { cheapestPeace } from "../src/verify/standing";
import { random } from "./vectors";

type Offers = { iid: string; cost: bigint }[][];

function clashesOf(pairs: [string, string][]): Clashes {
  return new Clashes({ columns: [pairs.map(([a]) => a), pairs.map(([, b]) => b)], rows: pairs.length });
}

/** Every way to fill the slots, one after another. */
function leastOfAll(offers: Offers, clashes: Clashes): bigint | undefined {
  let ways: { team: string[]; cost: bigint }[] = [{ team: [], cost: 0n }];
  for (const offer of offers)
    ways = ways.flatMap(({ team, cost }) =>
      offer
        .filter(({ iid }) => !team.some((mate) => mate === iid || clashes.has(mate, iid)))
        .map((one) => ({ team: [...team, one.iid], cost: cost + one.cost })),
    );
  return ways.map(({ cost }) => cost).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))[0];
}

function offersOf(slots: number, people: string[], cost: (iid: string) => bigint | undefined): Offers {
  return Array.from({ length: slots }, () =>
    people
      .flatMap((iid) => {
        const price = cost(iid);
        return price === undefined ? [] : [{ iid, cost: price }];
      })
      .sort((a, b) => (a.cost < b.cost ? -1 : 1)),
  );
}

test("the cheapest peaceful team is the cheapest of all ways", () => {
  let [found, none] = [0, 0];
  for (let seed = 1; seed <= 1500; seed++) {
    const next = random(seed * 7919);
    const people = Array.from({ length: 2 + next(6) }, (_, i) => `E${i}`);
    const offers = offersOf(1 + next(4), people, () => (next(3) === 0 ? undefined : BigInt(next(1 << 30))));
    const density = next(3);
    const all = people.flatMap((a) => people.filter((b) => a < b).map((b): [string, string] => [a, b]));
    const clashes = clashesOf(all.filter(() => next(6) < density));
    const expected = leastOfAll(offers, clashes);
    const best = cheapestPeace(offers, clashes, new Set());
    assert.equal(best?.cost, expected, `seed ${seed}`);
    if (best === undefined) none++;
    else {
      found++;
      assert.ok(best.team.every((a) => best.team.every((b) => !clashes.has(a, b))), `seed ${seed}`);
    }
  }
  assert.ok(found > 500 && none > 100, `${found} ${none}`);
});

test("sixty who all clash are no work: two ways at each would not end", () => {
  const many = Array.from({ length: 60 }, (_, i) => `A${i}`);
  const few = ["B0", "B1", "B2", "B3"];
  const clashes = clashesOf(many.flatMap((a, i) => many.slice(i + 1).map((b): [string, string] => [a, b])));
  const next = random(60);
  const cost = (iid: string): bigint => BigInt(next(1 << 20)) + (iid.startsWith("B") ? 1n << 40n : 0n);
  const offers = offersOf(4, [...many, ...few], cost);
  assert.equal(cheapestPeace(offers, clashes, new Set())?.cost, leastOfAll(offers, clashes));
  assert.equal(cheapestPeace(offersOf(6, [...many, ...few], cost), clashes, new Set()), undefined);
});
