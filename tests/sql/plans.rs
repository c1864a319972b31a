//! Plans and local rules that ask everything the language can of one table, and the registers beside it.

pub const MATTERS: &str = "id,name,kind,dept\nM010,一,一般,市监\nM011,二,一般,市监\nM012,三,一般,市监\nM016,四,一般,市监\n";
pub const INSPECTORS: &str = "iid,name,dept,area,cert_valid_to,state,lead,tags,capacity
E1,甲,市监,城东,2027-12-31,在岗,是,insurer:甲保险,500
E2,乙,市监,城西,2027-12-31,在岗,是,insurer:乙保险,500
E3,丙,市监,城南,2027-12-31,在岗,是,insurer:丙'保\\险,500
";

pub const HEAD: &str = r#"format = "ssj-plan/1"
draw = "T-2026Q3"
agency = "示例局"
title = "测试"
window = { from = "2026-07-24", to = "2026-09-30" }
mode = "open"
classes = "public"
credit = { unrated = "C", stale_after_days = 120 }
[beacon]
trust = "public"
margin_s = 600
sources = [{ kind = "drand", chain = "quicknet", round = 30662982 }]
[replacement]
subject = "none"
inspector = "beacon"
[slots]
lead = { needs = ["lead"] }
member = { needs = ["dept:市监"] }
local = { needs = ["area:{area}"] }
insured = { needs = ["insurer:{insurer}"] }
"#;

/// Scope, exclusions and sample of tasks that ask everything, with their matters and slots.
const TASKS: [[&str; 5]; 8] = [
    [
        "kind = ['企业', '个体工商户'], tags_any = ['餐饮', '食品销售'], status = ['存续', '歇业']",
        "drawn_within_days = 180, key_supervised = true",
        "by = 'credit', ratio = { A = '1%', B = '5-20%', C = '不低于10%', D = '30%' }",
        "'M011', 'M012'",
        "'lead', 'member'",
    ],
    [
        "region = ['3301', '440305'], industry = ['F', 'H', '7'], tags_none = ['餐饮']",
        "",
        "by = 'credit', number = 20, weights = { A = 1, B = 2, C = 5, D = 20 }",
        "'M010', 'M016'",
        "'lead', 'member'",
    ],
    [
        "tags_any = ['广告'], score_min = 100, score_max = 900",
        "",
        "number = 5, weight = 'score'",
        "'M012'",
        "'lead', 'member'",
    ],
    [
        "established_from = 2010-03-01, established_to = '2024-02-29', lists_any = ['经营异常', '黑名单']",
        "drawn_within_months = 6",
        "all = true",
        "'M016'",
        "'lead', 'member'",
    ],
    ["kind = ['企业', \"企'业\\\\\"]", "", "number = 30", "'M010'", "'lead', 'member'"],
    [
        "area = ['城东', '城西'], tags_any = ['insurer:甲保险', \"insurer:丙'保\\\\险\"], lists_none = ['白名单', '严重违法'], credit_class = ['B', 'C']",
        "key_supervised = true",
        "ratio = '5-20%'",
        "'M010', 'M011'",
        "'local', 'insured', 'lead'",
    ],
    [
        "office = [\"城东'分\\\\局\", '示例区市场监督管理局'], station = ['一所', '二所', '城东一所', '城东二所'], tags_all = [\"o'neill\\\"$K\"]",
        "",
        "per_officer = 1, dept = '市监', by = 'credit', weights = { A = 3, B = 2, C = 5, D = 1048576 }",
        "'M012'",
        "'lead', 'member'",
    ],
    [
        "register = ['特殊名录'], status = ['存续', '注销', '吊销']",
        "",
        "all = true",
        "'M010', 'M011'",
        "'lead', 'member'",
    ],
];

pub const RULES: &str = r#"format = "ssj-rules/1"
version = "1"
title = "细则"
issued = 2026-01-05
[[rule]]
id = "white"
kind = "white_list"
name = "白名单免于抽查"
basis = "第 1 条"
matters = ["M012", "M016"]
[[rule]]
id = "key"
kind = "key_supervised"
name = "重点监管另查"
basis = "第 2 条"
matters = ["M012"]
[[fusion]]
id = "food"
name = "融合"
basis = "第 3 条"
matters = ["M011", "M012"]
tag = "食品风险"
[fusion.table]
A = { A = "A", B = "B", C = "B", D = "C" }
B = { A = "B", B = "B", C = "C", D = "C" }
C = { A = "C", B = "C", C = "C", D = "D" }
D = { A = "C", B = "D", C = "D", D = "D" }
[[fusion]]
id = "insured"
name = "融合"
basis = "第 4 条"
matters = ["M010"]
tag = "insurer"
[fusion.table]
A = { "甲保险" = "A", "乙保险" = "D" }
B = { "甲保险" = "B", "丙'保\\险" = "A" }
C = { "甲保险" = "C", "丙'保\\险" = "B" }
D = { "甲保险" = "D", "丙'保\\险" = "D" }
"#;

/// The plan of all tasks, those of the insurers' fusion left out where it binds.
pub fn plan_text(ruled: bool) -> String {
    let mut text = HEAD.to_owned();
    for (at, [scope, exclude, sample, matters, slots]) in TASKS.iter().enumerate() {
        // Two insurers of one subject cannot be joined: that is refused, and has its own case.
        let matters = match (ruled, at) {
            (true, 1 | 4) => "'M016'",
            _ => matters,
        };
        let kind = if at == 4 { "untargeted" } else { "targeted" };
        text += &format!(
            "[[task]]\nlist = \"T{at}\"\ntitle = \"任务 {at}\"\nmatters = [{matters}]\ntype = \"{kind}\"\n\
             scope = {{ {scope} }}\nexclude = {{ {exclude} }}\nsample = {{ {sample} }}\nslots = [{slots}]\n"
        );
    }
    text
}
