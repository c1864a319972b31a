//! Invented names of businesses, people and streets.
//!
//! A business is called place + trade name + words of its trade + form. The places (示例市, 示例区, 示例国) do not exist,
//! so no name is that of a real company, whatever its trade name. Names are counted off, not thrown: each kind of name
//! walks through a permutation of its trade names, so that they are unique at any size without a set of those given.

use super::rng::{Dice, mix, spread};

/// 片区.
pub(super) const AREAS: [&str; 6] = ["城东", "城西", "城南", "城北", "临港", "云溪"];

/// How many of 1000 subjects stand in each area.
pub(super) const AREA_SHARES: [u32; 6] = [200, 180, 170, 170, 140, 140];

/// 所: two for each area, number 2k and 2k + 1 for area k.
pub(super) const STATIONS: [&str; 12] = [
    "城东一所",
    "城东二所",
    "城西一所",
    "城西二所",
    "城南一所",
    "城南二所",
    "城北一所",
    "城北二所",
    "临港一所",
    "临港二所",
    "云溪一所",
    "云溪二所",
];

const FIRST: &str = "瑞恒禾沐晨澜锦翊霖栖岚墨棠萤朔砚珩筠苇麓汐穗榆桦槿梧鹭雁隼鲸璟琅琢铭铎钰锐烁煜炜焕熠宸弘衡裕昇润泽诺奕\
                     泓沁涵淳渊溯漾潇瀚灏竹松柏枫杉椿榕樟梓楠橙柚莓菱荷芷芸茗莱萱蔚蕴藤霁霄霞霜露朗旭昊晖晟曜";
const SECOND: &str = "丰盛隆泰顺祥和悦欣怡宁安康逸畅达源溢聚汇鑫鼎峰岭川洋涛波帆航舟桥途程越腾翔飞跃驰骏驹麟凰鸣韵律诗雅\
                      颂谣月辰曦晴昕晓昭皓皎皑雪冰凌寒暖阳煦炎焰灿辉耀映景致境界圃苑庭轩阁亭台楼榭坊铺驿渡湾渚";
const THIRD: &str = "尔思维卓凯迪伦森曼莎琪娜妮菲蒂";

/// Surnames, also for shops (老周小吃店); none of them is a character of trade names.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶魏苏吕丁任卢姚沈\
                        钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛阎段雷钱汤殷陶贺顾毛郝龚邵万覃武戴";
const GIVEN_FIRST: &str =
    "佳思雨子梓俊晓文志建国明春秋海玉雪婉静立启承永仲伯书砚锦若清映景向振宏厚广";
const GIVEN_SECOND: &str =
    "宁琳峰涛斌洁敏蕾颖妍菲岚薇钧铭锋毅刚勇辉翔宇轩泽瀚涵晗昕旻晟朗恺恒骁鹏禾苗竹兰萍燕";

const STREETS: [&str; 24] = [
    "春晓路",
    "望舒街",
    "青禾路",
    "栖云巷",
    "松涛路",
    "鹿鸣街",
    "听泉路",
    "稻香路",
    "星河大道",
    "知秋街",
    "拾光巷",
    "白鹭路",
    "远帆路",
    "潮生街",
    "锚地路",
    "灯塔巷",
    "云锦路",
    "溪山街",
    "竹影路",
    "采薇巷",
    "朝霞路",
    "流萤街",
    "长庚路",
    "初雪巷",
];

/// The places that names of businesses begin with.
const CITY: [&str; 2] = ["示例市", "示例区"];

/// Gives each word and place its next trade name.
pub(super) struct Names {
    seed: u64,
    /// One counter for each (kind of name, place, style): see `key`.
    counters: Vec<u32>,
    first: Vec<char>,
    second: Vec<char>,
    third: Vec<char>,
    surnames: Vec<char>,
}

/// A word of one trade of one list of `trades`.
#[derive(Clone, Copy)]
pub(super) struct Word {
    /// Number of the list, below 8; of the trade in it, below 128; of the word in the trade, below 8.
    pub list: usize,
    pub trade: usize,
    pub word: usize,
}

const STYLES: usize = 3;
const PLACES: usize = 8;

impl Names {
    pub(super) fn new(seed: u64) -> Names {
        Names {
            seed,
            counters: vec![0; 8 * 128 * 8 * PLACES * STYLES],
            first: FIRST.chars().collect(),
            second: SECOND.chars().collect(),
            third: THIRD.chars().collect(),
            surnames: SURNAMES.chars().collect(),
        }
    }

    /// 示例市瑞丰食品有限公司: the place is a city or district name.
    pub(super) fn enterprise(&mut self, dice: &mut Dice, word: Word, text: &str) -> String {
        let place = usize::from(dice.chance(450));
        let style = if dice.chance(120) { 2 } else { 0 };
        let form = ["有限公司", "有限责任公司", "股份有限公司", "商行（个人独资）"]
            [dice.weighted([880, 70, 20, 30].into_iter())];
        format!("{}{}{text}{form}", CITY[place], self.brand(word, place, style))
    }

    /// 示例区城东老周小吃店: with the area for most, so that the same trade name may stand in two areas.
    pub(super) fn local(
        &mut self,
        dice: &mut Dice,
        word: Word,
        text: &str,
        area: usize,
        shop: bool,
    ) -> String {
        let style = if shop && dice.chance(450) { 1 } else { 0 };
        let (place, area) = if dice.chance(750) { (area + 1, AREAS[area]) } else { (0, "") };
        format!("示例区{area}{}{text}", self.brand(word, place, style))
    }

    /// 示例国瑞丰贸易公司示例市代表处: of a country that does not exist either.
    pub(super) fn office(&mut self, word: Word, text: &str) -> String {
        format!("示例国{}{text}示例市代表处", self.brand(word, 0, 2))
    }

    /// The next trade name for this word and place: two characters (0), 老周 周记 阿周 (1), three characters (2).
    fn brand(&mut self, word: Word, place: usize, style: usize) -> String {
        let key = ((word.list * 128 + word.trade) * 8 + word.word) * PLACES + place;
        let styles = [style, 0, 2];
        let two = (self.first.len() * self.second.len()) as u64;
        let sizes = [two, 3 * self.surnames.len() as u64, two * self.third.len() as u64];
        let (style, count) = styles
            .into_iter()
            .map(|style| (style, u64::from(self.counters[key * STYLES + style])))
            .find(|&(style, count)| count < sizes[style])
            .expect("bug: a quarter of a million names for each word and place are enough for a million subjects");
        self.counters[key * STYLES + style] += 1;
        let at = spread(count, sizes[style], mix(self.seed, (key * STYLES + style) as u64) >> 8)
            as usize;
        let pair =
            |at: usize| [self.first[at / self.second.len()], self.second[at % self.second.len()]];
        match style {
            0 => pair(at).iter().collect(),
            1 => match (self.surnames[at / 3], at % 3) {
                (surname, 0) => format!("老{surname}"),
                (surname, 1) => format!("{surname}记"),
                (surname, _) => format!("阿{surname}"),
            },
            _ => {
                let [a, b] = pair(at / self.third.len());
                [a, self.third[at % self.third.len()], b].iter().collect()
            }
        }
    }
}

/// A person's name: a surname and two characters. Two people may share one, as people do.
pub(super) fn person(dice: &mut Dice) -> String {
    let mut throw = |list: &str| *dice.pick(&list.chars().collect::<Vec<_>>());
    [throw(SURNAMES), throw(GIVEN_FIRST), throw(GIVEN_SECOND)].iter().collect()
}

/// An address in one of the area's four streets.
pub(super) fn address(dice: &mut Dice, area: usize) -> String {
    let street = STREETS[area * 4 + dice.below(4) as usize];
    let number = dice.between(1, 480);
    match dice.below(10) {
        0..=5 => format!("示例区{street}{number}号"),
        6 | 7 => {
            format!("示例区{street}{number}号{}室", dice.between(1, 18) * 100 + dice.between(1, 12))
        }
        _ => format!("示例区{street}{number}-{}号", dice.between(1, 9)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::trades::{
        COOPERATIVES, DEVICES, ENTERPRISES, HOUSEHOLDS, OFFICES, PLACES, Trade,
    };
    use super::*;

    /// Names are unique because they can be taken apart in one way only; that rests on these characters being disjoint.
    #[test]
    fn parts_of_a_name_cannot_be_confused() {
        let lists: [&[Trade]; 6] =
            [ENTERPRISES, HOUSEHOLDS, COOPERATIVES, OFFICES, DEVICES, PLACES];
        let trade_name = format!("{FIRST}{SECOND}{THIRD}老阿记{SURNAMES}");
        for trade in lists.into_iter().flatten() {
            assert!(trade.words.len() <= 8);
            for word in trade.words {
                assert!(!trade_name.contains(word.chars().next().unwrap()), "{word}");
            }
        }
        for area in AREAS {
            assert!(!trade_name.contains(area.chars().next().unwrap()), "{area}");
        }
        for (text, others) in [(FIRST, ""), (SECOND, ""), (THIRD, ""), (SURNAMES, FIRST)] {
            let mut chars: Vec<char> = text.chars().chain(others.chars()).collect();
            let all = chars.len();
            chars.sort_unstable();
            chars.dedup();
            assert_eq!(chars.len(), all, "a character stands twice in {text}");
        }
    }
}
