/** Step 16: the chain of events (protocol.md §4.5). What follows from them is in `effects.ts`. */
import { checkSources, GENESIS, PERIOD, readSource, sameValue, type Source } from "./beacon";
import { readJson } from "./bundle";
import type { Commitment } from "./commitment";
import { checkEffects } from "./effects";
import type { JsonObject } from "./json";
import { Keys } from "./keys";
import type { Check, Run } from "./run";
import { Since } from "./since";
import { KINDS, reasonsOf, type Kind } from "./kinds";
import { ascends, isDigest, isId, plain, say, shown } from "./text";

const APPROVED: readonly Kind[] = ["void", "staff", "refused", "recused", "leave", "certificate", "correct"];
const FURTHER = ["sid", "iid", "visits", "raise", "add", "event"] as const;
const OWN: Record<Kind, readonly (typeof FURTHER)[number][]> = {
  void: [],
  staff: ["raise", "add"],
  closed: ["sid"],
  moved: ["sid"],
  refused: ["sid"],
  recused: ["iid", "visits"],
  leave: ["iid", "visits"],
  certificate: ["iid", "visits"],
  correct: ["event"],
  open: [],
};

export interface Event {
  file: string;
  /** `events/NNNN/`. */
  folder: string;
  n: number;
  kind: Kind;
  reason: string;
  at: number;
  by: string;
  approver: string;
  /** H(bytes of the file). */
  digest: string;
  /** It changes who is visited or who visits. */
  acts: boolean;
  sid?: string;
  iid?: string;
  visits: string[];
  raise?: number;
  add?: string[];
  sources?: Source[];
}

export function actsOf(kind: Kind, c: Commitment): boolean {
  if (kind === "staff" || kind === "recused" || kind === "leave" || kind === "certificate") return true;
  return (kind === "closed" || kind === "moved" || kind === "refused") && c.replacement.subject === "next";
}

/** Step 16. */
export function checkEvents(run: Run, check: Check): void {
  const events = readChain(run, check);
  run.chain = events;
  const names = new Set(events.map(({ file }) => file));
  const folders = new Set(events.map(({ folder }) => folder));
  for (const file of [...run.files.keys()].filter((path) => path.startsWith("events/")).sort()) {
    if (names.has(file) || folders.has(file.slice(0, 12)) || run.bad.get(file) === 16) continue;
    check.fail({ file: shown(file) }, say("没有与此文件相应的事件", "a file without an event"));
  }
  run.events = {
    count: events.length,
    events: events.map(({ n, kind, reason, at, by, approver, acts }) => ({
      n,
      kind,
      reason,
      at,
      by,
      approver,
      effect: acts ? "unknown" : "none",
    })),
    replaced: [],
    slots: [],
    people: [],
    vacant: [],
  };
  if (check.failed) return;
  check.hide(
    say(
      "事件登记的时刻由机关自述；日志只显示到联署之时已经登记（第 7 项）",
      "when events were recorded is the office's own statement; a log shows that they were by the time of its cosignatures (step 7)",
    ),
  );
  if (events.every(({ acts, sid, folder }) => !acts && sid === undefined && !hasFolder(run, folder))) {
    run.since = new Since();
    return;
  }
  checkEffects(run, check, events);
}

function hasFolder(run: Run, folder: string): boolean {
  return [...run.files.keys()].some((file) => file.startsWith(folder));
}

/** Reads `events/0001.json` and so on, and checks what links them. Faults name the file; reading stops at the first bad one. */
export function readChain(run: Run, check: Check): Event[] {
  const events: Event[] = [];
  let voided = false;
  for (let n = 1; n <= 9999; n++) {
    const number = String(n).padStart(4, "0");
    const file = `events/${number}.json`;
    const bytes = run.files.get(file);
    if (bytes === undefined) break;
    const keys = new Keys({ file });
    const read = readJson(file, bytes);
    let event: Event | undefined;
    if ("problem" in read) keys.problems.push(read.problem);
    else event = keys.attempt(() => readEvent(run, keys, read.object, n, events.at(-1)));
    if (event !== undefined) {
      if (voided && event.kind !== "correct")
        keys.fault("kind", say("作废之后只能更正", "after a void there are only correct"));
      events.push(event);
      if (event.kind === "void" && keys.problems.length === 0 && !check.failed) voided = true;
    }
    check.add(keys.problems);
    if (keys.problems.length > 0) {
      run.bad.set(file, 16);
      if (event === undefined) break;
    }
  }
  run.void = voided;
  return events;
}

function readEvent(run: Run, keys: Keys, o: JsonObject, n: number, before: Event | undefined): Event {
  const c = run.commitment!;
  const number = String(n).padStart(4, "0");
  const file = `events/${number}.json`;
  if (keys.integer(o.n, "n") !== n) keys.fault("n", say(`应为 ${n}`, `${n} is due`));
  const prev = keys.text(o.prev, "prev");
  if (prev !== (before?.digest ?? "-"))
    keys.fault("prev", say("不是前一事件文件的摘要", "not the digest of the event file before"));
  const kind = keys.oneOf(o.kind, "kind", KINDS);
  const reason = keys.oneOf(o.reason, "reason", reasonsOf(kind));
  const at = keys.integer(o.at, "at");
  const by = keys.text(o.by, "by");
  const approver = keys.text(o.approver, "approver");
  keys.text(o.evidence, "evidence", (text) => text === "-" || isDigest(text));
  if (run.sealed) keys.text(o.salt, "salt", isDigest);
  else keys.refuse(o, "", ["salt"]);
  if (kind === "correct" || Object.hasOwn(o, "note")) keys.text(o.note, "note");
  keys.refuse(
    o,
    "",
    FURTHER.filter((key) => !OWN[kind].includes(key)),
  );
  if (kind === "open" && !run.sealed) keys.fault("kind", say("只用于保密抽取", "in sealed draws only"));
  chainRules(keys, c, { kind, at, by, approver }, before);

  const event: Event = {
    file,
    folder: `events/${number}/`,
    n,
    kind,
    reason,
    at,
    by,
    approver,
    digest: run.hash.ofBytes(run.files.get(file)!),
    acts: actsOf(kind, c),
    visits: [],
  };
  const ids = (key: "visits" | "add", empty: boolean): string[] => {
    const values = keys.array(o[key], key, empty ? 0 : 1);
    const texts = values.map((value, i) => keys.text(value, `${key}[${i}]`, isId));
    if (!ascends(texts)) keys.fault(key, say("未严格升序", "not strictly ascending"));
    return texts;
  };
  const own = OWN[kind];
  if (own.includes("sid")) event.sid = keys.text(o.sid, "sid", isId);
  if (own.includes("iid")) event.iid = keys.text(o.iid, "iid", isId);
  if (own.includes("visits")) event.visits = ids("visits", kind !== "recused");
  if (kind === "staff") {
    const raise = Object.hasOwn(o, "raise");
    if (raise === Object.hasOwn(o, "add"))
      keys.stop("raise", say("raise 与 add 恰有其一", "exactly one of raise and add is due"));
    if (raise) event.raise = keys.integer(o.raise, "raise", 1, 1 << 16);
    else event.add = ids("add", false);
  }
  if (kind === "correct") keys.integer(o.event, "event", 1, n - 1);
  if (event.acts && c.replacement.inspector === "beacon") event.sources = eventSources(keys, c, o, at);
  else keys.refuse(o, "", ["beacon"]);
  return event;
}

/** The four rules of the chain but that on what follows a void. */
function chainRules(
  keys: Keys,
  c: Commitment,
  event: Pick<Event, "kind" | "at" | "by" | "approver">,
  before: Event | undefined,
): void {
  const { kind, at, by, approver } = event;
  if (before !== undefined && at < before.at) keys.fault("at", say("早于前一事件", "before the event before"));
  const nobody = (name: string): boolean => ["", "-"].includes(plain(name));
  if (nobody(by)) keys.fault("by", say("须写明经办人", "somebody must have recorded it"));
  if (APPROVED.includes(kind) && (nobody(approver) || plain(approver) === plain(by))) {
    keys.fault("approver", say("须由经办人以外的人批准", "somebody else must have approved it"));
  }
  if (kind === "void" && at >= c.sources[0].at) {
    keys.fault("at", say("作废须早于最早的信标", "a void must be before the earliest source"));
  }
  if (kind !== "void" && kind !== "correct" && at < c.sources.at(-1)!.at) {
    keys.fault("at", say("早于最后的信标", "before the last source"));
  }
}

/** The sources that an event names for itself: values that nobody has yet when it is recorded. */
function eventSources(keys: Keys, c: Commitment, o: JsonObject, at: number): Source[] {
  const values = keys.array(o.beacon, "beacon", 1);
  const sources = values.map((value, i) => readSource(keys, value, `beacon[${i}]`));
  const from = at + c.margin_s;
  if (c.sources.some(({ kind }) => kind === "drand")) {
    const round = Math.max(1, Math.ceil((from - GENESIS) / PERIOD) + 1);
    const [source] = sources;
    if (sources.length !== 1 || source.kind !== "drand" || source.round !== round) {
      keys.fault("beacon", say(`应恰为 drand 第 ${round} 轮`, `it should be drand round ${round} alone`));
    }
    return sources;
  }
  const game = (source: Source): string => ("game" in source ? `${source.kind}:${source.game}` : source.kind);
  const known = new Set(c.sources.map(game));
  sources.forEach((source, i) => {
    if (source.kind === "wit" || !known.has(game(source))) {
      keys.fault(`beacon[${i}]`, say("承诺中没有这种来源", "the commitment has no source of this kind"));
    }
    if (c.sources.some((committed) => sameValue(committed, source))) {
      keys.fault(
        `beacon[${i}]`,
        say("是抽取本身的来源，其值已经知道", "a source of the draw itself: its value is known"),
      );
    }
    if (source.at < from)
      keys.fault(`beacon[${i}]`, say("早于登记时刻加 margin_s", "before the event's time plus margin_s"));
  });
  checkSources(keys, sources, c.trust, "beacon");
  return sources;
}
