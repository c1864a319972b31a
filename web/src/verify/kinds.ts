/** The kinds of events and the reasons that each may have (protocol.md §4.5): a closed list, in both languages. */
import { say } from "./text";
import type { Text } from "./types";

const WORDS = {
  void: [
    say("作废", "void"),
    {
      register_error: say("名录有误", "a register was wrong"),
      plan_error: say("计划有误", "the plan was wrong"),
      beacon_error: say("信标有误", "the beacon was wrong"),
      superior_order: say("上级要求", "ordered from above"),
      other: say("其他", "other, see the note"),
    },
  ],
  staff: [
    say("增加检查力量", "more staff"),
    {
      shortage: say("人员不足", "too few inspectors for a pairing"),
      vacancy: say("岗位空缺", "nobody is left for a slot"),
    },
  ],
  closed: [
    say("停业注销", "closed"),
    {
      deregistered: say("已注销", "deregistered"),
      revoked: say("已吊销", "its licence was revoked"),
      ceased: say("已停业", "it has ceased business"),
    },
  ],
  moved: [
    say("查无下落", "moved"),
    {
      uncontactable: say("通过登记住所无法联系", "cannot be reached at its registered place"),
      relocated: say("已迁出辖区", "it has moved out of the district"),
    },
  ],
  refused: [
    say("拒绝检查", "refused"),
    {
      no_entry: say("拒绝入场", "it let nobody in"),
      uncooperative: say("不配合检查情节严重", "it seriously obstructed the inspection"),
    },
  ],
  recused: [
    say("回避", "recused"),
    {
      kin: say("近亲属", "kin"),
      interest: say("利害关系", "an interest in the matter"),
      former: say("曾在该单位任职", "formerly employed there"),
      relation: say("其他可能影响公正的关系", "another relation that may affect fairness"),
    },
  ],
  leave: [
    say("离岗", "leave"),
    {
      ill: say("病假", "ill"),
      leave: say("事假或休假", "on leave"),
      duty: say("另有公务", "on other duty"),
      left: say("调离或离职", "has left the office"),
    },
  ],
  certificate: [
    say("执法证失效", "certificate"),
    {
      expired: say("执法证到期", "the certificate has expired"),
      suspended: say("执法证暂扣", "the certificate is suspended"),
      withdrawn: say("执法证注销", "the certificate was withdrawn"),
    },
  ],
  correct: [
    say("更正", "correction"),
    { typing: say("录入有误", "a typing error"), evidence: say("补充证据", "evidence came later") },
  ],
  open: [
    say("公开", "opening"),
    {
      due: say("按期公开", "opened as promised"),
      early: say("提前公开", "opened early"),
      handed_over: say("移交监督机关", "handed over to the auditor"),
    },
  ],
} as const satisfies Record<string, readonly [Text, Record<string, Text>]>;

export type Kind = keyof typeof WORDS;

export const KINDS = Object.keys(WORDS) as Kind[];

/** The reasons that events of a kind may have. */
export function reasonsOf(kind: Kind): string[] {
  return Object.keys(WORDS[kind][1]);
}

/** A kind and a reason in words; what is not in the list stays as it is. */
export function eventWords(kind: string, reason: string): [Text, Text] {
  const known: readonly [Text, Record<string, Text>] | undefined = Object.hasOwn(WORDS, kind) ? WORDS[kind as Kind] : undefined;
  const plain = (text: string): Text => ({ zh: text, en: text });
  return [known?.[0] ?? plain(kind), known !== undefined && Object.hasOwn(known[1], reason) ? known[1][reason] : plain(reason)];
}
