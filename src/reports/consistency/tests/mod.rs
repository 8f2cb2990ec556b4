//! The report of 2022, single statements, and random documents.

mod random;

use super::*;
use crate::documents::{Block, Cell, Paragraph, Shows, Source, Span, Table};

/// What the schools of the county reported for 2022.
fn facts() -> Vec<Fact> {
    let fact = |indicator: &str, names: &[&str], unit: &str, value: i64, previous: Option<i64>| Fact {
        indicator: indicator.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        unit: Some(unit.to_owned()),
        value: value.into(),
        previous: previous.map(|value| ("2021".to_owned(), value.into())),
    };
    vec![
        fact("gaokao.undergraduate", &["本科以上上线人数"], "人", 455, Some(450)),
        fact("gaokao.undergraduate", &["本科以上上线人数", "艺术类"], "人", 85, Some(75)),
        fact("gaokao.undergraduate", &["本科以上上线人数", "普通类"], "人", 370, Some(375)),
        fact("gaokao.first_batch", &["“本一”上线人数"], "人", 135, Some(130)),
        fact("after_school.covered", &["开展校内课后服务"], "所", 74, Some(74)),
        fact("after_school.staff", &["参与课后服务的教职工数"], "人", 1534, Some(1500)),
        fact("green.passed", &["通过县级绿色学校验收的学校数"], "所", 20, None),
        fact("institutions.closed", &["当期关停或停办的无证机构数"], "所", 29, Some(4)),
        fact("party.joint_branches", &["联合党支部数"], "个", 10, None),
    ]
}

fn of_text(text: &str, facts: &[Fact]) -> Vec<Finding> {
    let (document, known) = (Document::of_text(text), Known { facts: facts.to_vec(), ..Known::default() });
    let found = check(&document, &known);
    assert_eq!(check(&document, &needed(&document, &known)), found, "{text}");
    found
}

/// What is known, without the facts of which a document does not speak.
fn needed(document: &Document, known: &Known) -> Known {
    let mut known = known.clone();
    let spoken = spoken_of(document);
    known.facts.retain(|fact| spoken.names(fact));
    known
}

#[test]
fn facts_are_asked_for_where_a_typed_number_may_mean_them() {
    let count = |text: &str| {
        let document = Document::of_text(text);
        needed(&document, &Known { facts: facts(), ..Known::default() }).facts.len()
    };
    assert_eq!(count("通过县级绿色学校验收的学校有20所。"), 1);
    assert_eq!(count("通过县级绿色学校验收的学校有很多。"), 0, "no number");
    assert_eq!(count("全年召开会议20次。"), 0, "no name");
}

/// Kinds and quotes of what is found.
fn found(text: &str, facts: &[Fact]) -> Vec<(FindingKind, String)> {
    of_text(text, facts).into_iter().map(|finding| (finding.kind, finding.quote)).collect()
}

#[test]
fn the_report_of_2022_contradicts_itself_in_three_places() {
    let text = include_str!("report_2022.txt");
    let findings = of_text(text, &facts());
    let (typed, others): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.kind == FindingKind::Typed);
    let line = |words: &str| format!("/lines/{}", text.lines().position(|line| line.contains(words)).unwrap() + 1);
    let expected = [
        (
            FindingKind::Growth,
            line("“本一”上线135人"),
            "深泽中学“本一”上线135人，比2021年提高3.7%",
            "由 130 到 135 的变化为 3.85%，不是 3.7%",
        ),
        (
            FindingKind::Numbering,
            line("（五）"),
            "（五）队伍建设得到加强",
            "编号不连续：“（三）”之后应为“（四）”，此处为“（五）”",
        ),
        (
            FindingKind::Total,
            line("28个"),
            "28个独立建立党支部的学校 … 48所正式党员不足3个的学校按照地域相邻、便于管理的原则调整为建立联合党支部学校",
            "28 + 48 = 76，与“74所义务段学校”不符",
        ),
        (
            FindingKind::Numbering,
            line("（二）坚持思想引领"),
            "（二）坚持思想引领",
            "编号不连续：“（六）”之后应为“（七）”，此处为“（二）”",
        ),
    ];
    let others: Vec<_> =
        others.iter().map(|it| (it.kind, it.place.clone(), it.quote.as_str(), it.zh.as_str())).collect();
    assert_eq!(others, expected);
    let typed: Vec<&str> = typed.iter().map(|finding| finding.quote.as_str()).collect();
    for words in ["上线135人", "455人", "85人", "74所", "1500余名教职工", "20所学校", "无证机构29所"]
    {
        assert!(typed.iter().any(|quote| quote.contains(words)), "{words}: {typed:#?}");
    }
    assert_eq!(typed.len(), 8, "{typed:#?}");
}

#[test]
fn growth_follows_from_the_values_that_the_text_gives() {
    for (text, quote) in [
        ("上线135人，比2021年的130人提高3.85%。", None),
        ("上线135人，比2021年的130人提高3.7%。", Some("上线135人，比2021年的130人提高3.7%")),
        ("上线135人，比2021年的130人提高百分之三点八五。", None),
        ("上线135人，比2021年的130人提高百分之三点七。", Some("上线135人，比2021年的130人提高百分之三点七")),
        ("由130人增加到135人，提高3.8%。", None),
        ("由130人增加到135人，提高3.7%。", Some("由130人增加到135人，提高3.7%")),
        ("上线135人，比上年增加5人，增长3.85%。", None),
        ("上线135人，比上年增加5人，增长3.7%。", Some("上线135人，比上年增加5人，增长3.7%")),
        ("2021年130人，2022年135人，同比增长3.9%。", Some("2022年135人，同比增长3.9%")),
        ("2021年130人，2022年135人，同比增长3.8%。", None),
        ("发生4起，比上年的5起下降20%。", None),
        ("发生4起，比上年的5起上升20%。", Some("发生4起，比上年的5起上升20%")),
        ("合格率95.2%，比上年的94.1%提高1.1个百分点。", None),
        ("合格率95.2%，比上年的94.1%提高2个百分点。", Some("合格率95.2%，比上年的94.1%提高2个百分点")),
        ("上线135人（上年130人），提高3.85%。", None),
        ("上线135人（上年130人），提高3.7%。", Some("上线135人（上年130人），提高3.7%")),
        ("上线135人（2021年为130人），提高3.7%。", Some("上线135人（2021年为130人），提高3.7%")),
        ("上线135人（上年130人），同比提高了3.7%。", Some("上线135人（上年130人），同比提高了3.7%")),
        ("上线135人（上年度130人），提高约3.7%。", Some("上线135人（上年度130人），提高约3.7%")),
        ("上线135人（上年同期为130人），提高3.7%。", Some("上线135人（上年同期为130人），提高3.7%")),
        ("投入135万元，完成率85%（上年80%），提高3%。", None),
        ("上线135人（含复读130人），提高3.7%。", None),
        ("完成投资135万元（2022年计划130万元），提高5%。", None),
        ("全县学校120所（2022年建成5所），在校生13500人，增长3%。", None),
        ("上线135人（上年130人），满意度提高3.7%。", None),
        ("支出1200万元，比上年的1000万元增长20%。", None),
        ("支出1200万元，比上年的1000万元增长25%。", Some("支出1200万元，比上年的1000万元增长25%")),
        ("投入1.2亿元，比上年的1.1亿元增长9%。", None),
        ("投入1.2亿元，比上年的1.1亿元增长30%。", Some("投入1.2亿元，比上年的1.1亿元增长30%")),
        // Nothing is known of these.
        ("上线135人，比2021年提高3.7%。", None),
        ("本科上线率提高到35.2%，占比3.7%。", None),
        ("共135人，及格率比2021年提高3.7%。", None),
    ] {
        let expected: Vec<_> = quote.iter().map(|quote| (FindingKind::Growth, (*quote).to_owned())).collect();
        assert_eq!(found(text, &[]), expected, "{text}");
    }
}

#[test]
fn growth_is_held_against_the_figure_that_the_text_speaks_of() {
    let growth = |text: &str| {
        let kinds = found(text, &facts()).into_iter().map(|(kind, _)| kind);
        kinds.filter(|kind| *kind == FindingKind::Growth).count()
    };
    for (text, count) in [
        ("“本一”上线135人，比2021年提高3.7%。", 1),
        ("“本一”上线135人，比2021年提高3.85%。", 0),
        ("“本一”上线135人，比2021年下降3.85%。", 1),
        // It is another year, another thing, or another number.
        ("“本一”上线135人，比2019年提高3.7%。", 0),
        ("食堂就餐135人，比2021年提高3.7%。", 0),
        ("“本一”上线135人，师生满意度比2021年提高3.7%。", 0),
        ("“本一”上线136人，比2021年提高3.7%。", 0),
    ] {
        assert_eq!(growth(text), count, "{text}");
    }
}

#[test]
fn parts_add_up_to_their_total() {
    for (text, expected) in [
        ("小学40所、初中30所，共70所。", None),
        ("小学40所、初中30所，共75所。", Some((FindingKind::Total, "小学40所、初中30所，共75所"))),
        ("小学40所、初中30所共有75所。", Some((FindingKind::Total, "小学40所、初中30所共有75所"))),
        ("举办培训3期，参训120人，讲座2期，共5期。", None),
        ("全县参赛学生20名，10名获一等奖，共19名获奖。", None),
        ("公共服务12项，共同推进10项。", None),
        ("现有学校74所，其中小学40所、初中30所。", None),
        ("现有学校74所，其中小学40所、初中35所。", Some((FindingKind::Total, "现有学校74所，其中小学40所、初中35所"))),
        (
            "现有学校74所，其中小学40所，其余初中30所。",
            Some((FindingKind::Total, "现有学校74所，其中小学40所，其余初中30所")),
        ),
        ("上线455人，其中艺术类500人。", Some((FindingKind::Subset, "上线455人，其中艺术类500人"))),
        ("上线455人。其中，艺术类500人。", Some((FindingKind::Subset, "上线455人。其中，艺术类500人"))),
        ("参赛8人，其中一人获奖，招聘教师21名。", None),
        ("受益学生2万余名，其中小学生2.5万名。", None),
        ("受益学生2万余名，其中小学生3.5万名。", Some((FindingKind::Subset, "受益学生2万余名，其中小学生3.5万名"))),
        ("投入1.2亿元，其中设备800万元、维修2000元。", None),
    ] {
        let expected: Vec<_> = expected.iter().map(|(kind, quote)| (*kind, (*quote).to_owned())).collect();
        assert_eq!(found(text, &[]), expected, "{text}");
    }
}

#[test]
fn halves_make_the_whole_that_is_named_elsewhere() {
    let text = |whole: &str| format!("全县{whole}全部开展课后服务。\n现有12所公办幼儿园，8所民办幼儿园。");
    assert_eq!(found(&text("20所幼儿园"), &[]), []);
    assert_eq!(found(&text("21所幼儿园"), &[]), [(FindingKind::Total, "12所公办幼儿园 … 8所民办幼儿园".to_owned())]);
    for other in ["21所学校", "21所幼儿园的67栋楼宇", "21名幼儿园园长"] {
        assert_eq!(found(&text(other), &[]), [], "{other} is another whole");
    }
}

#[test]
fn numbers_follow_each_other_and_begin_anew_below() {
    for (text, quotes) in [
        ("一、甲\n（一）乙\n（二）丙\n二、丁\n（一）戊\n1. 己\n2. 庚\n（二）辛\n1. 壬", vec![]),
        ("一、甲\n三、乙", vec!["三、乙"]),
        ("二、甲", vec!["二、甲"]),
        ("一、甲\n（二）乙", vec!["（二）乙"]),
        ("一、甲\n（一）乙\n（一）丙", vec!["（一）丙"]),
        ("一是甲。二是乙。\n一是丙。三是丁。", vec!["三是丁"]),
        ("一是甲；二是乙；四是丙；五是丁", vec!["四是丙"]),
        ("（一）甲。\n1. 乙，丙。\n2. 丁，戊。\n1. 己，庚。", vec![]),
        ("统一是好事，一、二年级学生3.5万名。", vec![]),
    ] {
        let expected: Vec<_> = quotes.iter().map(|quote| (FindingKind::Numbering, (*quote).to_owned())).collect();
        assert_eq!(found(text, &[]), expected, "{text}");
    }
}

#[test]
fn the_rows_of_a_table_add_up() {
    let row = |name: &str, numbers: &[Option<i64>]| {
        let number = |number: &Option<i64>| Cell { number: number.map(Into::into), ..Cell::text("") };
        std::iter::once(Cell::text(name)).chain(numbers.iter().map(number)).collect::<Vec<_>>()
    };
    let findings = |rows: Vec<Vec<Cell>>| {
        let table = Table { rows, ..Table::default() };
        let document =
            Document { title: Vec::new(), blocks: vec![Block::Table(table)], signature: None, sources: Vec::new() };
        let found = check(&document, &Known::default());
        found.into_iter().map(|finding| (finding.kind, finding.place)).collect::<Vec<_>>()
    };
    let (one, two) = (row("东乡", &[Some(1), None]), row("西乡", &[Some(2), Some(5)]));
    assert_eq!(findings(vec![one.clone(), two.clone(), row("合计", &[Some(3), Some(9)])]), [], "one has not reported");
    let wrong = [(FindingKind::Total, "/blocks/0/rows/2/1".to_owned())];
    assert_eq!(findings(vec![one.clone(), two.clone(), row("合 计", &[Some(4), Some(5)])]), wrong);
    let part = row("其中：城区", &[Some(1), None]);
    assert_eq!(findings(vec![one, two, part, row("合计", &[Some(3), Some(5)])]), []);
}

/// A figure of 2022 that was 130 the year before.
fn figure(value: i64, reported: u64) -> Source {
    Source::Figure {
        indicator: "gaokao.first_batch".to_owned(),
        name: "“本一”上线人数".to_owned(),
        period: "2022".to_owned(),
        group: BTreeMap::new(),
        within: None,
        value: Some(value.into()),
        previous: Some(130.into()),
        unit: Some("人".to_owned()),
        expected: 3,
        reported,
        as_of: chrono::DateTime::UNIX_EPOCH,
        journal_position: 1,
    }
}

#[test]
fn what_comes_from_data_is_held_against_it() {
    let number = |text: &str, shows| Span::Number { text: text.to_owned(), shows, sources: vec![0] };
    let words = |text: &str| Span::Text { text: text.to_owned() };
    let document = |value, reported, growth: &str| {
        let spans = vec![
            words("“本一”上线"),
            number("135人", Shows::Value),
            words("，比2021年"),
            number(growth, Shows::Growth),
            words("。"),
        ];
        let paragraph = Paragraph { place: "/sections/0/blocks/1".to_owned(), level: 0, number: String::new(), spans };
        let sources = vec![figure(value, reported)];
        Document { title: Vec::new(), blocks: vec![Block::Paragraph(paragraph)], signature: None, sources }
    };
    let current = |value: i64, previous: i64| Known {
        current: [(0, Current { value: Some(value.into()), previous: Some(previous.into()) })].into(),
        facts: facts(),
        again: None,
    };
    for (document, known, kinds) in [
        (document(135, 3, "提高3.85%"), current(135, 130), vec![]),
        (document(135, 3, "提高3.7%"), current(135, 130), vec![FindingKind::Growth]),
        (document(135, 3, "下降3.85%"), current(135, 130), vec![FindingKind::Growth]),
        (document(135, 2, "提高3.85%"), current(135, 130), vec![FindingKind::Incomplete]),
        (document(135, 3, "提高3.85%"), current(136, 130), vec![FindingKind::Changed]),
        (document(135, 3, "提高3.85%"), current(135, 129), vec![FindingKind::Changed]),
        (document(135, 3, "提高3.85%"), Known::default(), vec![]),
    ] {
        let findings = check(&document, &known);
        assert_eq!(findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(), kinds, "{findings:?}");
        assert!(findings.iter().all(|finding| finding.place == "/sections/0/blocks/1"));
    }
}

#[test]
fn what_a_document_says_is_compared_with_what_it_would_say_by_now() {
    const FIGURE: &str = "/sections/0/blocks/0";
    // Each a place and what stands there; what stands at the first is a figure.
    let document = |paragraphs: &[(&str, &str)]| {
        let block = |(place, text): &(&str, &str)| {
            let text = (*text).to_owned();
            let span = match *place {
                FIGURE => Span::Number { text, shows: Shows::Value, sources: vec![0] },
                _ => Span::Text { text },
            };
            let place = (*place).to_owned();
            Block::Paragraph(Paragraph { place, level: 0, number: String::new(), spans: vec![span] })
        };
        let blocks = paragraphs.iter().map(block).collect();
        Document { title: Vec::new(), blocks, signature: None, sources: vec![figure(135, 3)] }
    };
    let kept = [(FIGURE, "135人"), ("/a", "获奖：合唱"), ("/b", "甲"), ("/b", "乙"), ("/b", "丙")];
    let found = |now: Result<&[(&str, &str)], Message>, value: i64| {
        let again = Some(now.map(document));
        let current = [(0, Current { value: Some(value.into()), previous: Some(130.into()) })].into();
        let findings = check(&document(&kept), &Known { current, again, ..Known::default() });
        assert!(findings.iter().all(|finding| finding.kind == FindingKind::Changed));
        findings.into_iter().map(|finding| (finding.place, finding.quote, finding.zh)).collect::<Vec<_>>()
    };
    let one = |place: &str, quote: &str, zh: &str| vec![(place.to_owned(), quote.to_owned(), zh.to_owned())];
    let now = |at: usize, paragraph: Option<(&'static str, &'static str)>| {
        let mut now = kept.to_vec();
        now.splice(at..=at, paragraph);
        now
    };
    assert_eq!(found(Ok(&kept), 135), []);
    assert_eq!(
        found(Ok(&now(1, Some(("/a", "获奖：合唱、象棋")))), 135),
        one("/a", "获奖：合唱", "按现有数据重新生成，此处为“获奖：合唱、象棋”"),
        "a record came"
    );
    assert_eq!(found(Ok(&now(1, None)), 135), one("/a", "获奖：合唱", "按现有数据重新生成，此处不再出现"));
    assert_eq!(found(Ok(&now(3, None)), 135), one("/b", "乙", "按现有数据重新生成，此处不再出现"));
    let more = [kept.as_slice(), &[("/c", "丁")]].concat();
    assert_eq!(found(Ok(&more), 135), one("/c", "", "按现有数据重新生成，此处为“丁”"));
    assert_eq!(
        found(Ok(&now(0, Some((FIGURE, "136人")))), 136),
        one(FIGURE, "135人", "生成后数据已变动：原为 135，现为 136"),
        "told once, as a figure"
    );
    let impossible = crate::say!("太多", "Too much");
    assert_eq!(found(Err(impossible), 135), one("", "", "按现有数据无法重新生成：太多"));
}

#[test]
fn which_way_a_number_went_is_said_once() {
    let found = |before: &str, text: &str| {
        let number = Span::Number { text: text.to_owned(), shows: Shows::Growth, sources: vec![0] };
        let spans = vec![Span::Text { text: before.to_owned() }, number];
        let place = "/sections/0/blocks/1".to_owned();
        let paragraph = Paragraph { place, level: 0, number: String::new(), spans };
        let blocks = vec![Block::Paragraph(paragraph)];
        let document = Document { title: Vec::new(), blocks, signature: None, sources: vec![figure(135, 3)] };
        check(&document, &Known::default()).into_iter().map(|finding| finding.kind).collect::<Vec<_>>()
    };
    assert_eq!(found("比上年", "提高3.85%"), []);
    assert_eq!(found("比上年提高", "3.85%"), []);
    for (before, text) in [("比上年提高", "-3.85%"), ("比上年下降了", "-3.85%"), ("比上年提高", "下降3.85%")]
    {
        assert!(found(before, text).contains(&FindingKind::Growth), "{before}{text}");
    }
}

#[test]
fn sums_and_differences_are_those_of_their_sources() {
    let words = |text: &str| Span::Text { text: text.to_owned() };
    let found = |text: &str, shows, sources: &[usize]| {
        let number = Span::Number { text: text.to_owned(), shows, sources: sources.to_vec() };
        let paragraph = Paragraph {
            place: String::new(),
            level: 0,
            number: String::new(),
            spans: vec![words("合计"), number, words("。")],
        };
        let sources = vec![figure(135, 3), figure(60, 3)];
        let document =
            Document { title: Vec::new(), blocks: vec![Block::Paragraph(paragraph)], signature: None, sources };
        check(&document, &Known::default()).into_iter().map(|finding| finding.kind).collect::<Vec<_>>()
    };
    assert_eq!(found("195人", Shows::Sum, &[0, 1]), []);
    assert_eq!(found("190余人", Shows::Sum, &[0, 1]), []);
    assert_eq!(found("196人", Shows::Sum, &[0, 1]), [FindingKind::Total]);
    assert_eq!(found("减少70人", Shows::Change, &[1]), []);
    assert_eq!(found("增加6人", Shows::Change, &[0]), [FindingKind::Growth]);
    assert_eq!(found("44.4%", Shows::Share, &[1, 0]), []);
    assert_eq!(found("225%", Shows::Share, &[0, 1]), [FindingKind::Subset]);
}
