/** Steps 3, 4 and 5: registers, frames, and the salts of a sealed draw. */
import type { List, Rows } from "./commitment";
import { bytesOfHex, lineOf, Mac } from "./digest";
import type { Check, Run } from "./run";
import { SlotBook, SlotFault } from "./slots";
import { rootOfRows, type Table } from "./table";
import { isDigest, say } from "./text";

/** A frame that passed: one entry for each row in every array. */
export interface Frame {
  list: List;
  file: string;
  sids: string[];
  /** Index of the row's stratum in `list.strata`. */
  strata: Int32Array;
  weights: Int32Array;
  tags: string[];
  salts: string[];
}

/** Compares rows and root with the commitment's; `tick` is told the row at work. */
function checkRoot(run: Run, check: Check, file: string, rows: Rows, table: Table, tick?: (row: number) => void): boolean {
  if (table.rows !== rows.n) {
    check.fail(
      { file },
      say(`有 ${table.rows} 行，承诺为 ${rows.n} 行`, `${table.rows} rows, committed are ${rows.n}`),
    );
  } else if (rootOfRows(run.hash, run.files.get(file)!, table.rows, tick) !== rows.root) {
    check.fail({ file }, say("树根与承诺不符", "the root is not the committed one"));
  } else {
    return true;
  }
  return false;
}

/** Step 3. */
export function checkRegisters(run: Run, check: Check): void {
  const c = run.commitment!;
  const registers: [string, Rows][] = [
    ["inspectors.tsv", c.inspectors],
    ["incompatible.tsv", c.incompatible],
  ];
  if (c.standby !== undefined) registers.push(["standby.tsv", c.standby]);
  if (run.unopened) run.hideUnopened(check, "recusals.tsv", "recusals.tsv");
  else registers.push(["recusals.tsv", c.recusals]);
  for (const [file, rows] of registers) {
    const table = run.tables.get(file);
    if (run.isBad(check, file) || table === undefined) continue;
    let good = checkRoot(run, check, file, rows, table);
    if (file === "recusals.tsv") good = checkSaltForm(run, check, file, table.columns[3]) && good;
    if (!good) run.bad.set(file, 3);
  }
}

/** Salts are `-` in an open draw and 64 hex in a sealed one. */
function checkSaltForm(run: Run, check: Check, file: string, salts: string[]): boolean {
  const wrong = salts.findIndex((salt) => (salt === "-") === run.sealed);
  if (wrong < 0) return true;
  const text = run.sealed
    ? say("保密抽取须有盐", "a sealed draw has salts")
    : say("公开抽取的盐应为 -", "in an open draw the salt is -");
  check.fail({ file, row: wrong + 2, column: "salt" }, text);
  return false;
}

/** Step 4. */
export function checkFrames(run: Run, check: Check): void {
  const c = run.commitment!;
  run.frames = c.lists.map(() => undefined);
  if (run.unopened) {
    run.hideUnopened(check, "名单（frames/）", "the frames");
    return;
  }
  c.lists.forEach((list, l) => {
    const file = `frames/${list.list}.tsv`;
    const table = run.tables.get(file);
    if (run.isBad(check, file) || table === undefined) return;
    const tick = (row: number): void => run.progress(4, l + row / table.rows, c.lists.length);
    const rooted = checkRoot(run, check, file, list.frame, table, tick);
    const frame = frameOf(run, check, list, file, table);
    if (rooted && frame !== undefined) run.frames[l] = frame;
    else run.bad.set(file, 4);
  });
  checkSubjects(run, check);
}

/** The rows of a frame as the commitment's strata and weights want them; whether they are the committed ones is another question. */
export function frameOf(run: Run, check: Check, list: List, file: string, table: Table): Frame | undefined {
  let good = true;
  const [sids, names, cells, tags, salts] = table.columns;
  const fail = (row: number, column: string, zh: string, en: string): void => {
    good = false;
    check.fail({ file, row: row + 2, column, id: sids[row] }, say(zh, en));
  };
  good = checkSaltForm(run, check, file, salts) && good;
  const numbers = new Map(list.strata.map(({ stratum }, g) => [stratum, g]));
  const counts = list.strata.map(() => 0);
  const strata = new Int32Array(table.rows);
  const weights = new Int32Array(table.rows);
  let sum = 0;
  for (let i = 0; i < table.rows && !check.full; i++) {
    const g = numbers.get(names[i]);
    const weight = Number(cells[i]);
    weights[i] = weight;
    sum += weight;
    if (g === undefined) {
      fail(i, "stratum", `层 ${names[i]} 不在承诺中`, `the stratum ${names[i]} is not committed`);
      continue;
    }
    strata[i] = g;
    counts[g]++;
    if (list.method !== "pareto" && weight !== list.strata[g].weight) {
      fail(i, "weight", `权重应为 ${list.strata[g].weight}`, `the weight should be ${list.strata[g].weight}`);
    }
  }
  counts.forEach((count, g) => {
    const { stratum, N } = list.strata[g];
    if (count === N || check.full) return;
    good = false;
    check.fail(
      { file, id: stratum },
      say(`层 ${stratum} 有 ${count} 行，承诺为 ${N}`, `stratum ${stratum} has ${count} rows, committed are ${N}`),
    );
  });
  if (sum > 2 ** 52) {
    good = false;
    check.fail({ file, column: "weight" }, say("权重合计超过 2^52", "the weights sum to more than 2^52"));
  }
  // Sids of an open frame ascend, so that none stands twice; those of a sealed one are ordered by salt.
  if (run.sealed) {
    const seen = new Set<string>();
    sids.forEach((sid, i) => {
      if (seen.has(sid)) fail(i, "sid", "主体出现两次", "the subject stands twice");
      seen.add(sid);
    });
  }
  return good ? { list, file, sids, strata, weights, tags, salts } : undefined;
}

/** Over all frames: the same tags and salt everywhere, and slots over all lists that contain the subject. */
function checkSubjects(run: Run, check: Check): void {
  const c = run.commitment!;
  const book = new SlotBook(c.lists);
  const frames = run.frames;
  const many = frames.length > 1;
  /** sid → number, in the order of first appearance; `combos[number]` names the set of lists. */
  const numbers = new Map<string, number>();
  const first: { l: number; i: number }[] = [];
  const combos: number[] = [];
  const sets: number[][] = [];
  const next = new Map<string, number>();
  const comboWith = (combo: number, l: number): number => {
    const key = `${combo},${l}`;
    let id = next.get(key);
    if (id === undefined) {
      id = sets.push([...(combo < 0 ? [] : sets[combo]), l]) - 1;
      next.set(key, id);
    }
    return id;
  };
  const spoil = (l: number): void => {
    run.bad.set(frames[l]!.file, 4);
    spoiled.add(l);
  };
  const spoiled = new Set<number>();
  frames.forEach((frame, l) => {
    if (frame === undefined || !many) return;
    frame.sids.forEach((sid, i) => {
      const number = numbers.get(sid);
      if (number === undefined) {
        numbers.set(sid, first.length);
        first.push({ l, i });
        combos.push(comboWith(-1, l));
        return;
      }
      combos[number] = comboWith(combos[number], l);
      const other = frames[first[number].l]!;
      const at = first[number].i;
      for (const column of ["tags", "salts"] as const) {
        if (frame[column][i] === other[column][at]) continue;
        const name = column === "tags" ? "tags" : "salt";
        const text = say(
          `与 ${other.file} 第 ${at + 2} 行的 ${name} 不同`,
          `another ${name} than in ${other.file}, row ${at + 2}`,
        );
        check.fail({ file: frame.file, row: i + 2, column: name, id: sid }, text);
        spoil(l);
      }
    });
  });
  const slotsOf = (l: number, i: number, lists: number[]): void => {
    const frame = frames[l]!;
    const slots = book.of(lists, frame.tags[i]);
    if (!(slots instanceof SlotFault)) return;
    check.fail({ file: frame.file, row: i + 2, column: "tags", id: frame.sids[i] }, slots.text);
    spoil(l);
  };
  if (many) first.forEach(({ l, i }, number) => slotsOf(l, i, sets[combos[number]]));
  else frames[0]?.sids.forEach((_, i) => slotsOf(0, i, [0]));
  for (const l of spoiled) frames[l] = undefined;
}

/** Step 5. */
export function checkOpening(run: Run, check: Check): void {
  const { hash, files } = run;
  const c = run.commitment!;
  if (run.unopened) {
    const { opens, by } = c.seal!;
    const zh = `承诺${opens === "public" ? "向公众" : "只向审计机关"}公开，最迟 ${by}；是否已过期不由此判断`;
    const en = `it is to be opened to ${opens === "public" ? "the public" : "an auditor alone"} by ${by}; whether that day has passed is not decided here`;
    run.hideUnopened(check, zh, en);
    return;
  }
  if (run.isBad(check, "opening.json") || !files.has("opening.json") || run.master === undefined) return;
  if (hash.line("master", run.master) !== c.seal!.master) {
    check.fail(
      { file: "opening.json", column: "master" },
      say("主密钥与承诺不符", "the master secret is not the committed one"),
    );
    run.bad.set("opening.json", 5);
    run.master = undefined;
    return;
  }
  const mac = new Mac(hash, bytesOfHex(run.master));
  const salted = (purpose: string, ...fields: string[]): string => mac.of(lineOf(c.suite, purpose, fields));
  run.frames.forEach((frame, l) => {
    if (frame === undefined) {
      run.isBad(check, `frames/${c.lists[l].list}.tsv`);
      return;
    }
    frame.sids.forEach((sid, i) => {
      if (i % 8192 === 0) run.progress(5, l + i / frame.sids.length, run.frames.length);
      if (check.full || salted("salt", c.draw, sid) === frame.salts[i]) return;
      const text = say("盐与主密钥不符", "the salt does not follow from the master secret");
      check.fail({ file: frame.file, row: i + 2, column: "salt", id: sid }, text);
      run.bad.set(frame.file, 5);
      run.frames[l] = undefined;
    });
  });
  const recusals = run.tables.get("recusals.tsv");
  if (run.isBad(check, "recusals.tsv") || recusals === undefined) return;
  const [sids, iids, , salts] = recusals.columns;
  sids.forEach((sid, i) => {
    if (!isDigest(salts[i]) || salted("recusal", c.draw, sid, iids[i]) === salts[i]) return;
    const text = say("盐与主密钥不符", "the salt does not follow from the master secret");
    check.fail({ file: "recusals.tsv", row: i + 2, column: "salt", id: sid }, text);
    run.bad.set("recusals.tsv", 5);
  });
}
