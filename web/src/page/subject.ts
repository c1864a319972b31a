/** "Was my business drawn?": everything that one subject of a bundle sees. */
import type { Candidate, Subject, SubjectFacts, SubjectList, SubjectSlot, Text } from "../verify/types";
import { type Child, code, el, given, table, terms, unfold } from "./dom";
import { chanceText } from "./facts";
import { keyFormula, pairFormula, ticketFormula } from "./formula";
import { say } from "./language";
import { holder, isChanged, nowText, nowView } from "./now";
import { grouped } from "./numbers";
import { word } from "./words";

/** Where ticket and threshold lie between 0 and 1, as a picture; the text beside it says the same. */
function scale(list: SubjectList): Child {
  if (list.threshold === undefined || list.method === "pareto") {
    return null;
  }
  const at = (key: string): number => Number.parseInt(key.slice(0, 8), 16) / 2 ** 32;
  const draw = (name: string, attributes: Record<string, string | number>): SVGElement => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, String(value)));
    return element;
  };
  const svg = draw("svg", { class: "scale", viewBox: "0 0 1000 34", "aria-hidden": "true", preserveAspectRatio: "none" });
  svg.append(
    draw("rect", { class: "track", x: 0, y: 12, width: 1000, height: 10 }),
    draw("rect", { class: "within", x: 0, y: 12, width: Math.max(1, at(list.threshold) * 1000), height: 10 }),
    draw("rect", { class: "ticket", x: Math.min(996, at(list.ticket) * 1000), y: 3, width: 4, height: 28 }),
  );
  const share = (key: string): string => at(key).toFixed(4);
  return el(
    "figure",
    { class: "scale" },
    svg,
    el(
      "figcaption",
      {},
      say(
        `抽签号约在 ${share(list.ticket)} 处；本层抽到 ${share(list.threshold)} 为止。`,
        `The ticket lies at about ${share(list.ticket)}; this stratum was drawn up to ${share(list.threshold)}.`,
      ),
    ),
  );
}

function sentence(list: SubjectList): Text {
  const among: Text =
    list.method === "pareto" ? say("全名单", "the list") : { zh: `“${list.stratum}”层`, en: `stratum ${list.stratum}` };
  const [N, n, rank] = [list.N, list.n, list.rank].map(grouped);
  return say(
    `${among.zh} ${N} 户，抽 ${n} 户；本户抽签号从小到大排第 ${rank}。`,
    `${n} of ${N} subjects of ${among.en} are drawn; by its ticket this one has rank ${rank}.`,
  );
}

function listView(facts: SubjectFacts, subject: Subject, list: SubjectList): HTMLElement {
  return el(
    "article",
    { class: `list ${list.outcome}` },
    el("h4", {}, given(list.title), " ", code(list.list)),
    el("p", { class: "outcome" }, el("strong", {}, word(list.outcome)), el("span", {}, sentence(list))),
    scale(list),
    terms([
      [say("抽中的机会", "chance"), chanceText(list)],
      [say("抽签号", "ticket"), code(list.ticket)],
      list.key === list.ticket ? null : [say("排序键", "sort key"), code(list.key)],
      [say("最后一户抽中者", "the last one drawn"), list.threshold === undefined ? "–" : code(list.threshold)],
      [say("层、权重", "stratum, weight"), [code(list.stratum), " · ", grouped(list.weight)]],
      [say("所在行", "row"), [code(`frames/${list.list}.tsv`), " ", grouped(list.row)]],
    ]),
    unfold(say("抽签号怎样得出，怎样自己重算", "How the ticket comes about, and how to repeat it"), () => [
      ticketFormula(facts, subject, list),
      keyFormula(list),
    ]),
  );
}

const REASONS: Record<Candidate["reason"], Text> = {
  chosen: say("选中", "chosen"),
  need: say("不具备条件", "lacks what is needed"),
  avoid: say("须避开", "to be kept away"),
  recusal: say("回避", "recused"),
  excluded: say("前轮排除", "excluded by a round before"),
  "other-slot": say("任本组另一岗位", "holds another slot of this team"),
  dearer: say("合计较大", "larger sum"),
};

function candidates(slot: SubjectSlot): Child {
  const rows = slot.candidates.map((one) => [
    code(one.iid),
    el("span", { class: one.chosen ? "reason chosen" : "reason" }, REASONS[one.reason]),
    el("span", { class: "why" }, one.why),
    one.ticket ?? "–",
    one.handicap ?? "–",
    one.sum ?? "–",
  ]);
  return table(
    say(`岗位 ${slot.slot} 的全部人员`, `Everybody before slot ${slot.slot}`),
    [say("证号", "inspector"), say("结果", "result"), say("原因", "why"), "W", "h", "W + h"],
    rows,
    [3, 4, 5],
  );
}

function slotView(facts: SubjectFacts, subject: Subject, slot: SubjectSlot): HTMLElement {
  const fit = slot.candidates.filter((one) => one.eligible).length;
  const chosen = slot.candidates.find((one) => one.chosen);
  const tags = (texts: readonly string[]): Child =>
    texts.length === 0 ? "–" : texts.map((text) => el("span", { class: "tag" }, given(text)));
  return el(
    "article",
    { class: "slot" },
    el("h4", {}, given(slot.name), " ", el("span", { class: "role" }, word(slot.role))),
    el("p", { class: "who" }, slot.iid === undefined ? say("没有配齐", "not filled") : code(slot.iid)),
    later(subject, slot),
    terms([
      [say("须具备", "needs"), tags(slot.needs)],
      [say("须避开", "avoids"), tags(slot.avoids)],
      [
        say("符合条件", "eligible"),
        say(`${slot.candidates.length} 人中 ${fit} 人`, `${fit} of ${slot.candidates.length}`),
      ],
    ]),
    unfold(say("为什么不是别人", "Why nobody else"), () => candidates(slot)),
    chosen?.message !== undefined &&
      chosen.ticket !== undefined &&
      unfold(say("匹配号怎样重算", "How to repeat the pair ticket"), () =>
        pairFormula(facts, subject, chosen.message!, chosen.ticket!),
      ),
  );
}

/** Beside a slot of the draw: who has it since, if that is somebody else. */
function later({ now }: Subject, slot: SubjectSlot): Child {
  const found = now?.known && isChanged(now) ? now.slots.find(({ text }) => text === slot.text) : undefined;
  return found !== undefined && found.iid !== slot.iid && el("p", { class: "note" }, say("现在：", "now: "), holder(found));
}

/** What is known of a list before its tickets are. */
function undrawnView(list: Subject["undrawn"][number]): HTMLElement {
  return el(
    "article",
    { class: "list" },
    el("h4", {}, given(list.title), " ", code(list.list)),
    terms([
      [say("抽中的机会", "chance"), chanceText(list)],
      [say("层、权重", "stratum, weight"), [code(list.stratum), " · ", grouped(list.weight)]],
      [say("同层户数", "subjects of it"), grouped(list.N)],
      [say("所在行", "row"), [code(`frames/${list.list}.tsv`), " ", grouped(list.row)]],
    ]),
  );
}

function drawnText(subject: Subject, frozen: boolean): Text {
  if (subject.lists.length === 0) {
    return frozen ? say("在名单中，尚未抽取", "In the list; not drawn yet") : say("在名单中，抽取结果没有算出", "In the list; the draw could not be computed");
  }
  const drawn = subject.lists.filter((list) => list.outcome === "drawn").length;
  if (drawn > 0) {
    return say(
      drawn === 1 ? "抽中" : `抽中：${drawn} 项任务，一次上门`,
      drawn === 1 ? "Drawn" : `Drawn for ${drawn} lists, visited once`,
    );
  }
  return subject.lists.some((list) => list.outcome === "reserve") ? say("未抽中，列为候补", "Not drawn; a reserve") : say("未抽中", "Not drawn");
}

/** What is to be said of it in one line: what the draw came to, and what events made of it. */
function outcomeText(subject: Subject, frozen: boolean): Text {
  const drawn = drawnText(subject, frozen);
  const since = subject.now === undefined ? undefined : nowText(subject.now, subject.visit !== undefined);
  return since === undefined ? drawn : say(`${drawn.zh}；${since.zh}`, `${drawn.en}; ${since.en}`);
}

/** The answer for one subject. `name` is from the reader's own file; `standing` says how far it is verified; `early`: nothing is yet. */
export function subjectView(
  facts: SubjectFacts,
  subject: Subject,
  name: string | undefined,
  standing: Text | undefined,
  early: boolean,
): HTMLElement {
  const mark = standing !== undefined && el("span", { class: early ? "standing early" : "standing" }, standing);
  if (!subject.found) {
    return el(
      "p",
      { id: "answer", class: "note", tabindex: -1 },
      mark,
      facts.unopened
        ? say(
            "这次抽取尚未公开，名单看不到；请用抽签凭证核验本户。",
            "This draw is not opened yet and shows no list: verify a receipt instead.",
          )
        : say(
            "任何抽样框中都没有这个代码：它不在这次抽取的范围内。请核对代码。",
            "No frame has this code: it is not in the scope of this draw. Please check the code.",
          ),
    );
  }
  const { visit } = subject;
  const order = ["drawn", "reserve", "none"];
  const lists = [...subject.lists].sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
  return el(
    "div",
    { class: early ? "answer early" : "answer" },
    el(
      "h3",
      { id: "answer", tabindex: -1 },
      name !== undefined && [given(name), " "],
      code(subject.sid),
      say("：", ": "),
      outcomeText(subject, facts.frozen),
      mark,
    ),
    !subject.shown &&
      !facts.frozen &&
      el(
        "p",
        { class: "note" },
        say(
          "以下所依据的检查有的未通过或未示：只是这些文件的说法。",
          "Some check that this rests on failed or was not shown: it is only what these files claim.",
        ),
      ),
    subject.now !== undefined && nowView(subject.now),
    facts.frozen &&
      lists.length > 0 &&
      el(
        "p",
        { class: "note" },
        say("随机数已经有了，结果尚未公布：以下由随机数算出。", "The value is there and the result is not published: this follows from the value."),
      ),
    el("div", { class: "lists" }, lists.map((list) => listView(facts, subject, list)), subject.undrawn.map(undrawnView)),
    visit !== undefined && [
      el(
        "h3",
        {},
        subject.now === undefined || (subject.now.known && !isChanged(subject.now))
          ? say("检查小组", "The team")
          : say("抽取时的检查小组", "The team as it was drawn"),
      ),
      el("div", { class: "slots" }, visit.slots.map((slot) => slotView(facts, subject, slot))),
    ],
    subject.tags.length > 0 &&
      terms([[say("标签", "tags"), subject.tags.map((tag) => el("span", { class: "tag" }, given(tag)))]]),
  );
}
