//! Texts written in a small world.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::catalogue::document::EvaluationOf;
use crate::catalogue::{FILTERS, FUNCTIONS, TESTS, Versions, compile, read_document};
use crate::documents::FindingKind;
use crate::figures::{Coverage, Figure};

const CATALOGUE: &str = "
dimensions:
  - {code: kind, name: {zh: 类别}, options: [{code: arts, name: {zh: 艺术类}}, {code: other, name: {zh: 其他}}]}
indicators:
  - {code: pupils, name: {zh: 学生数}, unit: 人, value_type: count, aggregation: sum, dimensions: [kind]}
  - {code: girls, name: {zh: 女生数}, unit: 人, value_type: count, aggregation: sum}
  - {code: money, name: {zh: 经费}, unit: 元, value_type: amount, aggregation: sum}
  - {code: rate, name: {zh: 女生占比}, value_type: ratio, aggregation: none, formula: girls / pupils}
registers:
  - code: awards
    name: {zh: 获奖}
    section: teaching
    writers: [section]
    fields:
      - {code: title, name: {zh: 名称}, type: text}
      - {code: kind, name: {zh: 类别}, type: choice, dimension: kind}
      - {code: given_on, name: {zh: 日期}, type: date}
    states: [{code: open, name: {zh: 已登记}, initial: true}]
";

fn world() -> Arc<World> {
    let catalogue = compile(read_document(CATALOGUE.as_bytes()).unwrap(), 1, &Versions::default()).unwrap();
    let place = Place { name: "第一小学".to_owned(), stage: None, township: None };
    let organisations = BTreeMap::from([("2199000001".to_owned(), place)]);
    Arc::new(World::new((2022, "某县\u{e000}教育局".to_owned()), Arc::new(catalogue), organisations, BTreeMap::new()))
}

/// Answers what stands open: pupils 455 against 450, money 1234567.80, girls 0 before, everything else is not there.
fn answer(world: &Arc<World>) {
    let open = world.memory().figures.open().to_vec();
    let figure = |ask: &FigureAsk| {
        let year = ask.period.to_string();
        let (value, expected, reported) = match (ask.indicator.as_str(), year.as_str()) {
            ("pupils", "2022") => (Some("455"), 3, 3),
            ("pupils", "2021") => (Some("450"), 3, 3),
            ("girls", "2022") => (Some("91"), 3, 2),
            ("girls", "2021") => (Some("0"), 3, 3),
            ("money", "2022") => (Some("1234567.80"), 0, 0),
            ("money", "2021") => (Some("1300000"), 0, 0),
            ("rate", "2022") => (Some("0.2"), 3, 3),
            ("rate", "2021") => (Some("0.25"), 3, 3),
            ("pupils", _) => (None, 3, 0),
            _ => return None,
        };
        Some(Arc::new(Figure {
            indicator: ask.indicator.clone(),
            period: ask.period,
            group: BTreeMap::new(),
            value: value.map(|value| value.parse().unwrap()),
            unit: None,
            numerator: None,
            denominator: None,
            previous: None,
            coverage: Coverage { expected, reported },
        }))
    };
    let answers: Vec<_> = open.iter().map(|ask| (ask.clone(), figure(ask))).collect();
    world.memory().figures.answer(answers.into_iter());
    let open = world.memory().records.open().to_vec();
    let record = |code: &str, title: &str| {
        let fields = [("title", title), ("given_on", "2022-06-01")];
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        Arc::new(Record {
            register: Some("awards".to_owned()),
            code: code.to_owned(),
            fields,
            exists: true,
            world: Arc::downgrade(world),
        })
    };
    let records: Arc<[Arc<Record>]> = Arc::new([record("a", "合唱"), record("b", "舞蹈")]);
    let answers: Vec<_> = open
        .into_iter()
        .map(|ask| {
            let records = if ask.states.is_empty() { Arc::clone(&records) } else { Arc::new([]) };
            (ask, records)
        })
        .collect();
    world.memory().records.answer(answers.into_iter());
    let open = world.memory().evaluations.open().to_vec();
    let answers: Vec<_> =
        open.into_iter().map(|ask| (ask.clone(), Arc::new(missing_evaluation(world, &ask)))).collect();
    world.memory().evaluations.answer(answers.into_iter());
}

/// A text as it is written when everything was answered.
fn written(text: &str) -> Written {
    let mut engine = Engine::new(world());
    for _ in 0..4 {
        engine.write(text).unwrap();
        answer(&Arc::clone(engine.world()));
    }
    engine.write(text).unwrap()
}

fn text(written: &Written) -> String {
    let pieces = written.paragraphs.iter().flatten();
    pieces
        .map(|piece| match piece {
            Piece::Text(text) | Piece::Number(_, text) => text.as_str(),
        })
        .collect()
}

#[test]
fn figures_are_worded() {
    for (template, expected) in [
        ("{{ bureau }}{{ year }}年", "某县教育局2022年"),
        (
            "上线{{ value('pupils')|unit }}，比{{ year - 1 }}年{{ growth('pupils')|rise }}",
            "上线455人，比2021年提高1.11%",
        ),
        ("{{ value('pupils')|over('名') }}", "450余名"),
        ("{{ change('pupils')|rise }}，{{ change('pupils') }}", "增加5人，5"),
        ("{{ previous('pupils')|unit('名') }}，{{ value('pupils', period=-1) }}", "450名，450"),
        ("{{ value('pupils', period='2021')|chinese('名') }}", "四百五十名"),
        ("{{ value('money')|wan }}，{{ growth('money')|rise('增长', '减少', decimals=1) }}", "123.46万元，减少5%"),
        (
            "{{ value('rate') }}，{{ change('rate')|rise('提高', '下降') }}，{{ value('rate')|plain }}",
            "20%，下降5个百分点，0.2",
        ),
        ("{{ share(value('girls'), value('pupils'))|percent(1) }}", "20%"),
        ("{{ sum(value('pupils'), value('girls'))|unit }}", "546人"),
        ("{% set n = value('pupils') %}{{ n|unit ~ '，' ~ (n|plain) }}", "455人，455"),
        (
            "{% if value('pupils') is above(450) and value('pupils') is not below(previous('pupils')) %}多{% endif %}",
            "多",
        ),
        ("{% if value('girls', period=-1) %}有{% else %}无{% endif %}", "无"),
        (
            "{{ records('awards')|length }}项：{{ records('awards')|map(attribute='title')|join('、') }}",
            "2项：合唱、舞蹈",
        ),
        (
            "{% for r in records('awards') %}{{ loop.index|chinese }}是{{ r.title }}（{{ r.given_on|date }}）{% if not loop.last %}；{% endif %}{% endfor %}",
            "一是合唱（2022年6月1日）；二是舞蹈（2022年6月1日）",
        ),
        (
            "{% for r in records('awards') if r.title == '合唱' %}{{ r.title }}{{ value('pupils') }}{% endfor %}",
            "合唱455",
        ),
        ("{{ records('awards', state='open')|length }}", "0"),
        ("{{ name('2199000001') }}", "第一小学"),
        ("{% if evaluation('department') %}有{% else %}无{% endif %}", "无"),
    ] {
        let written = written(template);
        assert_eq!(text(&written), expected, "{template}");
        assert_eq!(written.problems, [], "{template}");
    }
}

#[test]
fn numbers_keep_their_traces_through_filters_and_sentences() {
    let written =
        written("共{{ (growth('pupils')|rise) ~ '，' }}{{ records('awards')|list|length|unit('项') }}{{ year }}");
    let Some([Piece::Text(_), Piece::Number(growth, said), Piece::Text(_), Piece::Number(awards, _), Piece::Text(_)]) =
        written.paragraphs.first().map(Vec::as_slice)
    else {
        panic!("{:?}", written.paragraphs)
    };
    assert_eq!(said, "提高1.11%");
    let growth = &written.numbers[*growth];
    assert_eq!(growth.shows, crate::documents::Shows::Growth);
    assert!(matches!(&growth.origins[..], [Origin::Figure { ask, with_previous: true }] if ask.indicator == "pupils"));
    assert!(matches!(&written.numbers[*awards].origins[..],
        [Origin::Records { register, records }] if register == "awards" && records == &["a", "b"]));
}

#[test]
fn what_is_not_there_is_marked_and_never_silent() {
    for (template, shown, kind) in [
        ("{{ value('pupils', period='2019')|unit }}", "【学生数（2019）：应报 3，已报 0】", FindingKind::Incomplete),
        ("{{ value('nothing') }}", "【没有指标“nothing”】", FindingKind::Undefined),
        ("{{ growth('girls')|rise }}", "【女生数：上年为零，无法计算】", FindingKind::Undefined),
        ("{{ value('money', period='2019') }}", "【经费（2019）：没有这样的期间、分组或组织】", FindingKind::Undefined),
        ("{{ evaluation('department').total }}", "【2022 年部门整体绩效评价尚未定稿】", FindingKind::Undefined),
    ] {
        let written = written(template);
        assert_eq!(text(&written), shown, "{template}");
        let missing = written.numbers.iter().find_map(|number| match &number.amount {
            Amount::Missing(problem) => Some(problem.kind),
            _ => None,
        });
        // What is incomplete says first how many are in.
        assert_eq!(missing, Some(kind), "{template}");
    }
    let incomplete = written("{{ value('girls') }}");
    assert_eq!(text(&incomplete), "91");
    assert_eq!(incomplete.numbers[0].doubts[0].kind, FindingKind::Incomplete);
}

#[test]
fn what_is_missing_is_found_where_something_is_decided_by_it() {
    use FindingKind::{Incomplete, Undefined};
    for (template, expected, kinds) in [
        ("{% if growth('girls') is above(0) %}升{% else %}降{% endif %}", "降", vec![Undefined, Incomplete]),
        ("{% if value('pupils', period='2019') %}有{% else %}无{% endif %}", "无", vec![Incomplete]),
        ("{% if value('girls') == value('pupils') %}同{% else %}异{% endif %}", "异", vec![Incomplete]),
        ("{% if value('pupils') is above(0) %}有{% endif %}", "有", vec![]),
    ] {
        let written = written(template);
        assert_eq!(text(&written), expected, "{template}");
        let found: Vec<FindingKind> = written.problems.iter().map(|problem| problem.kind).collect();
        assert_eq!(found, kinds, "{template}: {:?}", written.problems);
    }
}

#[test]
fn numbers_are_put_in_order_and_compared_by_their_values() {
    for (template, expected) in [
        (
            "{{ [value('pupils'), value('money'), previous('pupils'), value('rate')]|sort|join('、') }}",
            "20%、450、455、1234567.8",
        ),
        ("{% if value('pupils')|unit == value('pupils')|plain %}同{% endif %}", "同"),
        ("{% if value('pupils') == previous('pupils') %}同{% else %}异{% endif %}", "异"),
    ] {
        assert_eq!(text(&written(template)), expected, "{template}");
    }
}

#[test]
fn a_wrong_use_is_told_with_its_line() {
    for (template, expected) in [
        ("甲\n{{ nothing }}", "Line 2: there is no such name or field"),
        (
            "{{ records('awards')|first|attr('x') }}{{ (records('awards')|first).nothing }}",
            "Line 1: there is no such name or field",
        ),
        ("{{ value('pupils', where=3) }}", "Line 1: where is {…}"),
        ("{{ value('pupils', period='yesterday') }}", "Line 1: There is no period “yesterday”"),
        ("{{ value('pupils', colour='red') }}", "Line 1: the template is wrong (unknown keyword argument 'colour')"),
        ("{{ share(1, 2) }}", "Line 1: A number that value(…) and the like give is expected here"),
        ("{{ records('nothing') }}", "Line 1: There is no register “nothing”"),
        ("{{ records('awards', where={'kind': 'x'}) }}", "Line 1: The field “kind” has no option “x”"),
        ("{{ '五'|unit }}", "Line 1: “五” is no number"),
        ("{{ value('rate')|chinese }}", "Line 1: 0.2 is not written in Chinese numerals"),
        ("{{ name('1') }}", "Line 1: There is no organisation “1”"),
        (
            "{{ value('pupils') + 1 }}",
            "Line 1: the template is wrong (tried to use + operator on unsupported types plain object and number)",
        ),
        ("{{ 'x'|words }}", "Line 1: the template is wrong (filter words is unknown)"),
        ("{{ none }}", "There is nothing to be printed here"),
        ("{% include 'x' %}", "Line 1: the template is wrong (tried to include non-existing template 'x')"),
    ] {
        let written = written(template);
        let said: Vec<&str> = written.problems.iter().map(|problem| problem.message.en.as_ref()).collect();
        // What is no field is named beside that.
        assert_eq!(said.last(), Some(&expected), "{template}");
        assert!(said.len() == 1 || said[0] == "There is no field “x”", "{template}: {said:?}");
        assert!(text(&written).contains('【'), "{template}");
    }
}

#[test]
fn a_hostile_template_ends_quickly_and_says_so() {
    let nested = format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000));
    let loops = "{% for a in x %}".repeat(20) + "{{ a }}" + &"{% endfor %}".repeat(20);
    for template in [
        "{% for i in range(10**9) %}{{ i }}{% endfor %}",
        "{{ 'x' * 10**9 }}",
        "{{ [0] * 10**9 }}",
        "{% set x = 'x' * 60000 %}{{ x }}",
        "{% set x = 'xxxxxxxxxx' * 1000 %}{% set x = x * 1000 %}{% set x = x * 1000 %}{{ x }}",
        &format!("{{% set x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0] %}}{loops}"),
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for x in [[1]] recursive %}{{ loop([x]) }}{% endfor %}",
        "{{ 10**1000 }}",
        "{{ (1, 2)|map('nothing')|list }}",
        &nested,
    ] {
        let began = Instant::now();
        let mut engine = Engine::new(world());
        let outcome = engine.write(template);
        assert!(began.elapsed() < Duration::from_secs(5), "{:.80} took {:?}", template, began.elapsed());
        match outcome {
            Err(Exhausted) => {}
            Ok(written) => assert_eq!(written.problems.len(), 1, "{template:.80}"),
        }
    }
    let mut engine = Engine::new(world());
    assert_eq!(engine.write("{% for a in [1] * 100 %}{% for b in [1] * 1000 %}{% for c in [1] * 1000 %}{{ c }}{% endfor %}{% endfor %}{% endfor %}").unwrap_err(), Exhausted);
    // What all texts burn together is bounded as well.
    let steady = "{% for a in [1] * 10000 %}{% if a %}{% endif %}{% endfor %}";
    assert!((0..1_000).any(|_| engine.write(steady).is_err()), "it never ends");
    engine.refuel();
    assert!(engine.write(steady).is_ok());
}

#[test]
fn the_language_has_all_the_words_that_the_catalogue_lets_through() {
    let mut engine = Engine::new(world());
    for filter in FILTERS {
        let problems = engine.write(&format!("{{{{ 1|{filter} }}}}")).unwrap().problems;
        assert!(problems.iter().all(|problem| !problem.message.en.contains("unknown")), "{filter}: {problems:?}");
    }
    for function in FUNCTIONS {
        let problems = engine.write(&format!("{{{{ {function}() }}}}")).unwrap().problems;
        assert!(problems.iter().all(|problem| !problem.message.en.contains("unknown")), "{function}: {problems:?}");
    }
    for test in TESTS {
        let problems = engine.write(&format!("{{{{ 1 is {test}([1]) }}}}")).unwrap().problems;
        assert!(problems.iter().all(|problem| !problem.message.en.contains("unknown")), "{test}: {problems:?}");
    }
    let ask = EvaluationAsk { kind: EvaluationOf::Department, subject: None };
    assert!(!missing_evaluation(engine.world(), &ask).exists);
}

#[test]
fn a_number_is_printed_as_its_source_has_it_or_found() {
    let kinds = |template: &str| {
        let written = written(template);
        (text(&written), written.problems.iter().map(|problem| problem.message.zh.to_string()).collect::<Vec<_>>())
    };
    for (template, shown) in [
        ("{{ value('pupils')|replace('4', '9') }}名", "455名"),
        ("{{ (value('pupils')|unit)|replace('人', '元') }}", "455人"),
    ] {
        let (text, problems) = kinds(template);
        assert_eq!(text, shown, "{template}");
        assert!(problems[0].contains("被改写为"), "{problems:?}");
    }
    let (_, problems) = kinds("{{ (value('pupils') ~ '名')[0:3] }}");
    assert!(problems[0].contains("截断"), "{problems:?}");
    assert_eq!(kinds("{{ (value('pupils') ~ '名')|length }}"), ("4".to_owned(), vec![]));
    assert_eq!(kinds("{{ value('pupils') ~ '名' }}"), ("455名".to_owned(), vec![]));
}

#[test]
fn what_is_no_field_or_cannot_be_printed_is_found() {
    for (template, problem) in [
        ("{{ records('awards')|map(attribute='titel')|join('、') }}", "没有字段“titel”"),
        ("{{ records('awards')|selectattr('nope')|list|length }}", "没有字段“nope”"),
        ("{{ records('awards') }}", "此处不是文字或数字，不能直接印出"),
        ("{% for each in records('awards') %}{{ each }}{% endfor %}", "此处不是文字或数字，不能直接印出"),
        ("{{ value }}", "此处不是文字或数字，不能直接印出"),
        ("{{ true }}", "此处不是文字或数字，不能直接印出"),
    ] {
        let written = written(template);
        let problems: Vec<&str> = written.problems.iter().map(|problem| problem.message.zh.as_ref()).collect();
        assert!(problems.contains(&problem), "{template}: {problems:?}");
    }
}

#[test]
fn numbers_are_worded_and_added_as_what_they_are() {
    for template in [
        "{{ sum(value('pupils'), value('money')) }}",
        "{{ sum(value('pupils'), value('rate')) }}",
        "{{ value('pupils')|percent }}",
        "{{ value('rate')|wan }}",
        "{{ value('rate')|unit('所') }}",
        "{{ value('rate')|over('名') }}",
        "{{ growth('pupils')|unit }}",
        "{{ growth('pupils')|wan }}",
        "{{ share(value('girls'), value('pupils'))|over }}",
    ] {
        let written = written(template);
        assert_eq!(written.problems.len(), 1, "{template}: {}", text(&written));
        assert_eq!(written.problems[0].kind, FindingKind::Undefined);
    }
}
