/** Steps 9, 10 and 11: who is drawn, the rolls of a sealed draw, and the visits. */
import type { List } from "./commitment";
import { type Hasher, hexOfWords } from "./digest";
import type { Frame } from "./frames";
import { paretoKey, paretoRest, quotaOf, ticketsOf, type Quota } from "./quota";
import type { Check, Run } from "./run";
import { SlotBook, SlotFault, type Slot } from "./slots";
import { compareText, decode, say } from "./text";

/** The draw of one list, recomputed. */
export interface Drawn {
  frame: Frame;
  quota: Quota;
  /** Pareto: weights from this one on are taken whole. */
  wholeFrom: number;
  /** Eight words for each row of the frame. */
  tickets: Int32Array;
  /** As in a draw file, pareto only. */
  keys?: string[];
  /** Rank of each row, from 1, in its stratum; pareto: in the list. */
  ranks: Int32Array;
  /** Rows by rank: one array for each stratum in committed order; pareto: a single one. */
  order: Int32Array[];
}

export interface Visit {
  sid: string;
  /** Numbers of the lists that drew the subject, by name. */
  lists: number[];
  /** Its cell of tags, and its salt. */
  tags: string;
  salt: string;
  slots: Slot[];
}

/** Step 9. */
export function checkDraw(run: Run, check: Check): void {
  const c = run.commitment!;
  run.draws = c.lists.map(() => undefined);
  if (run.isBad(check, "beacon.json") || run.afterFailure(check, 6) || run.beacon === undefined) return;
  run.seed = seedOf(run);
  if (run.unopened) {
    run.hideUnopened(
      check,
      "抽签号、名次（种子和各层抽取数已算出）",
      "tickets and ranks (seed and quotas are computed)",
    );
    return;
  }
  c.lists.forEach((list, l) => {
    const file = `draw/${list.list}.tsv`;
    const frame = run.frames[l];
    if (frame === undefined) {
      run.isBad(check, `frames/${list.list}.tsv`);
      return;
    }
    const drawn = drawList(run, list, frame, l / c.lists.length);
    run.draws[l] = drawn;
    equalTickets(check, drawn);
    if (run.isBad(check, file)) return;
    if (!compareFile(run, check, file, drawText(drawn))) run.bad.set(file, 9);
  });
}

/** S, from the commitment's digest and the beacon's strings. */
export function seedOf(run: Run): string {
  const { strings } = run.beacon!;
  return run.hash.line("seed", run.digest, strings.length, ...strings);
}

/** Draws a list; `done` is which part of all lists was drawn before, for the progress. */
export function drawList(run: Run, list: List, frame: Frame, done: number): Drawn {
  const { hash } = run;
  const quota = quotaOf(hash, list, run.seed);
  const group = hash.prefix(hash.line("group", run.seed!, list.group));
  const tickets = ticketsOf(hash, group, frame.sids, frame.salts, (i) =>
    run.progress(9, done + i / frame.sids.length, run.frames.length),
  );
  const rows = frame.sids.length;
  const ranks = new Int32Array(rows);
  let keys: string[] | undefined;
  let wholeFrom = Infinity;
  let order: Int32Array[];
  if (list.method === "pareto") {
    const found = paretoRest(list.n, frame.weights);
    quota.rest = found.rest;
    wholeFrom = found.wholeFrom;
    const whole = "0".repeat(32);
    keys = frame.sids.map((_, i) => {
      const weight = frame.weights[i];
      const key = weight >= wholeFrom ? whole : paretoKey(tickets[8 * i], tickets[8 * i + 1], weight, quota.rest);
      return `${key}.${hexOfWords(tickets, 8 * i)}`;
    });
    const known = keys;
    order = [
      Int32Array.from(keys.keys()).sort((a, b) => (known[a] < known[b] ? -1 : known[a] > known[b] ? 1 : 0)),
    ];
  } else {
    order = byTicket(list, frame, tickets);
  }
  for (const sorted of order) sorted.forEach((row, i) => (ranks[row] = i + 1));
  return { frame, quota, wholeFrom, tickets, keys, ranks, order };
}

/** Rows of each stratum in order of their tickets. */
function byTicket(list: List, frame: Frame, tickets: Int32Array): Int32Array[] {
  const rows = list.strata.map((g) => new Int32Array(g.N));
  const fill = list.strata.map(() => 0);
  frame.strata.forEach((g, i) => (rows[g][fill[g]++] = i));
  // The first 53 bits, as an integer, decide all but one comparison in millions.
  const top = new Float64Array(frame.sids.length);
  for (let i = 0; i < top.length; i++) top[i] = (tickets[8 * i] >>> 0) * 0x200000 + (tickets[8 * i + 1] >>> 11);
  return rows.map((stratum) => stratum.sort((a, b) => top[a] - top[b] || compareTickets(tickets, a, b)));
}

function compareTickets(tickets: Int32Array, a: number, b: number): number {
  for (let k = 0; k < 8; k++) {
    const difference = (tickets[8 * a + k] >>> 0) - (tickets[8 * b + k] >>> 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function equalTickets(check: Check, { frame, tickets, order }: Drawn): void {
  for (const sorted of order) {
    for (let i = 1; i < sorted.length; i++) {
      if (compareTickets(tickets, sorted[i - 1], sorted[i]) !== 0) continue;
      const row = Math.max(sorted[i - 1], sorted[i]);
      check.fail(
        { file: frame.file, row: row + 2, id: frame.sids[row] },
        say("两个主体的抽签号相同", "two subjects have one ticket"),
      );
    }
  }
}

/** The key column of a row of the frame. */
export function keyText(drawn: Drawn, row: number): string {
  return drawn.keys === undefined ? hexOfWords(drawn.tickets, 8 * row) : drawn.keys[row];
}

/** n that a row's rank is compared with: of its stratum, in a pareto list of the list. */
export function drawnOf({ frame, quota }: Drawn, row: number): number {
  return frame.list.method === "pareto" ? frame.list.n : quota.n[frame.strata[row]];
}

export function outcomeOf(drawn: Drawn, row: number): "drawn" | "reserve" | "none" {
  const n = drawnOf(drawn, row);
  const rank = drawn.ranks[row];
  return rank <= n ? "drawn" : rank <= n + drawn.frame.list.reserve ? "reserve" : "none";
}

/** The draw file of a list. */
function drawText(drawn: Drawn): string {
  const { frame, order } = drawn;
  const { list } = frame;
  const lines = ["stratum\trank\tsid\tkey\toutcome\n"];
  const numbers = order.map((_, k) => k);
  if (list.method !== "pareto")
    numbers.sort((a, b) => compareText(list.strata[a].stratum, list.strata[b].stratum));
  for (const k of numbers) {
    const sorted = order[k];
    for (let i = 0; i < sorted.length; i++) {
      const row = sorted[i];
      const outcome = outcomeOf(drawn, row);
      if (outcome === "none") break;
      const stratum = list.strata[frame.strata[row]].stratum;
      lines.push(`${stratum}\t${i + 1}\t${frame.sids[row]}\t${keyText(drawn, row)}\t${outcome}\n`);
    }
  }
  return lines.join("");
}

/** Compares a file with what it should be, byte for byte; the first row that differs is named. */
export function compareFile(run: Run, check: Check, file: string, due: string): boolean {
  const bytes = run.files.get(file);
  if (bytes === undefined) return false;
  const decoded = decode(bytes);
  if ("text" in decoded && decoded.text === due) return true;
  if ("fault" in decoded) {
    check.fail({ file, row: decoded.row }, decoded.fault);
    return false;
  }
  const have = decoded.text.split("\n");
  const want = due.split("\n");
  let row = 0;
  while (have[row] === want[row]) row++;
  const line = want[row] === undefined || want[row] === "" ? undefined : want[row].replaceAll("\t", " ");
  const text =
    line === undefined
      ? say("此行多余", "this row does not belong here")
      : say(`与重算结果不同，应为“${line}”`, `not what is recomputed, which is “${line}”`);
  check.fail({ file, row: row + 1 }, text);
  return false;
}

/** Step 10. */
export function checkRolls(run: Run, check: Check): void {
  const c = run.commitment!;
  c.lists.forEach((list, l) => {
    const file = `rolls/${list.list}.tsv`;
    const table = run.tables.get(file);
    if (run.isBad(check, file) || table === undefined) return;
    const drawn = run.draws[l];
    if (run.unopened) {
      rollSizes(check, list, file, table.columns);
      run.hideUnopened(check, "对照卷中的键", "the keys of the rolls");
    } else if (drawn === undefined) {
      restsOnDraw(run, check, list);
    } else {
      run.progress(10, l, c.lists.length);
      if (!compareFile(run, check, file, rollText(run, drawn))) run.bad.set(file, 10);
    }
  });
}

/** Says why the draw of a list could not be recomputed. */
function restsOnDraw(run: Run, check: Check, list: List): void {
  if (run.isBad(check, `frames/${list.list}.tsv`)) return;
  if (run.isBad(check, "beacon.json")) return;
  run.afterFailure(check, 6);
}

/** Rows of a closed roll: so many for each stratum, and no key twice, not even in two strata. */
function rollSizes(check: Check, list: List, file: string, [names, keys]: string[][]): void {
  const counts = new Map<string, number>(list.strata.map((g) => [g.stratum, 0]));
  names.forEach((name, i) => {
    const count = counts.get(name);
    if (count !== undefined) counts.set(name, count + 1);
    else
      check.fail(
        { file, row: i + 2, column: "stratum" },
        say(`层 ${name} 不在承诺中`, `the stratum ${name} is not committed`),
      );
  });
  const seen = new Set<string>();
  keys.forEach((key, i) => {
    if (seen.has(key)) check.fail({ file, row: i + 2, column: "key" }, say("键出现两次", "the key stands twice"));
    seen.add(key);
  });
  for (const { stratum, N } of list.strata) {
    const have = counts.get(stratum)!;
    if (have === N) continue;
    check.fail(
      { file, id: stratum },
      say(`层 ${stratum} 有 ${have} 行，应有 ${N}`, `stratum ${stratum} has ${have} rows, ${N} are due`),
    );
  }
}

function rollText(run: Run, { frame, tickets, ranks }: Drawn): string {
  const { list } = frame;
  const rows = frame.sids.map((_, i) => {
    const key = rollKey(run.hash, hexOfWords(tickets, 8 * i), list.list, ranks[i]);
    return `${list.strata[frame.strata[i]].stratum}\t${key}\n`;
  });
  // A TAB sorts before every character of a name.
  rows.sort((a, b) => (a < b ? -1 : 1));
  return `stratum\tkey\n${rows.join("")}`;
}

/** The roll key of §3. */
export function rollKey(hash: Hasher, ticket: string, list: string, rank: number): string {
  return hash.start().ascii(ticket).ascii(`.${list}.${rank}`).end().hex();
}

/** Step 11. */
export function checkVisits(run: Run, check: Check): void {
  const c = run.commitment!;
  if (run.unopened) {
    run.hideUnopened(check, "检查户（visits.tsv）", "the visits");
    return;
  }
  if (run.draws.length === 0 || run.draws.some((drawn) => drawn === undefined)) {
    c.lists.forEach((list, l) => run.draws[l] === undefined && restsOnDraw(run, check, list));
    return;
  }
  const visits = visitsOf(run);
  const slots = visits.reduce((sum, visit) => sum + visit.slots.length, 0);
  if (slots >= 2 ** 24) {
    check.fail(
      { file: "visits.tsv" },
      say(`共 ${slots} 个岗位，不少于 2^24`, `${slots} slots in all, not fewer than 2^24`),
    );
    return;
  }
  run.visits = visits;
  if (run.isBad(check, "visits.tsv")) return;
  const lines = visits.map((visit) => `${visit.sid}\t${visit.lists.map((l) => c.lists[l].list).join(",")}\n`);
  if (!compareFile(run, check, "visits.tsv", `sid\tlists\n${lines.join("")}`)) run.bad.set("visits.tsv", 11);
}

function visitsOf(run: Run): Visit[] {
  const c = run.commitment!;
  const book = new SlotBook(c.lists);
  const names = c.lists.map((_, l) => l).sort((a, b) => compareText(c.lists[a].list, c.lists[b].list));
  const visits = new Map<string, Visit>();
  for (const l of names) {
    const drawn = run.draws[l]!;
    for (const sorted of drawn.order) {
      for (const row of sorted) {
        if (outcomeOf(drawn, row) !== "drawn") break;
        const { sids, tags, salts } = drawn.frame;
        const known = visits.get(sids[row]);
        if (known !== undefined) known.lists.push(l);
        else visits.set(sids[row], { sid: sids[row], lists: [l], tags: tags[row], salt: salts[row], slots: [] });
      }
    }
  }
  for (const visit of visits.values()) {
    const slots = book.of(visit.lists, visit.tags);
    // Step 4 has tried the union over all lists, which has more slots and needs more tags.
    if (!(slots instanceof SlotFault)) visit.slots = slots;
  }
  return [...visits.values()].sort((a, b) => compareText(a.sid, b.sid));
}
