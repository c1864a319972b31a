//! The list of matters that may be inspected (随机抽查事项清单), in words of our own.
//!
//! Kinds of matters and the statutes are those of published lists (Zhejiang 2017 and later statutes); an article is named
//! only where it is the one that orders checks by lot. M006 and M013 have lapsed, as matters do: a plan must not use them.

use super::csv::Table;

const HEADER: &str =
    "事项编号,事项名称,类别,事项类型,实施部门,检查对象,检查方式,检查依据,生效日期,失效日期";

/// Name, category, key matter?, department, subjects, legal basis; the row's number is the matter's.
type Matter = (&'static str, &'static str, bool, &'static str, &'static str, &'static str);

const MARKET: &str = "市监";
const FIRE: &str = "消防";
const HEALTH: &str = "卫健";
const ENVIRONMENT: &str = "生态环境";

#[rustfmt::skip] // one matter, one line
const MATTERS: [Matter; 36] = [
    ("企业公示信息检查", "信息公示", false, MARKET, "企业", "《企业信息公示暂行条例》第十四条;《企业公示信息抽查办法》"),
    ("登记事项检查", "登记注册", false, MARKET, "企业、个体工商户、农民专业合作社", "《市场主体登记管理条例》"),
    ("个体工商户年度报告检查", "信息公示", false, MARKET, "个体工商户", "《个体工商户年度报告暂行办法》"),
    ("农民专业合作社年度报告检查", "信息公示", false, MARKET, "农民专业合作社", "《农民专业合作社年度报告公示暂行办法》"),
    ("直销经营行为检查", "直销监管", true, MARKET, "直销企业及其分支机构", "《直销管理条例》"),
    ("拍卖活动检查", "经营行为", false, MARKET, "拍卖企业", "《拍卖法》"),
    ("合同格式条款检查", "经营行为", false, MARKET, "使用格式条款的经营者", "《合同行政监督管理办法》"),
    ("价格行为检查", "价格监管", false, MARKET, "经营者", "《价格法》;《明码标价和禁止价格欺诈规定》"),
    ("网络交易经营者检查", "网络交易", false, MARKET, "网络交易经营者", "《电子商务法》;《网络交易监督管理办法》"),
    ("食品生产监管", "食品安全", true, MARKET, "食品生产者", "《食品安全法》;《食品生产经营监督检查管理办法》"),
    ("食品销售监管", "食品安全", false, MARKET, "食品销售者", "《食品安全法》;《食品生产经营监督检查管理办法》"),
    ("餐饮服务监管", "食品安全", false, MARKET, "餐饮服务提供者", "《食品安全法》;《食品生产经营监督检查管理办法》"),
    ("食品流通许可证后检查", "食品安全", false, MARKET, "食品销售者", "《食品安全法》"),
    ("食用农产品集中交易市场检查", "食品安全", false, MARKET, "市场开办者、销售者", "《食用农产品市场销售质量安全监督管理办法》"),
    ("广告经营检查", "广告监管", false, MARKET, "广告经营者、广告发布者", "《广告法》"),
    ("药品零售检查", "药品安全", true, MARKET, "药品零售企业", "《药品管理法》;《药品经营和使用质量监督管理办法》"),
    ("医疗器械经营检查", "医疗器械", false, MARKET, "医疗器械经营企业", "《医疗器械监督管理条例》"),
    ("化妆品经营检查", "化妆品", false, MARKET, "化妆品经营者", "《化妆品监督管理条例》"),
    ("医疗机构药品使用质量检查", "药品安全", true, MARKET, "医疗机构", "《药品管理法》"),
    ("计量器具使用检查", "计量", false, MARKET, "计量器具使用者", "《计量法》"),
    ("定量包装商品计量检查", "计量", false, MARKET, "定量包装商品生产者、销售者", "《定量包装商品计量监督管理办法》"),
    ("检验检测机构检查", "检验检测", false, MARKET, "检验检测机构", "《检验检测机构监督管理办法》"),
    ("认证活动检查", "认证", false, MARKET, "获证组织、认证机构", "《认证认可条例》"),
    ("工业产品质量检查", "产品质量", false, MARKET, "工业产品生产者、销售者", "《产品质量法》"),
    ("商标使用行为检查", "知识产权", false, MARKET, "商标使用人、商标印制单位", "《商标法》"),
    ("房地产经纪机构检查", "经营行为", false, MARKET, "房地产经纪机构", "《房地产经纪管理办法》"),
    ("校外培训机构收费和合同检查", "经营行为", false, MARKET, "校外培训机构", "《价格法》;《合同行政监督管理办法》"),
    ("机动车维修经营者价格和配件检查", "经营行为", false, MARKET, "机动车维修经营者", "《价格法》;《产品质量法》"),
    ("特种设备使用单位检查", "特种设备", true, MARKET, "特种设备使用单位", "《特种设备安全法》;《特种设备安全监察条例》"),
    ("危化品承压类特种设备检查", "特种设备", true, MARKET, "储存、输送危化品的承压设备", "《特种设备安全法》;《特种设备安全监察条例》"),
    ("消防监督抽查", "消防安全", false, FIRE, "机关、团体、企业、事业单位", "《消防法》;《消防监督检查规定》"),
    ("公众聚集场所消防检查", "消防安全", true, FIRE, "公众聚集场所", "《消防法》;《消防监督检查规定》"),
    ("公共场所卫生监督", "公共卫生", false, HEALTH, "住宿、美容美发、洗浴等公共场所", "《公共场所卫生管理条例》"),
    ("医疗机构依法执业检查", "医疗卫生", true, HEALTH, "医疗机构", "《医疗机构管理条例》"),
    ("排污单位环境监管", "生态环境", false, ENVIRONMENT, "排污单位", "《环境保护法》;《排污许可管理条例》"),
    ("危险废物管理检查", "生态环境", true, ENVIRONMENT, "危险废物产生、经营单位", "《固体废物污染环境防治法》"),
];

/// matters.csv.
pub(super) fn csv() -> String {
    let mut table = Table::new(HEADER, 8192);
    for (index, (name, category, key, department, subjects, basis)) in
        MATTERS.into_iter().enumerate()
    {
        let number = index + 1;
        let means: &[&str] = match department {
            MARKET if index < 4 => &["书面检查", "现场检查", "网络监测"],
            MARKET => &["现场检查", "书面检查"],
            _ => &["现场检查"],
        };
        let until = match number {
            6 => "2026-03-31",
            13 => "2025-12-31",
            _ => "",
        };
        let from = if number == 1 { "2025-09-01" } else { "2024-01-01" };
        table.field(&format!("M{number:03}")).field(name).field(category);
        table
            .field(if key { "重点" } else { "一般" })
            .field(department)
            .field(subjects)
            .list(means);
        table.field(basis).field(from).field(until).end();
    }
    table.finish()
}
