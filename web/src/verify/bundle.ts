/** The files of a bundle: step 1 (which there are, and their form) and step 8 (their digests), protocol.md §4.3, §4.4. */
import { readBeaconFile } from "./beacon";
import type { Commitment } from "./commitment";
import { JsonFault, parseJson, type JsonObject } from "./json";
import { Keys } from "./keys";
import type { Check, Run } from "./run";
import { MOST_PLACES, readTable, type ShapeName } from "./table";
import { decode, isDigest, isId, say, shown } from "./text";
import type { Problem, Text } from "./types";

/** `shortage.json` (§4.3). */
export interface ShortageFile {
  round: number;
  slots: [string, number][];
  short: number;
}

const FREE = /^(events|log|notice)\/./;

/** Reads a JSON file: one canonical object, and but for the commitment one LF behind it. */
export function readJson(
  file: string,
  bytes: Uint8Array,
  lf = true,
): { object: JsonObject } | { problem: Problem } {
  const problem = (text: Text, row?: number): { problem: Problem } => ({
    problem: { place: { file, row }, text },
  });
  const decoded = decode(bytes);
  if ("fault" in decoded) return problem(decoded.fault, decoded.row);
  let { text } = decoded;
  if (lf) {
    if (!text.endsWith("\n")) return problem(say("应以一个换行结束", "it should end in one LF"));
    text = text.slice(0, -1);
  }
  try {
    return { object: parseJson(text) };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return problem(say(`第 ${error.at} 个字符：${error.text.zh}`, `character ${error.at}: ${error.text.en}`));
  }
}

/** The commitment's object, with what of it decides which steps there are, whether it keeps its rules or not. */
export function readCommitmentFile(run: Run, check: Check): JsonObject | undefined {
  const file = "commitment.json";
  const read = readJson(file, run.files.get(file)!, false);
  if ("problem" in read) {
    check.add([read.problem]);
    run.bad.set(file, 1);
    return undefined;
  }
  run.sealed = read.object.mode === "sealed";
  run.unopened = run.sealed && !run.files.has("opening.json");
  return read.object;
}

/** Step 1, of a commitment that keeps its rules: it says which files there are. */
export function checkFiles(run: Run, check: Check, c: Commitment): void {
  checkNames(run, check, c);
  const tables = [...tablesOf(c)];
  tables.forEach(([file, shape], n) => {
    const tick = (part: number): void => run.progress(1, n + part, tables.length);
    tick(0);
    readOne(run, check, file, shape, tick);
  });
  checkJsonFiles(run, check);
  run.frozen = isFrozen(run, c);
}

/** Whether the frozen part alone is there (§4.4): all of it in its form, perhaps the beacon, and nothing that a draw leaves. */
function isFrozen({ files, bad, sealed }: Run, { lists, standby }: Commitment): boolean {
  const part = ["commitment.json", "inspectors.tsv", "incompatible.tsv"];
  if (standby !== undefined) part.push("standby.tsv");
  if (!sealed) part.push("recusals.tsv", ...lists.map(({ list }) => `frames/${list}.tsv`));
  const beside = new Set([...part, "beacon.json", "verify.html", "README.txt"]);
  return (
    part.every((file) => files.has(file)) &&
    [...files.keys()].every((file) => !bad.has(file) && (beside.has(file) || (FREE.test(file) && file !== "log/result.tlog-proof")))
  );
}

function tablesOf({ lists, mode, standby }: Commitment): Map<string, ShapeName> {
  const sealed = mode === "sealed";
  const tables = new Map<string, ShapeName>([
    ["inspectors.tsv", "people"],
    ["incompatible.tsv", "incompatible"],
    ["recusals.tsv", sealed ? "sealedRecusals" : "recusals"],
    ["visits.tsv", "visits"],
    ["assignment.tsv", "assignment"],
    ["handicaps.tsv", "handicaps"],
    ["manifest.tsv", "manifest"],
  ]);
  if (standby !== undefined) tables.set("standby.tsv", "people");
  for (const { list, method } of lists) {
    tables.set(`frames/${list}.tsv`, sealed ? "sealedFrame" : "frame");
    tables.set(`draw/${list}.tsv`, method === "pareto" ? "paretoDraw" : "draw");
    if (sealed) tables.set(`rolls/${list}.tsv`, "roll");
  }
  return tables;
}

/** The bound files of §4.4 besides `shortage.json`, which a verifier finds, and which of them are closed in a sealed draw. */
export function boundFiles(
  lists: readonly string[],
  sealed: boolean,
  standby: boolean,
): { file: string; closed: boolean }[] {
  const open = ["commitment.json", "inspectors.tsv", "incompatible.tsv", "beacon.json"];
  if (standby) open.push("standby.tsv");
  if (sealed) open.push(...lists.map((list) => `rolls/${list}.tsv`));
  const closed = ["recusals.tsv", "visits.tsv", "assignment.tsv", "handicaps.tsv"];
  for (const list of lists) closed.push(`frames/${list}.tsv`, `draw/${list}.tsv`);
  return [...open.map((file) => ({ file, closed: false })), ...closed.map((file) => ({ file, closed: sealed }))];
}

function checkNames(run: Run, check: Check, { lists, standby }: Commitment): void {
  const { files, sealed, unopened } = run;
  const names = lists.map(({ list }) => list);
  const bound = boundFiles(names, sealed, standby !== undefined);
  const closed = new Set(bound.filter((entry) => entry.closed).map((entry) => entry.file));
  const allowed = new Set(["manifest.tsv", "shortage.json", "schedule.tsv", "verify.html", "README.txt"]);
  if (sealed) allowed.add("opening.json");
  for (const file of ["shortage.json", "schedule.tsv"]) if (sealed) closed.add(file);
  for (const file of ["manifest.tsv", ...bound.map((entry) => entry.file)]) {
    allowed.add(file);
    if (files.has(file) || (unopened && closed.has(file))) continue;
    check.fail({ file }, say("缺少此文件", "the file is missing"));
    run.bad.set(file, 1);
  }
  for (const file of [...files.keys()].sort()) {
    if (unopened && closed.has(file)) {
      const text = say(
        "没有 opening.json，却有应保密的文件（半开）",
        "a closed file without opening.json: a half opening",
      );
      check.fail({ file }, text);
    } else if (!allowed.has(file) && !FREE.test(file)) {
      check.fail({ file: shown(file) }, say("多余的文件", "a file that does not belong here"));
    }
  }
}

function readOne(run: Run, check: Check, file: string, shape: ShapeName, tick: (part: number) => void): void {
  const bytes = run.files.get(file);
  if (bytes === undefined) return;
  const table = readTable(file, bytes, shape, tick);
  if (Array.isArray(table)) {
    check.add(table);
    run.bad.set(file, 1);
  } else {
    run.tables.set(file, table);
  }
}

/** `beacon.json`, `opening.json` and `shortage.json`: canonical, all of their keys, no others. */
function checkJsonFiles(run: Run, check: Check): void {
  const one = (file: string, take: (keys: Keys, object: JsonObject) => void): void => {
    const bytes = run.files.get(file);
    if (bytes === undefined || (file === "opening.json" && !run.sealed)) return;
    const read = readJson(file, bytes);
    const keys = new Keys({ file });
    if ("problem" in read) keys.problems.push(read.problem);
    else keys.attempt(() => take(keys, read.object));
    if (keys.problems.length > 0) {
      check.add(keys.problems);
      run.bad.set(file, 1);
    }
  };
  one("beacon.json", (keys, object) => (run.beacon = readBeaconFile(keys, object)));
  one("opening.json", (keys, object) => {
    keys.only(object, "", ["master"]);
    const means = say("应为 64 位小写十六进制", "64 lowercase hex digits are due");
    const master = keys.text(object.master, "master", isDigest, means);
    if (isDigest(master)) run.master = master;
  });
  one("shortage.json", (keys, object) => (run.shortage = readShortage(keys, object)));
}

export function readShortage(keys: Keys, object: JsonObject): ShortageFile {
  keys.only(object, "", ["round", "slots", "short"]);
  const round = keys.integer(object.round, "round", 0, MOST_PLACES - 1);
  const short = keys.integer(object.short, "short", 1);
  const slots = keys.array(object.slots, "slots", 1).map((value, i): [string, number] => {
    const at = `slots[${i}]`;
    const pair = keys.array(value, at);
    if (pair.length !== 2) keys.stop(at, say("应为 [主体, 岗位序号]", "[sid, slot index] is due"));
    return [keys.text(pair[0], `${at}[0]`, isId), keys.integer(pair[1], `${at}[1]`, 0, MOST_PLACES - 1)];
  });
  slots.forEach(([sid, slot], i) => {
    if (i === 0) return;
    const [before, index] = slots[i - 1];
    if (before > sid || (before === sid && index >= slot)) {
      keys.fault(`slots[${i}]`, say("未严格升序", "not strictly ascending"));
    }
  });
  return { round, slots, short };
}

/** Step 8. */
export function checkManifest(run: Run, check: Check): void {
  const { files, hash, unopened } = run;
  const c = run.commitment;
  const bytes = files.get("manifest.tsv");
  if (bytes !== undefined) run.result_digest = hash.ofBytes(bytes);
  if (c === undefined) {
    run.afterFailure(check, 1, 2);
    return;
  }
  const table = run.tables.get("manifest.tsv");
  if (run.isBad(check, "manifest.tsv") || table === undefined) return;
  const bound = boundFiles(
    c.lists.map(({ list }) => list),
    run.sealed,
    c.standby !== undefined,
  );
  const digests = new Map(table.columns[0].map((path, i) => [path, { digest: table.columns[1][i], row: i + 2 }]));
  if (files.has("shortage.json") || (unopened && digests.has("shortage.json"))) {
    bound.push({ file: "shortage.json", closed: run.sealed });
  }
  for (const [path, { row }] of digests) {
    if (bound.some(({ file }) => file === path)) continue;
    check.fail(
      { file: "manifest.tsv", row, id: path },
      say("清单多出此行", "a row that does not belong in the manifest"),
    );
  }
  for (const [n, { file, closed }] of bound.entries()) {
    run.progress(8, n, bound.length);
    const entry = digests.get(file);
    if (entry === undefined) {
      check.fail({ file: "manifest.tsv", id: file }, say("清单缺少此文件", "the manifest lacks this file"));
    } else if (closed && unopened) {
      run.hideUnopened(check, "未公开文件的摘要不能核对", "the digests of closed files cannot be compared");
    } else if (!files.has(file)) {
      run.isBad(check, file);
    } else if (closed && (run.master === undefined || run.bad.has("opening.json"))) {
      run.isBad(check, "opening.json");
    } else if (digestOf(run, file, closed) !== entry.digest) {
      check.fail({ file }, say("摘要与清单不符", "the digest is not that of the manifest"));
    }
  }
}

function digestOf(run: Run, file: string, closed: boolean): string {
  const { hash } = run;
  const prefix = closed ? hash.line("close", run.master!, file) : "";
  return hash.start().ascii(prefix).bytes(run.files.get(file)!).end().hex();
}
