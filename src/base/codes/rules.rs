//! P50–P69: local rules, credit classes, burden and history, as a plan meets them.

use super::Rule;
use crate::base::finding::Severity::{Error, Note, Warning};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "P50",
        Error,
        ("细则自相矛盾", "contradictory rules"),
        (
            "改正其中一条：下限不得高于上限，一个名称只属一个部门。",
            "Correct one of them: no floor above a cap, and no name of two agencies.",
        ),
    ),
    Rule::new(
        "P51",
        Warning,
        ("细则所列事项不在清单上", "a rule for a matter that is not listed"),
        (
            "核对事项编号；不在清单上的事项不能抽查，这条规则对它不起作用。",
            "Check the id: a matter that is not listed is never inspected, and the rule has no effect on it.",
        ),
    ),
    Rule::new(
        "P52",
        Error,
        ("低于细则的抽查比例", "below the ratio that the rules demand"),
        (
            "提高比例或数量；下限向上取整。按类的下限须逐类写明比例。",
            "Raise the ratio or the number: a floor rounds up. A floor for every class needs a ratio for each.",
        ),
    ),
    Rule::new(
        "P53",
        Error,
        ("高于细则的抽查比例", "above the ratio that the rules allow"),
        ("降低比例或数量；上限向下取整。", "Lower the ratio or the number: a cap rounds down."),
    ),
    Rule::new(
        "P54",
        Error,
        ("检查组人数少于细则", "a team smaller than the rules demand"),
        (
            "在 slots 中增加执法检查人员的岗位（专家不计）。",
            "Add inspectors' slots; experts do not count.",
        ),
    ),
    Rule::new(
        "P55",
        Error,
        ("没有要求事项所需的专长", "a speciality that the matter needs is not demanded"),
        (
            "在所需数目的岗位的 needs 中写上这个标签。",
            "Write the tag into the needs of as many slots.",
        ),
    ),
    Rule::new(
        "P56",
        Warning,
        ("有回避记录因细则未列入", "recusals that the rules do not accept"),
        (
            "这些回避的原因不在细则认可之列，不起作用：核对原因，或修改细则。",
            "Their reasons are none that the rules accept, so they have no effect: check them, or change the rules.",
        ),
    ),
    Rule::new(
        "P57",
        Note,
        ("因轮换而回避", "recusals by rotation"),
        (
            "最近检查过同一对象的人员本次不再检查它；各条在回避名录中，原因为 rotation。",
            "Who inspected a subject lately does not come again; the rows stand among the recusals with the reason rotation.",
        ),
    ),
    Rule::new(
        "P58",
        Error,
        ("跨所检查时对象没有所", "no station, where stations are to be crossed"),
        (
            "细则要求不检查本所的对象：在名录中补上这些对象的所。",
            "The rules keep inspectors from their own station's subjects: add the stations of these to the register.",
        ),
    ),
    Rule::new(
        "P59",
        Note,
        ("通用+专业融合改变了类别", "classes changed by fusion"),
        (
            "这些对象按融合后的类别分层；融合表在细则中。",
            "They stand in the stratum of the joined class; the table is in the rules.",
        ),
    ),
    Rule::new(
        "P60",
        Error,
        ("专业类别无法融合", "a sector class that cannot be joined"),
        (
            "在融合表中补上这一格；一个对象同一专业只许有一个类别标签。",
            "Add the cell to the table of the fusion; of one sector a subject has one class.",
        ),
    ),
    Rule::new(
        "P61",
        Warning,
        ("白名单使对象免于抽查", "subjects exempt by the white list"),
        (
            "细则写明了免于抽查；人数写入承诺。确认仍应如此。",
            "The rules say so, and the commitment counts them. Make sure that it is still meant.",
        ),
    ),
    Rule::new(
        "P62",
        Warning,
        ("比例为零使一类免于抽查", "a class exempt by a ratio of zero"),
        (
            "该类一户也不会抽到：确认计划确要如此，否则写明大于零的比例。",
            "Nobody of this class can be drawn: make sure that the plan means it, or give a ratio above zero.",
        ),
    ),
    Rule::new(
        "P63",
        Note,
        ("部分事项属重点监管", "under key supervision in some matters only"),
        (
            "这些对象留在抽样框中：只有各事项都属重点监管的才排除；到场时重点监管的事项另查。",
            "They stay in the frame: only who is under key supervision in every matter of the task is left out.",
        ),
    ),
    Rule::new(
        "P64",
        Warning,
        ("连同触发式检查已达总数上限", "at the cap once triggered checks are counted"),
        (
            "上限只约束计划内检查，这些对象仍可抽中；确有必要再查，或合并进行。",
            "The cap binds planned visits, so they can be drawn: merge the visits, or make sure that they are needed.",
        ),
    ),
    Rule::new(
        "P65",
        Warning,
        ("有已封存而未抽取的抽取未计入", "commitments not drawn yet do not count"),
        (
            "上限和间隔只看已抽取的：先完成或作废那些抽取，再封存本次。",
            "Caps and windows look at what was drawn: draw or void those first, then commit this one.",
        ),
    ),
];
