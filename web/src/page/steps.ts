/** The numbered checks, each with what it proves and what it does not. */
import { stepWords } from "../verify/index";
import type { Report, Result, Step, Text } from "../verify/types";
import { code, el, unfold } from "./dom";
import { say } from "./language";
import { problem } from "./verdict";
import { MARKS, RESULTS } from "./words";

/** At most this many are kept by the verifier. */
const PROBLEMS_MAX = 50;

/** A claim stands under its step only where it holds; elsewhere it is what the step would prove. */
const CLAIMS: Record<Result, Text> = {
  passed: say("", ""),
  failed: say("未能证明：", "Not proved: "),
  "not-shown": say("未全部证明：", "Not shown in full: "),
};

/** `frozen`: the result's files are missing because nothing is drawn yet, which is no fault. */
function stepView(step: Step, frozen: boolean): HTMLElement {
  const words = stepWords(step.id);
  const waits = frozen && step.result === "failed";
  const look = waits ? "not-shown" : step.result;
  return el(
    "li",
    { id: `step-${step.number}`, class: `step ${step.result}`, tabindex: -1 },
    el(
      "div",
      { class: "head" },
      el("h3", {}, el("span", { class: "no" }, step.number), words.name),
      el(
        "span",
        { class: `badge ${look}` },
        el("span", { "aria-hidden": "true" }, MARKS[look]),
        " ",
        waits ? say("尚未抽取", "not drawn yet") : RESULTS[step.result],
      ),
    ),
    el("p", {}, CLAIMS[look], words.proves),
    el("p", { class: "limits" }, words.not),
    step.notShown.length > 0 &&
      el("ul", { class: "unshown" }, step.notShown.map((text) => el("li", {}, text))),
    waits &&
      el(
        "p",
        { class: "unshown plain" },
        say("抽取之后才有：", "to come with the draw: "),
        step.problems.map(({ place }, at) => [at > 0 && say("、", ", "), code(place.file)]),
      ),
    !waits &&
      step.problems.length > 0 &&
      el("ul", { class: "problems" }, step.problems.slice(0, 5).map(problem)),
    !waits &&
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
    el("ol", { class: "steps" }, report.steps.map((step) => stepView(step, report.frozen))),
  );
}
