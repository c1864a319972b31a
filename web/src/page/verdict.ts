/** The verdict in large, with everything that it does not cover. */
import { stepWords } from "../verify/index";
import type { Problem, Report, Step, Text } from "../verify/types";
import { append, type Child, code, el, given, terms } from "./dom";
import { say } from "./language";
import { fours, seconds } from "./numbers";
import { RESULTS } from "./words";

/** The verdict as one sentence, for the eye and for a screen reader. */
export function verdictText(report: Report): Text {
  if (!report.verified) {
    return say("核验未通过", "Not verified");
  }
  return report.void ? say("核验通过，但该次抽取已作废", "Verified, but the draw is void") : say("核验通过", "Verified");
}

/** A digest in groups of four, which a reader compares with what is printed; copied it has no blanks. */
export function digest(value: string): HTMLElement {
  return el("code", { class: "digest" }, fours(value).map((four) => el("span", {}, four)));
}

/** A failure: file, row, column, id, and what is wrong. */
export function problem({ place, text }: Problem): HTMLElement {
  const where: Child[] = [code(place.file)];
  if (place.row !== undefined) {
    where.push(" ", say(`第 ${place.row} 行`, `row ${place.row}`));
  }
  for (const part of [place.column, place.id]) {
    if (part !== undefined) {
      where.push(" · ", code(part));
    }
  }
  return el("li", { class: "problem" }, el("span", { class: "place" }, where), el("span", {}, text));
}

function failed(steps: readonly Step[]): Child {
  return el(
    "div",
    { class: "told" },
    el("h3", {}, say("未通过的检查", "What failed")),
    el(
      "ul",
      { class: "failures" },
      steps.map((step) =>
        el(
          "li",
          {},
          el("a", { href: `#step-${step.number}` }, `${step.number} `, stepWords(step.id).name),
          el("ul", {}, step.problems.slice(0, 3).map(problem)),
        ),
      ),
    ),
  );
}

function notShown(steps: readonly Step[]): Child {
  return el(
    "div",
    { class: "told" },
    el("h3", {}, say("未示：从所给的文件看不出，需另行查对", "Not shown: these files cannot tell, look elsewhere")),
    el(
      "ul",
      {},
      steps.map((step) =>
        el(
          "li",
          {},
          el("a", { href: `#step-${step.number}` }, `${step.number} `, stepWords(step.id).name),
          say("：", ": "),
          step.notShown.map((text, at) => [at > 0 && say("；", "; "), text]),
        ),
      ),
    ),
  );
}

/** Days in China begin at 16:00 UTC. */
const CHINA_MS = 8 * 3600 * 1000;

/** A promise that was not kept, by the clock of this device: the verdict, which knows no clock, does not depend on it. */
function overdue({ facts, steps }: Report): Child {
  const unopened = steps.some((step) => step.id === "opening" && step.result === "not-shown");
  const today = new Date(Date.now() + CHINA_MS).toISOString().slice(0, 10);
  if (!unopened || facts?.opening === undefined || today <= facts.opening.by) {
    return null;
  }
  const { by } = facts.opening;
  return el(
    "p",
    { class: "note" },
    say(`承诺最迟 ${by} 公开，已逾期未公开。`, `It was to be opened by ${by}, and it has not been.`),
  );
}

/** The verdict on a bundle. `milliseconds` is how long it took. */
export function verdictView(report: Report, name: string, milliseconds: number): HTMLElement {
  const { facts, steps } = report;
  const of = (result: Step["result"]): Step[] => steps.filter((step) => step.result === result);
  const counts = (["passed", "failed", "not-shown"] as const)
    .map((result) => [result, of(result).length] as const)
    .filter(([, count]) => count > 0);
  const kind = !report.verified ? "failed" : report.void ? "void" : "passed";
  const section = el("section", { class: `verdict ${kind}`, "aria-labelledby": "verdict" });
  append(section, [
    el(
      "div",
      { class: "headline" },
      el("span", { class: "mark", "aria-hidden": "true" }, kind === "passed" ? "✓" : kind === "void" ? "!" : "✕"),
      el(
        "div",
        {},
        el("h2", { id: "verdict", tabindex: -1 }, verdictText(report)),
        el(
          "p",
          { class: "counts" },
          counts.map(([result, count], at) => [at > 0 && " · ", RESULTS[result], ` ${count}`]),
          " · ",
          say(`用时 ${seconds(milliseconds)} 秒`, `${seconds(milliseconds)} s`),
        ),
      ),
    ),
    facts && el("p", { class: "subject" }, given(facts.title), " — ", given(facts.agency)),
    facts?.rehearsal && el("p", { class: "note" }, say("这是演练，不产生效力。", "This is a rehearsal and binds nobody.")),
    overdue(report),
    terms([
      [say("公示包", "bundle"), given(name)],
      facts === undefined ? null : [say("抽取", "draw"), code(facts.draw)],
      facts === undefined
        ? null
        : [
            say("第几次抽取", "attempt"),
            facts.attempt === 1
              ? say("第 1 次", "the first")
              : say(`第 ${facts.attempt} 次：此前有过抽取`, `number ${facts.attempt}: there were earlier ones`),
          ],
      facts?.result === undefined
        ? null
        : [
            say("结果摘要", "result digest"),
            [
              digest(facts.result),
              el("p", { class: "hint" }, say("请与公示上印的结果摘要逐组比较。", "Compare it with the one printed on the notice.")),
            ],
          ],
    ]),
    of("failed").length > 0 && failed(of("failed")),
    of("not-shown").length > 0 && notShown(of("not-shown")),
  ]);
  return section;
}
