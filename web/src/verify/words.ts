/** What each step of protocol.md §7 is called, what it proves when it passes, and what it does not prove. */
import { say } from "./text";
import type { StepId, StepWords } from "./types";

const WORDS: Record<StepId, StepWords> = {
  files: {
    name: say("文件齐全、形式规范", "Files complete and canonical"),
    proves: say(
      "公示包中恰好有规定的文件，不多不少，每个文件只有一种写法。",
      "The bundle has exactly the files that it must have, and each is written in the only way allowed.",
    ),
    not: say(
      "不证明文件的内容。日志、公告和说明文件不在此项之内。",
      "It says nothing about what the files say. Log, notices and notes are not part of it.",
    ),
  },
  commitment: {
    name: say("承诺合规", "Commitment"),
    proves: say(
      "抽取之前封存的规则完整、合规：抽查任务、层、权重、抽取数、岗位和将来的随机数来源都已写明。",
      "The rules frozen before the draw are complete and lawful: lists, strata, weights, numbers, slots and the future public values.",
    ),
    not: say(
      "不证明承诺是何时公布的，也不证明没有另一份承诺（见“时间”）。",
      "It does not show when the commitment was published, nor that there is no other one (see “time”).",
    ),
  },
  registers: {
    name: say("名录未改", "Registers unchanged"),
    proves: say(
      "人员名录、回避和不能同组的登记与封存时逐行相同。",
      "Inspectors, recusals and incompatible pairs are, row by row, those that were frozen.",
    ),
    not: say(
      "不证明名录真实、完整，也不证明应当回避的都已申报。",
      "It does not show that the registers were true and complete, or that every recusal was declared.",
    ),
  },
  frames: {
    name: say("抽样框未改", "Frames unchanged"),
    proves: say(
      "被抽取的对象名单与封存时逐行相同，每户只出现一次，层和权重与承诺一致。",
      "The subjects that could be drawn are, row by row, those frozen; each stands once, with the committed stratum and weight.",
    ),
    not: say(
      "不证明名单没有漏掉应当列入的对象。",
      "It does not show that no subject was left out of the list before it was frozen.",
    ),
  },
  opening: {
    name: say("公开的密钥相符", "Opening"),
    proves: say(
      "公开的主密钥就是承诺时封存的那一个，每户的盐都由它算出，抽取之后无法另选。",
      "The secret is the one committed, and every salt follows from it: none could be chosen after the draw.",
    ),
    not: say(
      "不证明密钥在公开之前没有泄露给他人。",
      "It does not show that nobody else had the secret before the opening.",
    ),
  },
  beacon: {
    name: say("公共随机数", "Public randomness"),
    proves: say(
      "随机数取自承诺写明的来源和期次；drand 的签名由其公钥核验，谁也不能编造。",
      "The values are of the committed sources and rounds; drand's signature is checked with its public key, so that nobody can invent one.",
    ),
    not: say(
      "开奖号码和脉冲是抄录的，须自行与官方公告核对；骰子和份额只有见证人作证。",
      "Lottery results and pulses are typed in: compare them with the official announcement. For dice and shares the witnesses alone vouch.",
    ),
  },
  time: {
    name: say("先承诺、后随机数", "Committed before the value"),
    proves: say(
      "经您信任的见证人联署，承诺在随机数产生之前已经记入日志，其后的每一步也在同一日志中。",
      "Witnesses whom you believe had cosigned the commitment in a log before the value existed, and all later steps are in that log.",
    ),
    not: say(
      "不证明见证人没有与机关串通。没有策略文件时，此项不能显示。",
      "It does not show that the witnesses did not conspire. Without a policy it cannot be shown at all.",
    ),
  },
  manifest: {
    name: say("结果清单相符", "Manifest"),
    proves: say(
      "每个文件的摘要都与结果清单一致；清单的摘要就是公示上印的结果摘要，请自行比对。",
      "Every file has the digest in the manifest, and the manifest's digest is the result digest on the notice: compare it.",
    ),
    not: say(
      "不证明公示上印的确是这一摘要。日期、事件和日志不在清单中。",
      "It does not show that the notice has this digest. Dates, events and log are not in the manifest.",
    ),
  },
  draw: {
    name: say("抽取结果", "Draw"),
    proves: say(
      "用承诺和公共随机数重算每一户的抽签号和名次，抽中的和候补的与公布的完全一致。",
      "Everybody's ticket and rank were recomputed from commitment and public values: who is drawn and who is reserve is as published.",
    ),
    not: say(
      "不证明规则本身是否合理，只证明照规则办。",
      "It does not show that the rule is wise, only that it was followed.",
    ),
  },
  rolls: {
    name: say("对照卷", "Rolls"),
    proves: say(
      "抽取当时公布的对照卷约束了每户的抽签号和名次，公开时一个也没有改动。",
      "The rolls published with the result bound every ticket and rank, and none was changed until the opening.",
    ),
    not: say(
      "公开之前，对照卷只显示户数，不显示是谁。",
      "Before the opening the rolls show numbers alone, and nobody's identity.",
    ),
  },
  visits: {
    name: say("检查户", "Visits"),
    proves: say(
      "同一户在几项任务中被抽中时合并为一次入户检查，名单由抽取结果唯一确定。",
      "Who is drawn for several lists is visited once; the visits follow from the draw alone.",
    ),
    not: say("不证明检查已经进行。", "It does not show that the visits took place."),
  },
  pairing: {
    name: say("人员匹配", "Teams"),
    proves: say(
      "每个岗位都有符合条件、不需回避的人员，同户不重复，没有人超过上限。",
      "Every slot has an inspector who fits it and is not recused, nobody stands twice in a team, and nobody passes his capacity.",
    ),
    not: say(
      "只证明匹配可行；是否唯一应得的那一种，见下一项。",
      "It shows that the teams are allowed; that they are the ones due, the next step shows.",
    ),
  },
  optimum: {
    name: say("匹配无可挑选", "Teams are the ones due"),
    proves: say(
      "公布的让分证明：没有另一种匹配更均衡，同样均衡的没有抽签号合计更小的。谁查谁由随机数决定，不由人定。",
      "The handicaps prove that no other assignment is more even, and of those as even none has a smaller sum of tickets: nobody chose who visits whom.",
    ),
    not: say(
      "不证明各种可行的匹配机会相等，只证明同等的人员机会相同。",
      "It does not show that all feasible assignments were equally likely, only that equal inspectors had equal chances.",
    ),
  },
  rounds: {
    name: say("逐轮排除", "Rounds"),
    proves: say(
      "不能同组的人员分在一户时，由抽签号大的退出并全部重算；每一轮都已公布，最后一轮没有这样的小组。",
      "Where incompatible inspectors met in a team, the one with the larger ticket stepped out and all was computed again; every round is published.",
    ),
    not: say("不证明登记的不能同组确有其事。", "It does not show that the declared incompatibilities are real."),
  },
  shortage: {
    name: say("人员短缺", "Shortage"),
    proves: say(
      "所列岗位确实无法全部配齐，去掉其中任何一个就能配齐：短缺不是借口。",
      "The slots named can really not all be filled, and without any one of them the others can: the shortage is no pretext.",
    ),
    not: say("不证明人员名录没有故意少报。", "It does not show that no inspector was withheld from the register."),
  },
  events: {
    name: say("事后的变动", "Events"),
    proves: say(
      "抽取之后的每次变动都有原因、经办人和批准人，替补的是谁由公式重算得出。",
      "Every later change has a reason and two names under it, and who comes instead was recomputed.",
    ),
    not: say(
      "不证明原因属实，也不证明登记的时刻（须看日志）；最后的几个事件可能被整个略去。",
      "It does not show that the reasons are true, nor the times (see the log); the last events could be left out.",
    ),
  },
  schedule: {
    name: say("检查日期", "Schedule"),
    proves: say("日期文件的形式正确。", "The file of dates has its form."),
    not: say(
      "不证明日期是怎样定的，也不证明照此检查。",
      "It does not show how the days were chosen, nor that they were kept.",
    ),
  },
};

export function stepWords(id: StepId): StepWords {
  return WORDS[id];
}
