/** The numbered checks, each with what it proves and what it does not. */
import { stepWords } from "../verify/index";
import type { Report, Step } from "../verify/types";
import { el, unfold } from "./dom";
import { say } from "./language";
import { problem } from "./verdict";
import { MARKS, RESULTS } from "./words";

/** At most this many are kept by the verifier. */
const PROBLEMS_MAX = 50;

function stepView(step: Step): HTMLElement {
  const words = stepWords(step.id);
  return el(
    "li",
    { id: `step-${step.number}`, class: `step ${step.result}`, tabindex: -1 },
    el(
      "div",
      { class: "head" },
      el("h3", {}, el("span", { class: "no" }, step.number), words.name),
      el(
        "span",
        { class: `badge ${step.result}` },
        el("span", { "aria-hidden": "true" }, MARKS[step.result]),
        " ",
        RESULTS[step.result],
      ),
    ),
    el("p", {}, words.proves),
    el("p", { class: "limits" }, words.not),
    step.notShown.length > 0 &&
      el("ul", { class: "unshown" }, step.notShown.map((text) => el("li", {}, text))),
    step.problems.length > 0 &&
      el("ul", { class: "problems" }, step.problems.slice(0, 5).map(problem)),
    step.problems.length > 5 &&
      unfold(
        step.problems.length < PROBLEMS_MAX
          ? say(`另有 ${step.problems.length - 5} 处`, `${step.problems.length - 5} more`)
          : say("更多（只列前 50 处）", "more (the first fifty alone)"),
        () => el("ul", { class: "problems" }, step.problems.slice(5).map(problem)),
      ),
  );
}

export function stepsView(report: Report): HTMLElement {
  return el(
    "section",
    { "aria-labelledby": "steps" },
    el("h2", { id: "steps" }, say("逐项检查", "Each check")),
    el(
      "p",
      { class: "lead" },
      say(
        "编号与协议文件一致；不适用的编号不出现。“未示”不是通过，也不是未通过。",
        "Numbers are those of the protocol; what does not apply is left out. \"Not shown\" is neither passed nor failed.",
      ),
    ),
    el("ol", { class: "steps" }, report.steps.map(stepView)),
  );
}
