//! The table of verification steps: number, name, and what each proves, in one plain sentence.

use crate::base::finding::Lang;

/// A numbered step.
#[derive(Debug)]
pub struct StepInfo {
    /// Its number, for ever.
    pub number: u32,
    /// Its identifier in machine-readable reports.
    pub id: &'static str,
    name: (&'static str, &'static str),
    proves: (&'static str, &'static str),
}

impl StepInfo {
    /// The step's name.
    pub fn name(&self, lang: Lang) -> &'static str {
        pick(self.name, lang)
    }

    /// What the step proves when it passes.
    pub fn proves(&self, lang: Lang) -> &'static str {
        pick(self.proves, lang)
    }
}

fn pick(pair: (&'static str, &'static str), lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => pair.0,
        Lang::En => pair.1,
    }
}

const fn step(
    number: u32,
    id: &'static str,
    name: (&'static str, &'static str),
    proves: (&'static str, &'static str),
) -> StepInfo {
    StepInfo { number, id, name, proves }
}

/// All steps of `docs/protocol.md` §7, in order.
pub const STEPS: &[StepInfo] = &[
    step(
        1,
        "files",
        ("文件", "files"),
        (
            "公示包内恰好是规定的文件，格式规范。",
            "The bundle holds exactly the files of the protocol, all in canonical form.",
        ),
    ),
    step(
        2,
        "commitment",
        ("封存承诺", "commitment"),
        ("承诺遵守协议的全部规则。", "The commitment keeps every rule of the protocol."),
    ),
    step(
        3,
        "registers",
        ("人员与回避名录", "registers"),
        (
            "人员库和回避名录就是封存的那一份。",
            "Inspectors and recusals are exactly those that were committed.",
        ),
    ),
    step(
        4,
        "frames",
        ("抽样框", "frames"),
        (
            "参加抽取的检查对象就是封存的那些，一个不多一个不少。",
            "The subjects in the draw are exactly those that were committed.",
        ),
    ),
    step(
        5,
        "opening",
        ("公开", "opening"),
        ("公开的内容就是当初保密封存的内容。", "What was opened is what was sealed."),
    ),
    step(
        6,
        "beacon",
        ("公开随机信标", "beacon"),
        (
            "随机数来自承诺事先指定的公开来源。",
            "The random value comes from the public source named in advance.",
        ),
    ),
    step(
        7,
        "time",
        ("封存时间", "time"),
        (
            "承诺在随机数产生之前公布。",
            "The commitment was published before the random value existed.",
        ),
    ),
    step(
        8,
        "manifest",
        ("清单", "manifest"),
        (
            "清单上的摘要与各文件一致，任何改动都会显出。",
            "The manifest's digests are those of the files: any change would show.",
        ),
    ),
    step(
        9,
        "draw",
        ("随机抽取", "draw"),
        (
            "重新计算抽签号和名次，抽中的就是该抽中的。",
            "Tickets and ranks, computed anew, draw exactly these subjects.",
        ),
    ),
    step(
        10,
        "rolls",
        ("对照卷", "rolls"),
        ("对照卷绑定了每个对象的抽签号和名次。", "The rolls bind every subject's ticket and rank."),
    ),
    step(
        11,
        "visits",
        ("入户检查", "visits"),
        (
            "同一对象的多项任务合并为一次检查，不多不少。",
            "All tasks of one subject are merged into one visit.",
        ),
    ),
    step(
        12,
        "pairing",
        ("随机匹配", "pairing"),
        (
            "每个岗位都由符合条件、无需回避的不同人员担任，不超过上限。",
            "Every slot is filled by an eligible, distinct inspector within his capacity.",
        ),
    ),
    step(
        13,
        "optimum",
        ("最优证书", "optimum"),
        (
            "没有人挑选人员：这是规则下唯一的最优匹配。",
            "Nobody chose the inspectors: this is the one optimal pairing under the rules.",
        ),
    ),
    step(
        14,
        "rounds",
        ("轮次", "rounds"),
        (
            "互不相容的人员按规则分开，没有人为调整。",
            "Incompatible inspectors were parted by the rule, not by hand.",
        ),
    ),
    step(
        15,
        "shortage",
        ("人员不足的证明", "shortage"),
        ("人员确实不足以完成匹配。", "There are indeed too few inspectors for a pairing."),
    ),
    step(
        16,
        "events",
        ("事件", "events"),
        (
            "事后的变动前后相连；替换的对象和人员都由规则得出，没有人挑选。",
            "What happened afterwards is chained, and whoever was replaced was replaced by the rule, not by choice.",
        ),
    ),
    step(
        17,
        "schedule",
        ("检查日程", "schedule"),
        ("检查日程格式规范。", "The schedule is well formed."),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_places() {
        assert!((1..).zip(STEPS).all(|(number, step)| step.number == number));
    }
}
