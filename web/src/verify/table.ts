/** Tables of protocol.md §2.3 and §4.1: TSV with one header, rows that strictly ascend, cells of one form. */
import type { Hasher } from "./digest";
import {
  ascends,
  compareText,
  decode,
  handicapOf,
  integerOf,
  isDate,
  isDigest,
  isId,
  isName,
  say,
  shown,
  tagsOf,
} from "./text";
import { rootOfLeaves } from "./tree";
import type { Problem, Text } from "./types";

/** A table that was read: for each column its cells, in the order of rows. */
export interface Table {
  readonly columns: string[][];
  readonly rows: number;
}

type Form = (cell: string) => boolean;

interface Column {
  name: string;
  form: Form;
  /** What the column holds, for a message. */
  means: Text;
}

interface Shape {
  columns: Column[];
  /** Columns that order the rows, by number, each as text or as number. */
  order: { column: number; numeric: boolean }[];
  /** A rule for a whole row. */
  row?: (row: string[]) => Text | undefined;
}

const id: Form = isId;
const name: Form = isName;
const digest: Form = isDigest;
const upTo =
  (limit: number, least = 0): Form =>
  (cell) => {
    const value = integerOf(cell);
    return value !== undefined && value >= least && value <= limit;
  };
const integer: Form = (cell) => integerOf(cell) !== undefined;
const tags: Form = remembering((cell) => tagsOf(cell) !== undefined);
const salt: Form = (cell) => cell === "-" || isDigest(cell);
const lists: Form = remembering((cell) => {
  const names = cell.split(",");
  return names.every(isName) && ascends(names);
});

const means = {
  sid: say("应为主体代码", "an identifier of a subject is due"),
  iid: say("应为人员编号", "an identifier of an inspector is due"),
  name: say("应为 1–64 个 0-9A-Za-z_.- 字符的名称", "a name is 1–64 of 0-9A-Za-z_.-"),
  weight: say("权重应为 1 到 2^20 的整数", "a weight is an integer from 1 to 2^20"),
  tags: say(
    "标签应为 -，或严格升序、以单个空格分隔的标签",
    "tags are - or strictly ascending ones with single blanks between",
  ),
  salt: say("盐应为 - 或 64 位小写十六进制", "a salt is - or 64 lowercase hex digits"),
  small: say("应为 0 到 2^16 的整数", "an integer from 0 to 2^16 is due"),
  rank: say("名次应为从 1 起的整数", "a rank is an integer from 1"),
  key: say("抽签号的形式不对", "a key has not its form"),
  outcome: say("应为 drawn 或 reserve", "an outcome is drawn or reserve"),
  lists: say("应为升序、以逗号分隔的任务名", "list names ascend, with commas between"),
  integer: say("应为无符号整数", "an integer without sign is due"),
  handicap: say("应为绝对值小于 2^120 的整数", "a handicap is an integer of absolute value below 2^120"),
  path: say("应为文件路径", "a path is due"),
  digest: say("应为 64 位小写十六进制", "64 lowercase hex digits are due"),
  date: say("应为真实存在的日期 YYYY-MM-DD", "a real day YYYY-MM-DD is due"),
  holder: say("应为人员编号或 -", "an identifier of an inspector or - is due"),
  next: say("应为主体代码或 -", "an identifier of a subject or - is due"),
};

const column = (columnName: string, form: Form, text: Text): Column => ({ name: columnName, form, means: text });
const sidColumn = column("sid", id, means.sid);
const iidColumn = column("iid", id, means.iid);
const asText = (...columns: number[]): Shape["order"] => columns.map((c) => ({ column: c, numeric: false }));

const people: Shape = {
  columns: [
    iidColumn,
    column("capacity", upTo(1 << 16), means.small),
    column("load", upTo(1 << 16), means.small),
    column("tags", tags, means.tags),
  ],
  order: asText(0),
};

function drawShape(pareto: boolean): Shape {
  const key: Form = pareto ? (cell) => /^[0-9a-f]{32}\.[0-9a-f]{64}$/.test(cell) : digest;
  const rank = { column: 1, numeric: true };
  return {
    columns: [
      column("stratum", name, means.name),
      column("rank", upTo(Number.MAX_SAFE_INTEGER, 1), means.rank),
      sidColumn,
      column("key", key, means.key),
      column("outcome", (cell) => cell === "drawn" || cell === "reserve", means.outcome),
    ],
    order: pareto ? [rank] : [...asText(0), rank],
  };
}

function frameShape(sealed: boolean): Shape {
  return {
    columns: [
      sidColumn,
      column("stratum", name, means.name),
      column("weight", upTo(1 << 20, 1), means.weight),
      column("tags", tags, means.tags),
      column("salt", salt, means.salt),
    ],
    order: asText(sealed ? 4 : 0),
  };
}

/** The tables of §4.1 and §4.5. `open` and `sealed` frames differ in their order, draw files in their key. */
export const SHAPES = {
  frame: frameShape(false),
  sealedFrame: frameShape(true),
  people,
  recusals: {
    columns: [sidColumn, iidColumn, column("reason", name, means.name), column("salt", salt, means.salt)],
    order: asText(0, 1, 2, 3),
  },
  incompatible: {
    columns: [iidColumn, column("iid2", id, means.iid), column("reason", name, means.name)],
    order: asText(0, 1, 2),
    row: ([a, b]: string[]) =>
      compareText(a, b) < 0 ? undefined : say("较小的编号应在前", "the smaller identifier stands first"),
  },
  draw: drawShape(false),
  paretoDraw: drawShape(true),
  roll: { columns: [column("stratum", name, means.name), column("key", digest, means.key)], order: asText(0, 1) },
  visits: { columns: [sidColumn, column("lists", lists, means.lists)], order: asText(0) },
  assignment: {
    columns: [
      column("round", integer, means.integer),
      sidColumn,
      column("slot", integer, means.integer),
      iidColumn,
    ],
    order: [{ column: 0, numeric: true }, ...asText(1), { column: 2, numeric: true }],
  },
  handicaps: {
    columns: [
      column("round", integer, means.integer),
      iidColumn,
      column("handicap", (cell) => handicapOf(cell) !== undefined, means.handicap),
    ],
    order: [{ column: 0, numeric: true }, ...asText(1)],
  },
  manifest: {
    columns: [
      column("path", (cell) => /^[0-9A-Za-z_./-]+$/.test(cell), means.path),
      column("digest", digest, means.digest),
    ],
    order: asText(0),
  },
  schedule: { columns: [sidColumn, column("date", isDate, means.date)], order: asText(0) },
  subjects: {
    columns: [
      column("list", name, means.name),
      sidColumn,
      column("next", (cell) => cell === "-" || isId(cell), means.next),
    ],
    order: asText(0),
  },
  teams: {
    columns: [
      sidColumn,
      column("slot", integer, means.integer),
      column("before", (cell) => cell === "-" || isId(cell), means.holder),
      column("iid", (cell) => cell === "-" || isId(cell), means.holder),
    ],
    order: [...asText(0), { column: 1, numeric: true }],
  },
} satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;

/** Cells like tags are few and stand in many rows. */
function remembering(form: Form): Form {
  const known = new Map<string, boolean>();
  return (cell) => {
    let answer = known.get(cell);
    if (answer === undefined) {
      answer = form(cell);
      if (known.size > 10_000) known.clear();
      known.set(cell, answer);
    }
    return answer;
  };
}

const LONGEST_LINE = 65_536;
const MOST_PROBLEMS = 20;

/** Reads a table, or says what is wrong with it, the first 20 places at most. */
export function readTable(file: string, bytes: Uint8Array, shapeName: ShapeName): Table | Problem[] {
  const shape: Shape = SHAPES[shapeName];
  const decoded = decode(bytes);
  if ("fault" in decoded) return [{ place: { file, row: decoded.row }, text: decoded.fault }];
  const whole = (text: Text, row?: number): Problem[] => [{ place: { file, row }, text }];
  const { text } = decoded;
  if (!text.endsWith("\n")) return whole(say("最后一行没有以换行结束", "the last line does not end in LF"));
  const lines = text.split("\n");
  lines.pop();
  const header = shape.columns.map((c) => c.name).join("\t");
  if (lines[0] !== header) return whole(say(`表头应为 ${header}`, `the header should be ${header}`), 1);
  const long = longLine(bytes);
  if (long > 0) return whole(say("一行超过 65536 字节", "a line of more than 65,536 bytes"), long);

  const problems: Problem[] = [];
  const width = shape.columns.length;
  const columns: string[][] = shape.columns.map(() => new Array<string>(lines.length - 1));
  for (let i = 1; i < lines.length && problems.length < MOST_PROBLEMS; i++) {
    const cells = lines[i].split("\t");
    const row = i + 1;
    if (cells.length !== width) {
      const fault =
        lines[i] === "" ? say("空行", "an empty line") : say(`应有 ${width} 列`, `${width} columns are due`);
      problems.push({ place: { file, row }, text: fault });
      continue;
    }
    for (let c = 0; c < width; c++) {
      columns[c][i - 1] = cells[c];
      if (!shape.columns[c].form(cells[c])) {
        problems.push(cellProblem(file, row, shape.columns[c], cells[c]));
      }
    }
    const fault = shape.row?.(cells);
    if (fault !== undefined) problems.push({ place: { file, row, id: shown(cells[0]) }, text: fault });
  }
  if (problems.length > 0) return problems;
  const table = { columns, rows: lines.length - 1 };
  const disorder = firstDisorder(table, shape);
  if (disorder === undefined) return table;
  const place = { file, row: disorder + 2, id: shown(columns[0][disorder]) };
  return [{ place, text: say("行未按规定顺序严格升序", "rows do not strictly ascend in their order") }];
}

function cellProblem(file: string, row: number, of: Column, cell: string): Problem {
  const short = shown(cell.length > 80 ? `${cell.slice(0, 80)}…` : cell);
  const text = say(`${of.means.zh}，此处为“${short}”`, `${of.means.en}, this is “${short}”`);
  return { place: { file, row, column: of.name }, text };
}

/** The number of the first line that is too long, 0 if none is. */
function longLine(bytes: Uint8Array): number {
  if (bytes.length <= LONGEST_LINE) return 0;
  let row = 1;
  for (let start = 0; start < bytes.length; row++) {
    const stop = bytes.indexOf(10, start);
    if (stop - start > LONGEST_LINE) return row;
    start = stop + 1;
  }
  return 0;
}

/** The first row that does not come after the one before it. */
function firstDisorder(table: Table, shape: Shape): number | undefined {
  for (let i = 1; i < table.rows; i++) {
    let order = 0;
    for (const { column: c, numeric } of shape.order) {
      const before = table.columns[c][i - 1];
      const here = table.columns[c][i];
      if (before === here) continue;
      order = numeric ? Number(before) - Number(here) : compareText(before, here);
      break;
    }
    if (order >= 0) return i;
  }
  return undefined;
}

/** The root over a table's rows (§2.5); the bytes are those of a table that was read. */
export function rootOfRows(hash: Hasher, bytes: Uint8Array, rows: number, tick: (row: number) => void = () => undefined): string {
  const nodes = new Int32Array(8 * Math.max(rows, 1));
  let start = bytes.indexOf(10) + 1;
  for (let i = 0; i < rows; i++) {
    if (i % 16384 === 0) tick(i);
    const stop = bytes.indexOf(10, start);
    hash.start().byte(0).bytes(bytes, start, stop).end();
    nodes.set(hash.words, 8 * i);
    start = stop + 1;
  }
  return rootOfLeaves(hash, nodes, rows);
}
