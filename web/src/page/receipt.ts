/** The answer to a receipt or to the code printed on one (protocol.md §8). */
import type { Now, ReceiptReport, Text } from "../verify/types";
import { type Child, code, el, given, table, terms } from "./dom";
import { chanceText } from "./facts";
import { say } from "./language";
import { isChanged, nowView } from "./now";
import { grouped } from "./numbers";
import { digest, problem } from "./verdict";
import { word } from "./words";

/** The answer as one sentence. A code shows nothing alone: until there is a `bundle`, it has no answer. */
export function receiptText(report: ReceiptReport, bundle: boolean): Text {
  if (report.kind === "code" && !bundle) {
    return say("请再选择公示包，凭证码须与它对照", "Now choose the bundle: a code is checked against it");
  }
  if (!report.verified) {
    return say("凭证核验未通过", "Receipt not verified");
  }
  if (report.now?.known === false) {
    return say("凭证与公示包相符；抽取之后有事件", "The receipt agrees with the bundle; there are events after the draw");
  }
  if (report.now !== undefined && !isSame(report.now)) {
    return say("凭证与公示包相符；抽取之后有变动", "The receipt agrees with the bundle; there were changes since the draw");
  }
  return report.compared ? say("凭证与公示包相符", "The receipt agrees with the bundle") : say("凭证核验通过", "Receipt verified");
}

function lists(report: ReceiptReport): Child {
  const known = (n: number | undefined): Child => (n === undefined ? "–" : grouped(n));
  return table(
    say("凭证所列的名单", "Lists of the receipt"),
    [say("名单", "list"), say("结果", "outcome"), say("名次", "rank"), say("抽取", "drawn"), say("户数", "subjects"), say("机会", "chance")],
    report.lists.map((list) => [
      [code(list.list), list.title !== undefined && [" ", given(list.title)]],
      list.outcome === undefined ? "–" : word(list.outcome),
      grouped(list.rank),
      known(list.n),
      known(list.N),
      list.chance === undefined ? "–" : chanceText({ chance: list.chance, exact: list.exact ?? true }),
    ]),
    [2, 3, 4, 5],
  );
}

function isSame(now: Now): boolean {
  return now.known && !isChanged(now);
}

function sentences(title: Text, texts: readonly Text[]): Child {
  return texts.length > 0 && el("div", { class: "told" }, el("h3", {}, title), el("ul", {}, texts.map((text) => el("li", {}, text))));
}

export function receiptView(report: ReceiptReport, name: string, bundle: boolean): HTMLElement {
  const waits = report.kind === "code" && !bundle;
  const kind = report.verified ? "passed" : waits ? "void" : "failed";
  return el(
    "section",
    { class: `verdict ${kind}`, "aria-labelledby": "receipt" },
    el(
      "div",
      { class: "headline" },
      el("span", { class: "mark", "aria-hidden": "true" }, kind === "passed" ? "✓" : waits ? "!" : "✕"),
      el("div", {}, el("h2", { id: "receipt", tabindex: -1 }, receiptText(report, bundle)), el("p", { class: "counts" }, given(name))),
    ),
    report.rehearsal && el("p", { class: "note" }, say("这是演练，不产生效力。", "This is a rehearsal and binds nobody.")),
    report.problem !== undefined && !waits && el("ul", { class: "problems" }, problem(report.problem)),
    report.now !== undefined && nowView(report.now),
    terms([
      report.sid === undefined ? null : [say("检查对象", "subject"), code(report.sid)],
      report.draw === undefined ? null : [say("抽取", "draw"), code(report.draw)],
      report.team.length === 0
        ? null
        : [
            report.now === undefined || isSame(report.now) ? say("检查小组", "team") : say("抽取时的检查小组", "team as it was drawn"),
            report.team.map((iid) => [code(iid), " "]),
          ],
      report.result === undefined ? null : [say("结果摘要", "result digest"), digest(report.result)],
      report.commitment === undefined ? null : [say("封存摘要 C", "commitment C"), digest(report.commitment)],
    ]),
    report.lists.length > 0 && lists(report),
    sentences(say("已证明", "Shown"), report.shown),
    sentences(say("未示：凭证单独证明不了", "Not shown: what a receipt alone cannot prove"), report.notShown),
  );
}
