/** `commitment.json` and the rules on it: protocol.md §4.2, step 2 of §7. */
import { checkSources, readSource, type Source } from "./beacon";
import type { Suite } from "./digest";
import type { Json, JsonObject } from "./json";
import { join, Keys } from "./keys";
import { isDate, isDigest, isName, isNeed, say } from "./text";

export interface SlotRule {
  slot: string;
  role: "inspector" | "expert";
  needs: string[];
  avoids: string[];
}

export interface Rows {
  n: number;
  root: string;
}

export interface Stratum {
  stratum: string;
  N: number;
  /** Drawn of it; in a fixed list alone. */
  n: number;
  /** In a proportional list; 1 in a fixed one, 0 in a pareto one, where subjects have weights. */
  weight: number;
}

export interface List {
  list: string;
  title: string;
  matters: string[];
  group: string;
  method: "fixed" | "proportional" | "pareto";
  /** Drawn of the list; in a fixed list the sum over strata. */
  n: number;
  frame: Rows;
  strata: Stratum[];
  reserve: number;
  slots: SlotRule[];
}

export interface Commitment {
  suite: Suite;
  draw: string;
  agency: string;
  title: string;
  mode: "open" | "sealed";
  attempt: number;
  prev: string;
  window: { from: string; to: string };
  lists: List[];
  inspectors: Rows;
  recusals: Rows;
  incompatible: Rows;
  standby?: Rows;
  sources: Source[];
  margin_s: number;
  trust: "public" | "witnessed";
  replacement: { subject: "next" | "none"; inspector: "beacon" | "next" };
  seal?: { master: string; opens: "public" | "auditor"; by: string };
  rehearsal: boolean;
}

/** Reads a commitment by all of its rules; faults are in `keys.problems`. `undefined` if it could not be read to its end. */
export function readCommitment(keys: Keys, o: JsonObject): Commitment | undefined {
  return keys.attempt(() => commitment(keys, o));
}

const name = say("应为 1–64 个 0-9A-Za-z_.- 字符", "a name is 1–64 of 0-9A-Za-z_.-");
const date = say("应为真实存在的日期 YYYY-MM-DD", "a real day YYYY-MM-DD is due");
const hex = say("应为 64 位小写十六进制", "64 lowercase hex digits are due");
const BIGGEST = 2 ** 52;

function commitment(keys: Keys, o: JsonObject): Commitment {
  keys.oneOf(o.v, "v", ["dr1"]);
  const mode = keys.oneOf(o.mode, "mode", ["open", "sealed"]);
  const attempt = keys.integer(o.attempt, "attempt", 1);
  const prev = keys.text(o.prev, "prev", (text) => text === "-" || isDigest(text), hex);
  if ((prev === "-") !== (attempt === 1)) {
    keys.fault("prev", say("恰在第一次尝试时为 -", "it is - exactly in the first attempt"));
  }
  const replacement = keys.object(o.replacement, "replacement");
  const engine = keys.object(o.engine, "engine");
  keys.text(engine.name, "engine.name");
  keys.text(engine.version, "engine.version");
  if (mode === "open") keys.refuse(o, "", ["seal"]);
  keys.oneOf(o.classes, "classes", ["public", "internal"]);
  return {
    suite: keys.oneOf(o.suite, "suite", ["sha256", "sm3"]),
    draw: keys.text(o.draw, "draw", isName, name),
    agency: keys.text(o.agency, "agency"),
    title: keys.text(o.title, "title"),
    mode,
    attempt,
    prev,
    window: readWindow(keys, o.window),
    lists: readLists(keys, o.lists, mode),
    inspectors: readRows(keys, o.inspectors, "inspectors"),
    recusals: readRows(keys, o.recusals, "recusals"),
    incompatible: readRows(keys, o.incompatible, "incompatible"),
    standby: Object.hasOwn(o, "standby") ? readRows(keys, o.standby, "standby") : undefined,
    ...readBeacon(keys, o.beacon),
    replacement: {
      subject: keys.oneOf(replacement.subject, "replacement.subject", ["next", "none"]),
      inspector: keys.oneOf(replacement.inspector, "replacement.inspector", ["beacon", "next"]),
    },
    seal: mode === "sealed" ? readSeal(keys, o.seal) : undefined,
    rehearsal: o.rehearsal === true,
  };
}

function readWindow(keys: Keys, value: Json): Commitment["window"] {
  const o = keys.object(value, "window");
  const from = keys.text(o.from, "window.from", isDate, date);
  const to = keys.text(o.to, "window.to", isDate, date);
  if (from > to) keys.fault("window", say("from 晚于 to", "from is after to"));
  return { from, to };
}

function readRows(keys: Keys, value: Json, at: string): Rows {
  const o = keys.object(value, at);
  return { n: keys.integer(o.n, join(at, "n")), root: keys.text(o.root, join(at, "root"), isDigest, hex) };
}

function readSeal(keys: Keys, value: Json): Commitment["seal"] {
  const o = keys.object(value, "seal");
  return {
    master: keys.text(o.master, "seal.master", isDigest, hex),
    opens: keys.oneOf(o.opens, "seal.opens", ["public", "auditor"]),
    by: keys.text(o.by, "seal.by", isDate, date),
  };
}

function readBeacon(keys: Keys, value: Json): Pick<Commitment, "sources" | "margin_s" | "trust"> {
  const o = keys.object(value, "beacon");
  const trust = keys.oneOf(o.trust, "beacon.trust", ["public", "witnessed"]);
  const margin_s = keys.integer(o.margin_s, "beacon.margin_s");
  const values = keys.array(o.sources, "beacon.sources", 1);
  const sources = values.map((source, i) => readSource(keys, source, `beacon.sources[${i}]`));
  checkSources(keys, sources, trust, "beacon.sources");
  return { sources, margin_s, trust };
}

function readLists(keys: Keys, value: Json, mode: "open" | "sealed"): List[] {
  const seen = new Set<string>();
  return keys.array(value, "lists", 1).map((entry, i) => {
    const at = `lists[${i}]`;
    const list = readList(keys, entry, at, mode);
    const small = list.list.replace(/[A-Z]/g, (c) => c.toLowerCase());
    if (seen.has(small))
      keys.fault(join(at, "list"), say("任务名重复（不分大小写）", "the list's name stands twice (case ignored)"));
    seen.add(small);
    return list;
  });
}

function readList(keys: Keys, value: Json, at: string, mode: "open" | "sealed"): List {
  const o = keys.object(value, at);
  const here = (key: string): string => join(at, key);
  const method = keys.oneOf(o.method, here("method"), ["fixed", "proportional", "pareto"]);
  if (method === "pareto" && mode === "sealed") {
    keys.fault(here("method"), say("保密抽取不能用 pareto", "pareto stands in open draws only"));
  }
  if (method === "fixed") keys.refuse(o, at, ["n"]);
  const frame = readRows(keys, o.frame, here("frame"));
  const strata = readStrata(keys, o.strata, here("strata"), method);
  const total = strata.reduce((sum, g) => sum + BigInt(g.N), 0n);
  if (total !== BigInt(frame.n)) {
    keys.fault(
      here("strata"),
      say(`各层之和 ${total} 不等于名单行数 ${frame.n}`, `the strata sum to ${total}, the frame has ${frame.n}`),
    );
  }
  // In a pareto list every subject has at least 1.
  const weights = strata.reduce((sum, g) => sum + BigInt(g.N) * BigInt(Math.max(1, g.weight)), 0n);
  if (weights > BigInt(BIGGEST))
    keys.fault(here("strata"), say("权重合计超过 2^52", "the weights sum to more than 2^52"));
  let n = strata.reduce((sum, g) => sum + g.n, 0);
  if (method !== "fixed") {
    n = keys.integer(o.n, here("n"));
    if (n > frame.n)
      keys.fault(here("n"), say(`抽取数 ${n} 大于名单行数 ${frame.n}`, `n is ${n}, the frame has ${frame.n}`));
  }
  const matters = keys.array(o.matters, here("matters"), 1);
  return {
    list: keys.text(o.list, here("list"), isName, name),
    title: keys.text(o.title, here("title")),
    matters: matters.map((matter, i) => keys.text(matter, here(`matters[${i}]`))),
    group: keys.text(o.group, here("group"), isName, name),
    method,
    n,
    frame,
    strata,
    reserve: keys.integer(o.reserve, here("reserve")),
    slots: readSlots(keys, o.slots, here("slots")),
  };
}

function readStrata(keys: Keys, value: Json, at: string, method: List["method"]): Stratum[] {
  const seen = new Set<string>();
  return keys.array(value, at).map((entry, i) => {
    const here = `${at}[${i}]`;
    const o = keys.object(entry, here);
    const stratum = keys.text(o.stratum, join(here, "stratum"), isName, name);
    if (seen.has(stratum)) keys.fault(join(here, "stratum"), say("层名重复", "the stratum stands twice"));
    seen.add(stratum);
    const N = keys.integer(o.N, join(here, "N"));
    if (method !== "fixed") keys.refuse(o, here, ["n"]);
    if (method !== "proportional") keys.refuse(o, here, ["weight"]);
    const n = method === "fixed" ? keys.integer(o.n, join(here, "n")) : 0;
    if (n > N) keys.fault(join(here, "n"), say(`抽取数 ${n} 大于层内 ${N}`, `n is ${n}, the stratum has ${N}`));
    const weight =
      method === "proportional"
        ? keys.integer(o.weight, join(here, "weight"), 1, 1 << 20)
        : method === "fixed"
          ? 1
          : 0;
    return { stratum, N, n, weight };
  });
}

function readSlots(keys: Keys, value: Json, at: string): SlotRule[] {
  const seen = new Set<string>();
  const means = say("应为标签，其中可有 {键}", "a tag is due, in which {key} may stand");
  const slots = keys.array(value, at).map((entry, i): SlotRule => {
    const here = `${at}[${i}]`;
    const o = keys.object(entry, here);
    const slot = keys.text(o.slot, join(here, "slot"), isName, name);
    if (seen.has(slot)) keys.fault(join(here, "slot"), say("岗位名重复", "the slot stands twice"));
    seen.add(slot);
    const texts = (key: "needs" | "avoids"): string[] => {
      const values = keys.array(o[key], join(here, key));
      return values.map((text, j) => keys.text(text, `${join(here, key)}[${j}]`, isNeed, means));
    };
    return {
      slot,
      role: keys.oneOf(o.role, join(here, "role"), ["inspector", "expert"]),
      needs: texts("needs"),
      avoids: texts("avoids"),
    };
  });
  if (slots.filter((slot) => slot.role === "inspector").length < 2) {
    keys.fault(at, say("至少要有两个检查人员岗位", "at least two slots of role inspector are due"));
  }
  return slots;
}
