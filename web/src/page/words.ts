/** Words of the protocol's values, as people say them. What is not known here is shown as it is. */
import type { Result, StepId, Text } from "../verify/types";
import { say } from "./language";

/** The steps of protocol.md §7 in the order of their numbers. */
export const STEPS: readonly StepId[] = [
  "files", "commitment", "registers", "frames", "opening", "beacon", "time", "manifest", "draw",
  "rolls", "visits", "pairing", "optimum", "rounds", "shortage", "events", "schedule",
];

export const RESULTS: Record<Result, Text> = {
  passed: say("通过", "passed"),
  failed: say("未通过", "failed"),
  "not-shown": say("未示", "not shown"),
};

/** Beside the word, so that nothing is said by colour alone. */
export const MARKS: Record<Result, string> = { passed: "✓", failed: "✕", "not-shown": "–" };

const WORDS: Record<string, Text> = {
  open: say("公开抽取", "open draw"),
  sealed: say("保密抽取", "sealed draw"),
  fixed: say("各层定数", "fixed number for each stratum"),
  proportional: say("按权重分配", "in proportion to weight"),
  pareto: say("逐户按权重", "by each subject's own weight"),
  drawn: say("抽中", "drawn"),
  reserve: say("候补", "reserve"),
  none: say("未抽中", "not drawn"),
  public: say("公众", "the public"),
  auditor: say("审计机关", "an auditor"),
  inspector: say("执法检查人员", "inspector"),
  expert: say("专家", "expert"),
  drand: say("drand 随机信标", "drand beacon"),
  nist2: say("NIST 随机信标", "NIST beacon"),
  rfc3797: say("彩票开奖", "lottery result"),
  digits: say("数字彩票开奖", "lottery digits"),
  dice: say("现场掷骰", "dice thrown before witnesses"),
  wit: say("见证人份额", "a witness's share"),
  ssq: say("双色球", "Shuangseqiu"),
  dlt: say("大乐透", "Daletou"),
  kl8: say("快乐8", "Kuaile 8"),
  "3d": say("福彩3D", "Fucai 3D"),
  pl5: say("排列5", "Pailie 5"),
};

/** The word of a value; another one is shown as it is. */
export function word(value: string): Text {
  return Object.hasOwn(WORDS, value) ? WORDS[value]! : { zh: value, en: value };
}
