//! F: formats of bundle files. C: the commitment. B: beacons. M: matching. V: the numbered checks of a verification.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

const ASK: (&str, &str) = (
    "向公布机关索取原件；如仍不符，这份结果不能采信。",
    "Fetch the bundle again from where it was published; if it still fails, do not rely on this result.",
);

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "F01",
        Error,
        ("不是规范文本", "not canonical text"),
        (
            "须为 UTF-8（NFC）、LF 换行、无 BOM、末行以 LF 结束；请勿用表格软件或记事本另存公示包内的文件，从发布处重新取得。",
            "Must be UTF-8 in NFC with LF line ends, no BOM and a final LF. Do not re-save files of a bundle in an editor; fetch them again from where they were published.",
        ),
    ),
    Rule::new(
        "F02",
        Error,
        ("表格不合格式", "malformed table"),
        (
            "表头和列数须与 docs/protocol.md 完全一致；从发布处重新取得该文件。",
            "Header and number of columns must be exactly those of docs/protocol.md; fetch the file again from where it was published.",
        ),
    ),
    Rule::new(
        "F03",
        Error,
        ("字段不合格式", "malformed field"),
        (
            "对照 docs/protocol.md 中该列的形式；从发布处重新取得该文件。",
            "Compare with the form of this column in docs/protocol.md; fetch the file again from where it was published.",
        ),
    ),
    Rule::new(
        "F04",
        Error,
        ("行序不对或有重复行", "rows out of order or repeated"),
        (
            "各行须按规定的次序排列且互不重复；从发布处重新取得该文件。",
            "Rows must stand in the stated order, none twice; fetch the file again from where it was published.",
        ),
    ),
    Rule::new(
        "F05",
        Error,
        ("JSON 不合格式", "malformed JSON"),
        (
            "须为 RFC 8785 规范形式：键有序且不重复，无空白，只含文字、整数、真假、数组和对象；从发布处重新取得该文件。",
            "Must be RFC 8785: keys in order and none twice, no white space, only strings, integers, booleans, arrays and objects. Fetch the file again from where it was published.",
        ),
    ),
    Rule::new(
        "F06",
        Error,
        ("缺少文件", "missing file"),
        (
            "公示包不完整：从发布处重新取得；如果正在抽取，重新执行同一命令即可补齐。",
            "The bundle is incomplete: fetch it again; while drawing, run the same command again and it completes the bundle.",
        ),
    ),
    Rule::new(
        "F07",
        Error,
        ("多余文件", "extra file"),
        (
            "公示包内只许有规定的文件：请把该文件移出文件夹。",
            "A bundle holds only the files of the protocol: move this one out of the folder.",
        ),
    ),
    Rule::new(
        "F08",
        Error,
        ("不是普通文件", "not a regular file"),
        (
            "公示包内不许有符号链接、设备或名称不合规的文件：换成文件本身。",
            "Symbolic links, devices and unreadable names are not allowed in a bundle: put the file itself there.",
        ),
    ),
    Rule::new(
        "F09",
        Error,
        ("超过长度上限", "beyond the size limit"),
        (
            "表格一行至多 64 KiB，JSON 文件至多 16 MiB：该文件已损坏或不是公示包的文件。",
            "A table's line has at most 64 KiB, a JSON file at most 16 MiB: the file is damaged or not one of a bundle.",
        ),
    ),
    Rule::new(
        "F10",
        Error,
        ("公开不完整", "half opened"),
        (
            "保密抽取要么只含公开部分，要么连同 opening.json 全部公开：机关重复同一 ssj open 命令即可补齐，在此之前不要公布。",
            "A sealed draw shows either only its public files or all of them with opening.json: the office repeats the same ssj open, which completes it, and does not publish it before.",
        ),
    ),
    Rule::new(
        "C01",
        Error,
        ("封存承诺违反规则", "commitment breaks a rule"),
        (
            "这份承诺不能作为有效抽取的依据：请向发布机关反映，由其说明。",
            "No valid draw can rest on this commitment: ask the office that published it.",
        ),
    ),
    Rule::new(
        "B01",
        Error,
        ("信标的公开熵不足", "beacon too weak"),
        (
            "公开来源合计至少 64 比特：加上一个 drand 轮次，或增加彩票期次。",
            "Public sources must carry at least 64 bits together: add a drand round or further lottery issues.",
        ),
    ),
    Rule::new(
        "B02",
        Error,
        ("信标来源次序不对或重复", "beacon sources out of order or repeated"),
        (
            "各来源按时间严格递增排列，同一来源不得出现两次，最难操纵的放在最后。",
            "Times must strictly ascend, no source may stand twice, the least manipulable comes last.",
        ),
    ),
    Rule::new(
        "B03",
        Error,
        ("信标时间已过或过近", "beacon overdue or too near"),
        (
            "最早的来源须晚于封存时刻至少 margin_s 秒：改用以后的轮次或期次。",
            "The earliest source must lie at least margin_s seconds after the commitment: name a later round or issue.",
        ),
    ),
    Rule::new(
        "B04",
        Error,
        ("信标来源不被接受", "beacon source not accepted"),
        (
            "只接受协议列出的来源；drand 只接受 quicknet 链，公开信标不得含骰子和见证人份额。",
            "Only the protocol's sources are accepted: of drand the chain quicknet; dice and witnesses' shares only with trust \"witnessed\".",
        ),
    ),
    Rule::new(
        "B05",
        Error,
        ("drand 签名不符", "wrong drand signature"),
        (
            "核对轮次，从任一 drand 节点重新取得该轮的签名。",
            "Check the round and fetch its signature again from any drand node.",
        ),
    ),
    Rule::new(
        "B06",
        Error,
        ("信标值不合格式", "malformed beacon value"),
        (
            "按公告照录：号码个数、范围和次序须与该玩法一致。",
            "Enter what was announced: count, range and order of the numbers must be the game's.",
        ),
    ),
    Rule::new(
        "B07",
        Error,
        ("信标时间未到", "beacon not due yet"),
        ("等到承诺写明的时刻之后再执行。", "Wait until the time named in the commitment."),
    ),
    Rule::new(
        "B08",
        Error,
        ("两次录入不一致", "typed values differ"),
        ("对照公告重新录入两遍。", "Compare with the announcement and type the value twice again."),
    ),
    Rule::new(
        "B09",
        Error,
        ("信标值个数不对", "wrong number of beacon values"),
        (
            "承诺中的每个来源恰好给一个值，次序相同。",
            "Give exactly one value for each source of the commitment, in its order.",
        ),
    ),
    Rule::new(
        "B10",
        Warning,
        ("信标时间已过或过近", "beacon overdue or too near: commit will refuse it"),
        ("改用以后的轮次或期次，或尽快封存。", "Name a later round or issue, or commit in time."),
    ),
    Rule::new(
        "B11",
        Note,
        ("现在封存会因时间被拒绝", "committed now, it would be refused for its time"),
        (
            "已封存的季度不必理会，尚未封存的改用以后的轮次或期次；演练用 --clock 把时间定在信标之前。",
            "Nothing is to be done for a quarter that is committed; another needs a later round or issue. A rehearsal sets --clock to a time before its beacon.",
        ),
    ),
    Rule::new(
        "B12",
        Error,
        ("骰子没有写明见证人", "dice without their witnesses"),
        (
            "骰子的点数只有在场的人能证明：用 --by 写明见证人，印入各公告。",
            "Only who was there can vouch for dice: name the witnesses with --by, which is printed in every notice.",
        ),
    ),
    Rule::new(
        "F12",
        Error,
        ("尚未抽取", "not drawn yet"),
        (
            "承诺和名录已封存，还没有结果可核验：抽取之后再核验。",
            "The package is frozen and has no result to verify yet: verify it after the draw.",
        ),
    ),
    Rule::new(
        "M01",
        Error,
        ("执法人员不足，无法匹配", "too few inspectors: pairing impossible"),
        (
            "增加可检查户数上限、补充符合条件的人员，或调整岗位要求；已抽中的检查对象不变。",
            "Raise capacities, add qualified inspectors or relax the slots' needs; the drawn subjects stand.",
        ),
    ),
    Rule::new(
        "M02",
        Error,
        ("检查对象缺少占位标签", "subject lacks a placeholder's tag"),
        (
            "为该检查对象补上标签（如片区、所），或从岗位要求中去掉该占位符。",
            "Give the subject the tag (area, station, …) or take the placeholder out of the slot.",
        ),
    ),
    Rule::new(
        "M03",
        Warning,
        ("岗位无人符合", "nobody qualifies for a slot"),
        (
            "检查岗位要求中的标签是否写对，或补充符合条件的人员；抽中这些对象时将无法匹配。",
            "Check the tags of the slot or add qualified inspectors; if such a subject is drawn, pairing fails.",
        ),
    ),
    Rule::new(
        "M04",
        Error,
        ("一次检查的岗位超过上限", "too many slots in one visit"),
        (
            "同一对象合并后的岗位至多 16 个：统一各任务的岗位定义，或减少联合任务。",
            "A visit has at most 16 slots after merging: share slot definitions between tasks or join fewer of them.",
        ),
    ),
    Rule::new(
        "M05",
        Error,
        ("匹配失败的模拟概率超过 1 %", "simulated chance of failing pairing above 1 %"),
        (
            "提高上限或增加人员；确需如此时用 --approve-shortage 写明批准人，承诺中将记载。",
            "Raise capacities or add inspectors; if it must be, name the approver with --approve-shortage: the commitment records it.",
        ),
    ),
    Rule::new(
        "M06",
        Note,
        ("可选人员少于三名", "fewer than three eligible inspectors"),
        (
            "此类岗位几乎没有随机性，核验时会列出；如有可能请扩大人员范围。",
            "There is hardly any chance in such a slot and every verifier lists it; widen the pool where possible.",
        ),
    ),
    Rule::new(
        "M07",
        Error,
        ("隔离区未清空", "rows wait in quarantine"),
        (
            "改正后重新导入（ssj registry quarantine 列出各行）；确需如此时用 --approve-quarantine 写明批准人，承诺中将记载。",
            "Correct them and import again (ssj registry quarantine lists them); if it must be, name the approver with --approve-quarantine: the commitment records it.",
        ),
    ),
    Rule::new(
        "M13",
        Error,
        ("互斥记录过多，须经批准", "more than three incompatible rows need approval"),
        (
            "互斥记录过多可左右匹配结果：核实各条；属实的用 --approve-incompatible 写明批准人，承诺中将记载。",
            "Declared quarrels can steer the pairing: look into them; if they are true, name the approver with --approve-incompatible: the commitment records it.",
        ),
    ),
    Rule::new("V03", Error, ("核验3：人员与回避名录不符", "check 3 failed: registers"), ASK),
    Rule::new("V04", Error, ("核验4：抽样框不符", "check 4 failed: frames"), ASK),
    Rule::new("V05", Error, ("核验5：公开保密内容不符", "check 5 failed: opening"), ASK),
    Rule::new("V08", Error, ("核验8：清单不符", "check 8 failed: manifest"), ASK),
    Rule::new("V09", Error, ("核验9：随机抽取不符", "check 9 failed: draw"), ASK),
    Rule::new("V10", Error, ("核验10：对照卷不符", "check 10 failed: rolls"), ASK),
    Rule::new("V11", Error, ("核验11：入户检查不符", "check 11 failed: visits"), ASK),
    Rule::new("V12", Error, ("核验12：随机匹配不符", "check 12 failed: pairing"), ASK),
    Rule::new("V13", Error, ("核验13：最优证书不符", "check 13 failed: optimum"), ASK),
    Rule::new("V14", Error, ("核验14：轮次不符", "check 14 failed: rounds"), ASK),
    Rule::new("V15", Error, ("核验15：人员不足的证明不符", "check 15 failed: shortage"), ASK),
    Rule::new("V16", Error, ("核验16：事件不符", "check 16 failed: events"), ASK),
    Rule::new(
        "V18",
        Error,
        ("抽签凭证不成立", "the receipt does not hold"),
        (
            "向出具凭证的机关询问，并核验完整的公示包；请使用自己取得的核验工具。",
            "Ask the office that gave the receipt and verify the whole bundle, with a verifier obtained independently.",
        ),
    ),
    Rule::new(
        "V19",
        Error,
        ("名录不是封存时的版本", "not the register that was committed"),
        (
            "用 ssj registry log 查看各版本；承诺写明了封存时各名录的摘要。",
            "Look at the versions with ssj registry log; the commitment names the digests of the registers.",
        ),
    ),
    Rule::new(
        "V20",
        Error,
        ("计划或承诺与重算不符", "plan or commitment is not as recomputed"),
        (
            "承诺的这一项不能由所存的计划和名录得出：询问封存的机关。",
            "This part of the commitment does not follow from the plan and registers on record: ask the office.",
        ),
    ),
    Rule::new(
        "V21",
        Error,
        ("冻结的表与重算不符", "a frozen table is not as recomputed"),
        (
            "这张表不能由所存的计划和名录得出，有人被加入、删去或改动：询问封存的机关。",
            "The table does not follow from the plan and registers on record: somebody was added, removed or changed. Ask the office.",
        ),
    ),
];
