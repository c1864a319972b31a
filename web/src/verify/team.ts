/** The team of a receipt (protocol.md §8.1, 6): who comes is the cheapest of those that the receipt lists. */
import { cheapest, FORBIDDEN } from "./assign";
import type { Hasher } from "./digest";
import { Clashes, Ground } from "./ground";
import type { Json } from "./json";
import type { Keys } from "./keys";
import { refuse } from "./refused";
import type { Visit } from "./selection";
import { compareText, handicapOf, isId, say } from "./text";

export interface TeamSlot {
  text: string;
  /** Who comes. */
  iid: string;
  /** Who could have come, with the handicap of each. */
  eligible: Map<string, bigint>;
}

export function readTeam(keys: Keys, value: Json): { round: number; slots: TeamSlot[] } {
  const team = keys.object(value, "team");
  keys.only(team, "team", ["round", "slots"]);
  const slots = keys.array(team.slots, "team.slots").map((slot, k) => readSlot(keys, slot, `team.slots[${k}]`));
  return { round: keys.integer(team.round, "team.round"), slots };
}

function readSlot(keys: Keys, value: Json, at: string): TeamSlot {
  const o = keys.object(value, at);
  keys.only(o, at, ["slot", "iid", "eligible"]);
  const eligible = new Map<string, bigint>();
  let last = "";
  keys.array(o.eligible, `${at}.eligible`, 1).forEach((entry, i) => {
    const here = `${at}.eligible[${i}]`;
    const pair = keys.array(entry, here);
    if (pair.length !== 2) keys.stop(here, say("应为 [人员, 让分]", "[iid, handicap] is due"));
    const iid = keys.text(pair[0], `${here}[0]`, isId);
    const handicap = keys.text(pair[1], `${here}[1]`, (text) => handicapOf(text) !== undefined);
    if (i > 0 && compareText(last, iid) >= 0) keys.fault(here, say("未严格升序", "not strictly ascending"));
    last = iid;
    eligible.set(iid, handicapOf(handicap) ?? 0n);
  });
  return { text: keys.text(o.slot, `${at}.slot`), iid: keys.text(o.iid, `${at}.iid`, isId), eligible };
}

/** Everybody who comes is eligible, nobody twice, and Σ(W + h) is the least. Throws `Refused`. */
export function checkTeam(hash: Hasher, pairKey: string, visit: Visit, slots: readonly TeamSlot[]): void {
  const handicaps = new Map<string, bigint>();
  slots.forEach(({ iid, eligible }, k) => {
    if (!eligible.has(iid)) refuse(`team.slots[${k}].iid`, "不在符合条件的人员中", "not among the eligible");
    for (const [other, h] of eligible) {
      if (handicaps.has(other) && handicaps.get(other) !== h) {
        refuse(`team.slots[${k}].eligible`, `${other} 的让分前后不同`, `${other} has two handicaps`);
      }
      handicaps.set(other, h);
    }
  });
  if (new Set(slots.map(({ iid }) => iid)).size !== slots.length) {
    refuse("team.slots", "小组中有人重复", "somebody stands twice in the team");
  }
  const iids = [...handicaps.keys()].sort(compareText);
  const people = iids.map((iid) => ({ iid, capacity: 0, load: 0, tags: new Set<string>() }));
  const nobody = new Clashes({ columns: [[], [], []], rows: 0 });
  const ground = new Ground(hash, pairKey, people, [], new Map(), nobody);
  const cost = slots.map(({ eligible }, k) => {
    return iids.map((iid, i) => (eligible.has(iid) ? ground.ticket(visit, k, i) + eligible.get(iid)! : FORBIDDEN));
  });
  const paid = slots.reduce((sum, { iid }, k) => sum + cost[k][iids.indexOf(iid)], 0n);
  if (paid !== cheapest(nearest(cost))?.cost) {
    refuse("team", "不是 Σ(W + h) 最小的小组", "not the team with the least Σ(W + h)");
  }
}

/** Only the s cheapest columns of each of s rows can matter. */
function nearest(cost: readonly bigint[][]): bigint[][] {
  const columns = new Set<number>();
  for (const row of cost) {
    const open = [...row.keys()].filter((j) => row[j] < FORBIDDEN);
    open.sort((a, b) => (row[a] < row[b] ? -1 : row[a] > row[b] ? 1 : 0));
    for (const j of open.slice(0, cost.length)) columns.add(j);
  }
  return cost.map((row) => [...columns].map((j) => row[j]));
}
