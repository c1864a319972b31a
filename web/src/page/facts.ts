/** Facts of protocol.md §7: what a reader should know of the draw besides the verdict. */
import { eventWords } from "../verify/index";
import type { ChanceFact, EventFacts, Facts, SourceFact, Text } from "../verify/types";
import { type Child, code, el, given, table, terms, unfold } from "./dom";
import { listed, say } from "./language";
import { fraction, grouped, percent, time as timeText } from "./numbers";
import { digest } from "./verdict";
import { word } from "./words";

function time(seconds: number): HTMLElement {
  return el("time", {}, timeText(seconds));
}

/** Rows that are shown at once; the others unfold. */
const FEW = 12;

/** A table whose rows after the first few unfold. */
function long(caption: Text, head: readonly Child[], rows: readonly Child[][], numeric: readonly number[]): Child {
  if (rows.length <= FEW + 3) {
    return table(caption, head, rows, numeric);
  }
  return [
    table(caption, head, rows.slice(0, FEW), numeric),
    unfold(say(`另有 ${rows.length - FEW} 行`, `${rows.length - FEW} more rows`), () =>
      table(caption, head, rows.slice(FEW), numeric),
    ),
  ];
}

/** The lottery that a source names: `digits:3d-2026193`. */
function game({ kind, source }: SourceFact): Child {
  const name = /^(?:rfc3797|digits):([^-]+)-/.exec(source)?.[1];
  return name !== undefined && ["rfc3797", "digits"].includes(kind) && [" ", word(name)];
}

function sources(all: readonly SourceFact[]): Child {
  return table(
    say("公开随机信标", "Public beacon"),
    [say("种类", "kind"), say("来源", "source"), say("时间", "time"), say("数值", "value")],
    all.map((source) => [
      [word(source.kind), game(source)],
      code(source.source),
      time(source.at),
      source.value === undefined ? "–" : code(source.value.slice(source.source.length + 1)),
    ]),
  );
}

function lists(facts: Facts): Child {
  return long(
    say("抽查任务", "Lists"),
    [say("名单", "list"), say("名称", "title"), say("方法", "method"), say("户数", "subjects"), say("抽取", "drawn"), say("候补", "reserves")],
    facts.lists.map((list) => [
      code(list.list),
      given(list.title),
      word(list.method),
      grouped(list.frame),
      grouped(list.n),
      grouped(list.reserve),
    ]),
    [3, 4, 5],
  );
}

/** `3/26 · 11.54%`, with a sign where it is an approximation. */
export function chanceText(chance: { chance: ChanceFact["chance"]; exact: boolean }): string {
  const short = fraction(chance.chance);
  const about = chance.exact ? "" : "≈ ";
  return `${about}${percent(chance.chance)}${short === null ? "" : ` (${short})`}`;
}

function chances(facts: Facts): Child {
  return long(
    say("抽中的机会", "Chances"),
    [say("名单", "list"), say("层", "stratum"), "N", "n", say("权重", "weight"), say("机会", "chance")],
    facts.chances.map((row) => [
      code(row.list),
      code(row.stratum),
      grouped(row.N),
      row.n === undefined ? "–" : grouped(row.n),
      grouped(row.weight),
      row.N === 0 ? "–" : row.whole ? say("必查", "all of them") : chanceText(row),
    ]),
    [2, 3, 4, 5],
  );
}

const EFFECTS: Record<EventFacts["events"][number]["effect"], Text> = {
  acted: say("已生效", "acted"),
  waits: say("等待随机数", "waits for its beacon"),
  none: say("只作记录", "recorded only"),
  unknown: say("未核算", "not computed"),
};

function events(facts: EventFacts): Child {
  const rows = facts.events.map((event) => [
    event.n,
    ...eventWords(event.kind, event.reason),
    time(event.at),
    [given(event.by), event.approver === "-" ? null : [" / ", given(event.approver)]],
    EFFECTS[event.effect],
  ]);
  const counted = (pairs: readonly [string, number][]): Child =>
    pairs.length === 0 ? "–" : listed(pairs.map(([what, count]) => `${what} × ${count}`));
  return [
    el("h3", {}, say("抽取之后", "After the draw")),
    long(
      say("事件", "Events"),
      ["n", say("种类", "kind"), say("原因", "reason"), say("自述时间", "time as stated"), say("记录 / 批准", "by / approver"), say("效力", "effect")],
      rows,
      [0],
    ),
    terms([
      [say("被替补的对象", "subjects replaced"), facts.replaced.length === 0 ? "–" : facts.replaced.map((sid) => [code(sid), " "])],
      [say("换人的岗位", "slots exchanged"), counted(facts.slots)],
      [say("被换下的人员", "inspectors exchanged"), counted(facts.people)],
      [
        facts.events.some((event) => event.effect === "waits")
          ? say("空缺的岗位（不计等待中的事件）", "vacant slots, before the events that wait")
          : say("空缺的岗位", "vacant slots"),
        facts.vacant.length === 0 ? "–" : listed(facts.vacant.map(({ sid, slot }) => `${sid}/${slot}`)),
      ],
    ]),
  ];
}

function logged(log: NonNullable<Facts["logged"]>): Child {
  return [
    el("h3", {}, say("透明日志", "The transparency log")),
    terms([
      log.origin === undefined ? null : [say("日志", "log"), code(log.origin)],
      log.cosigned_s === undefined ? null : [say("联署时间", "cosigned at"), time(log.cosigned_s)],
      log.size === undefined ? null : [say("副本条数", "entries of the copy"), grouped(log.size)],
      log.attempt === undefined
        ? null
        : [say("第几次抽取", "attempt"), say(`${log.attempt[1]} 次中的第 ${log.attempt[0]} 次`, `${log.attempt[0]} of ${log.attempt[1]}`)],
    ]),
    log.attempts !== undefined &&
      long(
        say("相互竞争的封存", "Commitments that compete"),
        [say("条目", "entry"), say("抽取", "draw"), say("次", "attempt"), say("封存摘要", "commitment"), say("记入时间", "logged at"), say("作废时间", "voided at")],
        log.attempts.map((attempt) => [
          attempt.index,
          code(attempt.draw),
          attempt.attempt,
          code(attempt.commitment),
          time(attempt.at),
          attempt.voided_at === undefined ? "–" : time(attempt.voided_at),
        ]),
        [0, 2],
      ),
    log.remarks.length > 0 && el("ul", {}, log.remarks.map((remark) => el("li", {}, remark))),
  ];
}

/** What deserves a look: each with its rule in one sentence. */
function cautions(facts: Facts): [Child, Child][] {
  const found: [Child, Child][] = [];
  if (facts.trust === "witnessed") {
    found.push([say("见证", "witnessed"), say("骰子和份额只有见证人能担保。", "The witnesses alone vouch for dice and shares.")]);
  }
  if (facts.shortage !== undefined) {
    found.push([
      say("配不齐", "shortage"),
      say(
        `第 ${facts.shortage.round} 轮有 ${facts.shortage.slots.length} 个岗位缺 ${facts.shortage.short} 人；抽中的对象不变。`,
        `In round ${facts.shortage.round} ${facts.shortage.slots.length} slots lack ${facts.shortage.short}; who is drawn stays drawn.`,
      ),
    ]);
  }
  if (facts.forced !== undefined && facts.forced.count > 0) {
    const { count, first } = facts.forced;
    found.push([
      say("可选不足三人的岗位", "slots with fewer than three to choose from"),
      [
        grouped(count),
        say("：", ": "),
        listed(first.slice(0, 5).map(({ sid, slot, eligible }) => `${sid}/${slot} (${eligible})`)),
        count > 5 && " …",
      ],
    ]);
  }
  if (facts.small.length > 0) {
    found.push([
      say("不足 10 户的层", "strata of fewer than ten"),
      listed(facts.small.map(({ list, stratum, N }) => `${list} ${stratum} (${N})`)),
    ]);
  }
  if (facts.whole.count > 0) {
    const names = facts.whole.first.map(({ list, stratum, sid }) => `${list} ${stratum ?? sid ?? ""}`);
    found.push([say("必查", "taken whole"), [listed(names.slice(0, 20)), facts.whole.count > 20 && ` … (${grouped(facts.whole.count)})`]]);
  }
  if (facts.incompatible !== undefined && facts.incompatible.rows > 0) {
    const { rows, iids } = facts.incompatible;
    const who = `${iids.slice(0, 5).join(", ")}${iids.length > 5 ? " …" : ""}`;
    found.push([
      say("不得同组最多的人员", "most incompatible rows"),
      rows > 3
        ? say(`${rows} 行：${who}（超过 3 行须经批准）`, `${rows} rows: ${who} (more than three need approval)`)
        : say(`${rows} 行：${who}`, `${rows} rows: ${who}`),
    ]);
  }
  return found;
}

export function factsView(facts: Facts): HTMLElement {
  const number = (n: number | undefined): Child => (n === undefined ? "–" : grouped(n));
  const found = cautions(facts);
  return el(
    "section",
    { "aria-labelledby": "facts" },
    el("h2", { id: "facts" }, say("抽取情况", "About the draw")),
    terms([
      [say("方式", "mode"), word(facts.mode)],
      [say("检查期间", "window"), `${facts.window.from} – ${facts.window.to}`],
      facts.opening === undefined
        ? null
        : [
            say("公开", "opening"),
            say(
              `不晚于 ${facts.opening.by} 向${word(facts.opening.opens).zh}公开`,
              `to ${word(facts.opening.opens).en}, by ${facts.opening.by}`,
            ),
          ],
      [say("入户检查", "visits"), number(facts.visits)],
      [say("岗位、人员", "slots, inspectors"), [number(facts.slots), " · ", number(facts.inspectors)]],
      [say("匹配轮数", "rounds of pairing"), number(facts.rounds)],
      [say("封存摘要 C", "commitment C"), digest(facts.commitment)],
      facts.seed === undefined ? null : [say("随机种子 S", "seed S"), digest(facts.seed)],
      facts.prev === "-" ? null : [say("上一次封存", "commitment before"), digest(facts.prev)],
      [say("摘要算法", "digest"), facts.suite === "sm3" ? "SM3 (GB/T 32905)" : "SHA-256"],
    ]),
    found.length > 0 && [el("h3", {}, say("请留意", "Worth a look")), terms(found)],
    sources(facts.sources),
    lists(facts),
    chances(facts),
    facts.events !== undefined && events(facts.events),
    facts.logged !== undefined && logged(facts.logged),
  );
}
