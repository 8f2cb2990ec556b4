//! Report templates: an edit of the catalogue, and what reports become of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::InstrumentationEvent;
use diesel_async::AsyncConnection;
use jixiao::documents::{Block, Document, FindingKind, Shows, Source, Span};
use jixiao::platform::access::Scope;
use jixiao::reports::{Assembled, assemble};
use serde_json::{Value, json};

use crate::support::{CATALOGUE, Desk, SCHOOL, SIBLING, TestApp, document, pupils, sheet};

const TEMPLATE: &str = "/v1/report-templates/annual";

#[tokio::test]
async fn a_template_is_read_replaced_and_added_as_part_of_the_catalogue() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await;
    let read = admin.get(TEMPLATE).await;
    let mut template = read.expect(200);
    assert_eq!((read.etag(), &template["title"][0]), ("\"1\"".to_owned(), &json!("{{ bureau }}")));
    assert_eq!(admin.with("if-match", "*").put(TEMPLATE, &template).await.etag(), "\"1\"", "nothing changes");

    template["sections"][0]["numbered"] = json!(false);
    admin.put(TEMPLATE, &template).await.problem(428, "precondition_required");
    admin.with("if-match", "\"9\"").put(TEMPLATE, &template).await.problem(412, "precondition_failed");
    assert_eq!(admin.with("if-match", "\"1\"").put(TEMPLATE, &template).await.etag(), "\"2\"");
    assert_eq!(admin.get(TEMPLATE).await.expect(200), template);

    template["code"] = json!("half_year");
    admin.put("/v1/report-templates/half_year", &template).await.expect(201);
    let listed = admin.get("/v1/report-templates?limit=1").await.expect(200);
    assert_eq!(listed["items"][0]["code"], "annual");
    let next = listed["next"].as_str().unwrap();
    let listed = admin.get(&format!("/v1/report-templates?limit=1&cursor={next}")).await.expect(200);
    assert_eq!((&listed["items"][0]["code"], &listed["next"]), (&json!("half_year"), &Value::Null));
    admin.get("/v1/report-templates/nothing").await.problem(404, "not_found");
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_template_is_named_within_it() {
    let app = TestApp::with_catalogue().await;
    let admin = app.log_in("admin").await.with("if-match", "*");
    let template = json!({
        "code": "annual", "name": {"zh": "年度报告"}, "title": ["{{ bureau", "{{ nothing }}"],
        "sections": [{"heading": "{{ value('nothing') }}", "blocks": [
            {"paragraph": "{{ value('pupils')|words }}\n{% if value('pupils') > 3 %}{% endif %}"},
            {"paragraph": "{{ records('nothing')|length }}{% include 'x' %}"},
            {"table": {"caption": "", "indicators": ["pupils", "nothing", "remark"], "by": "level", "period": "now"}},
            {"chart": {"caption": "", "kind": "columns", "indicators": ["pupils", "grant"], "months": true, "by": "stage",
                "where": {"stage": "primary"}}},
            {"sheet": {"goals": true, "monitoring": "x"}},
            {"signature": true}, {"signature": false}, {"signature": true}
        ], "sections": [{"sections": [{"sections": [{"sections": [{"heading": "太深"}]}]}]}]}]
    });
    assert_eq!(
        admin.put(TEMPLATE, &template).await.problem(422, "validation_failed"),
        [
            "/sections/0/blocks/0/paragraph expression",
            "/sections/0/blocks/0/paragraph expression",
            "/sections/0/blocks/1/paragraph expression",
            "/sections/0/blocks/1/paragraph unknown_reference",
            "/sections/0/blocks/2/table/by wrong_dimension",
            "/sections/0/blocks/2/table/indicators/1 unknown_indicator",
            "/sections/0/blocks/2/table/indicators/2 wrong_type",
            "/sections/0/blocks/2/table/period invalid_period",
            "/sections/0/blocks/3/chart/indicators inconsistent",
            "/sections/0/blocks/3/chart/months inconsistent",
            "/sections/0/blocks/3/chart/where/stage inconsistent",
            "/sections/0/blocks/4/sheet inconsistent",
            "/sections/0/blocks/7/signature inconsistent",
            "/sections/0/heading unknown_indicator",
            "/sections/0/sections/0/sections/0/sections/0/sections out_of_range",
            "/title/0 expression",
            "/title/1 expression",
        ]
    );
    let both = json!({"code": "annual", "name": {"zh": "年"}, "title": ["年"],
        "sections": [{"blocks": [{"paragraph": "一", "page_break": true}]}]});
    admin.put(TEMPLATE, &both).await.problem(422, "validation_failed");
    assert_eq!(app.query("SELECT max(version) FROM catalogue_versions").await, 1);
}

/// A county whose reports say more.
async fn county(sections: &str) -> TestApp {
    let (catalogue, _) = CATALOGUE.split_once("    sections:\n").unwrap();
    TestApp::with_catalogue_of(&format!("{catalogue}    sections:\n{sections}")).await
}

/// The report of 2022, and how many statements it took.
async fn report(app: &TestApp, as_of: Option<chrono::DateTime<chrono::Utc>>) -> (Assembled, usize) {
    let scope = Scope::system(1, "test");
    let statements = Arc::new(AtomicUsize::new(0));
    let assembled = app
        .app
        .db
        .read(&scope, async |tx| {
            let counter = Arc::clone(&statements);
            tx.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            });
            let as_of = as_of.unwrap_or(tx.now());
            assemble(tx, &app.app.catalogues, &scope, "annual", 2022, as_of).await
        })
        .await
        .unwrap();
    (assembled, statements.load(Ordering::Relaxed))
}

/// Where the report of 2022 is refused.
async fn refused(app: &TestApp) -> String {
    let scope = Scope::system(1, "test");
    let refused = app
        .app
        .db
        .read(&scope, async |tx| assemble(tx, &app.app.catalogues, &scope, "annual", 2022, tx.now()).await)
        .await
        .unwrap_err();
    refused.into_violations().unwrap()[0].pointer.clone()
}

fn lines(document: &Document) -> Vec<String> {
    let line = |block: &Block| match block {
        Block::Heading(paragraph) => format!("{}{}", paragraph.number, paragraph.text()),
        Block::Paragraph(paragraph) => paragraph.text(),
        Block::Table(table) => {
            let row = |row: &Vec<jixiao::documents::Cell>| {
                row.iter().map(jixiao::documents::Cell::plain).collect::<Vec<_>>().join("|")
            };
            let rows = table.head.iter().chain(&table.rows).map(row);
            [table.caption.clone()].into_iter().chain(rows).collect::<Vec<_>>().join("\n")
        }
        Block::Chart(chart) => format!("{:?} {:?} {}", chart.labels, chart.series, chart.unit),
        Block::PageBreak => "—".to_owned(),
        Block::Signature => "署名".to_owned(),
    };
    document.blocks.iter().map(line).collect()
}

async fn fill_in(app: &TestApp, school: &str, who: [&str; 2], period: &str, (girls, boys): (u32, u32)) {
    let desk = Desk {
        path: sheet("basics", period, school),
        reporter: app.log_in(who[0]).await,
        principal: app.log_in(who[1]).await,
        officer: app.log_in("officer").await,
    };
    desk.bring_to("accepted", &document(&pupils(girls, boys))).await;
}

const SECTIONS: &str = "
      - blocks:
          - paragraph: |
              为切实做好{{ year }}年度
              绩效自评工作，{{ bureau }}成立领导小组。

              现报告如下。
      - heading: 办学规模
        sections:
          - heading: '{% if value(\"pupils\") is above(10000) %}超大规模{% endif %}'
            blocks: [{paragraph: 不会出现}]
          - heading: 学生
            blocks:
              - paragraph: >-
                  全县在校生{{ value('pupils')|unit }}，比{{ year - 1 }}年{{ growth('pupils')|rise('增长', '减少') }}，其中女生{{ value('pupils_by_sex', where={'sex': 'girls'})|unit }}，占{{ share(value('pupils_by_sex', where={'sex': 'girls'}), value('pupils'))|percent }}；第一小学{{ value('pupils', within='2199000001')|over('名') }}。
              - paragraph: '{% for a in records(\"awards\") %}{{ a.title }}（{{ a.codes.level }}）{% endfor %}'
          - heading: 空白
            blocks: [{paragraph: '{% if false %}无{% endif %}'}]
          - heading: 获奖
            blocks:
              - paragraph: >-
                  获奖{{ records('awards', date='given_on')|length|unit('项') }}：
                  {% for a in records('awards', date='given_on') %}{{ a.school }}《{{ a.title }}》（{{ a.level }}，{{ a.given_on|date }}，{{ a.pupils|unit('人') }}）{% endfor %}
      - heading: 落款
        blocks: [{paragraph: '{% if false %}无{% endif %}'}, {signature: true}]
      - heading: 附表
        numbered: false
        blocks:
          - page_break: true
          - table: {caption: 学生数, indicators: [pupils, boarding_rate], compare: true}
          - table: {caption: 各乡镇学生数, indicators: [pupils], by: township}
          - chart: {caption: 分性别, kind: columns, indicators: [pupils_by_sex], by: sex, compare: true}
          - chart: {caption: 演练, kind: line, indicators: [drills], months: true}
      - heading: 结论
        blocks:
          - paragraph: 评价{{ evaluation('department').total }}，{{ value('grant')|wan }}。
";

#[tokio::test]
async fn a_report_says_what_the_data_say_and_where_that_comes_from() {
    let app = county(SECTIONS).await;
    fill_in(&app, SCHOOL, ["reporter", "principal"], "2021", (60, 70)).await;
    fill_in(&app, SIBLING, ["reporter2", "principal2"], "2021", (10, 10)).await;
    fill_in(&app, SCHOOL, ["reporter", "principal"], "2022", (65, 70)).await;
    fill_in(&app, SIBLING, ["reporter2", "principal2"], "2022", (11, 10)).await;
    let fields = json!({"title": "合唱", "level": "city", "given_on": "2022-06-01", "pupils": 12});
    let award = json!({"code": "a1", "school": SCHOOL, "since": "2022-06-01", "fields": fields});
    app.log_in("reporter").await.post("/v1/registers/awards/records", &award).await.expect(201);

    let (Assembled { document, findings, as_of, .. }, statements) = report(&app, None).await;
    assert_eq!(document.title, ["测试一县教育局", "2022年度报告"]);
    let signature = document.signature.as_ref().unwrap();
    assert_eq!((signature.name.as_str(), signature.date.to_string()), ("测试一县教育局", "2023-06-14".to_owned()));
    let lines = lines(&document);
    assert_eq!(
        lines[..8],
        [
            "为切实做好2022年度绩效自评工作，测试一县教育局成立领导小组。",
            "现报告如下。",
            "一、办学规模",
            "（一）学生",
            "全县在校生156人，比2021年增长4%，其中女生76人，占48.72%；第一小学130余名。",
            "合唱（city）",
            "（二）获奖",
            "获奖1项：第一小学《合唱》（市级，2022年6月1日，12人）",
        ]
    );
    assert_eq!(
        lines[8..13],
        [
            "署名",
            "—",
            "附表",
            "学生数\n指标|单位|2022年|2021年|增长\n学生数|人|156|150|4%\n寄宿率|%|—|—|—",
            "各乡镇学生数\n乡镇|学生数（人）\n东乡|135\n西乡|21",
        ]
    );
    assert!(
        lines[13].starts_with("[\"女\", \"男\"] [Series { name: \"2021年\", values: [Some(70), Some(80)]"),
        "{}",
        lines[13]
    );
    assert_eq!(
        lines[14..],
        ["二、结论", "评价【2022 年部门整体绩效评价尚未定稿】，【补助（2022）：应报 3，已报 0】。"]
    );

    // Every number stands on its sources.
    let Block::Paragraph(sentence) = &document.blocks[4] else { panic!("no paragraph") };
    let numbers: Vec<(&str, Shows, &Source)> = sentence
        .spans
        .iter()
        .filter_map(|span| match span {
            Span::Number { text, shows, sources } => Some((text.as_str(), *shows, &document.sources[sources[0]])),
            Span::Text { .. } => None,
        })
        .collect();
    assert_eq!(numbers.len(), 5);
    assert_eq!((numbers[1].0, numbers[1].1), ("增长4%", Shows::Growth));
    let Source::Figure { indicator, period, value, previous, expected, reported, .. } = numbers[1].2 else {
        panic!("{:?}", numbers[1].2)
    };
    assert_eq!((indicator.as_str(), period.as_str(), *expected, *reported), ("pupils", "2022", 3, 2));
    assert_eq!((value.unwrap().to_string(), previous.unwrap().to_string()), ("156".to_owned(), "150".to_owned()));
    let found: Vec<(FindingKind, &str)> =
        findings.iter().map(|finding| (finding.kind, finding.place.as_str())).collect();
    assert!(found.contains(&(FindingKind::Incomplete, "/sections/1/sections/1/blocks/0")), "{found:?}");
    assert!(found.contains(&(FindingKind::Undefined, "/sections/4/blocks/0")), "{found:?}");
    // Of the groups of a table, each that lacks something is named.
    let of_table: Vec<(&str, &str)> = findings
        .iter()
        .filter(|finding| finding.place == "/sections/3/blocks/2")
        .map(|finding| (finding.zh.as_str(), finding.en.as_str()))
        .collect();
    let [(zh, en)] = of_table[..] else { panic!("{of_table:?}") };
    assert!(zh.starts_with("东乡：") && zh.contains("应报") && en.starts_with("东乡: "), "{zh} {en}");
    assert!(statements <= 26, "{statements} statements");

    // Whatever is entered later, the moment stays what it was.
    fill_in(&app, SIBLING, ["reporter2", "principal2"], "2020", (1, 1)).await;
    app.log_in("reporter")
        .await
        .post("/v1/registers/awards/records/a1/withdraw", &json!({"note": "有误"}))
        .await
        .expect(200);
    let mut template = app.log_in("admin").await.get(TEMPLATE).await.expect(200);
    template["sections"] = json!([{"blocks": [{"paragraph": "另一份报告"}]}]);
    app.log_in("admin").await.with("if-match", "*").put(TEMPLATE, &template).await.expect(200);
    let (again, _) = report(&app, Some(as_of)).await;
    let without_position = |document: &Document| {
        let mut json = serde_json::to_value(document).unwrap();
        for source in json["sources"].as_array_mut().unwrap() {
            source["journal_position"] = Value::Null;
        }
        json.to_string()
    };
    assert_eq!(without_position(&again.document), without_position(&document));
    assert_eq!(again.findings, findings);
    let (now, _) = report(&app, None).await;
    assert_eq!(self::lines(&now.document), ["另一份报告"]);
}

#[tokio::test]
async fn only_a_round_that_was_closed_then_is_a_sheet_of_a_report() {
    let app = county("      - blocks: [{sheet: {monitoring: '{{ year }}-06'}}]\n").await;
    let kinds = |assembled: &Assembled| assembled.findings.iter().map(|each| each.kind).collect::<Vec<_>>();
    app.execute(
        "INSERT INTO monitoring_rounds (bureau_id, round, year, month, name, due_on, state, row_version, read_at, opened_by,
             opened_at) VALUES (1, '2022-06', 2022, 6, '上半年', '2022-07-10', 'open', 1, now(), 'user:x', now())",
    )
    .await;
    // That there is no such sheet, and so that nothing is said.
    assert_eq!(kinds(&report(&app, None).await.0), [FindingKind::Undefined; 2]);
    app.execute("UPDATE monitoring_rounds SET state = 'closed', closed_by = 'user:x', closed_at = '2020-01-02'").await;
    let (closed, _) = report(&app, None).await;
    assert_eq!((kinds(&closed), closed.document.blocks.len()), (vec![], 1));
    let Some(Source::Sheet { name, path, .. }) = closed.document.sources.first() else { panic!("no sheet") };
    assert_eq!(
        (name.as_str(), path.as_str()),
        ("上半年汇总表（2022年度，1—6月）", "/v1/monitoring/rounds/2022-06/sheets")
    );
    let Block::Table(table) = &closed.document.blocks[0] else { panic!("no table") };
    let numbers: Vec<_> = table.rows.iter().flatten().filter(|cell| cell.number.is_some()).collect();
    assert!(!numbers.is_empty());
    for cell in numbers {
        assert!(matches!(cell.spans[..], [Span::Number { ref sources, .. }] if *sources == [0]), "{cell:?}");
    }
    let before = report(&app, Some("2020-01-01T12:00:00Z".parse().unwrap())).await.0;
    assert_eq!(kinds(&before), [FindingKind::Undefined; 2], "it was not closed at that moment");
}

#[tokio::test]
async fn figures_that_hang_on_figures_in_too_many_layers_are_refused() {
    let layers = [
        "value('pupils')",
        "value('pupils', within='2199000001')",
        "value('pupils_by_sex')",
        "value('pupils_by_sex', within='2199000001')",
        "value('pupils_by_sex', where={'sex': 'girls'})",
        "value('pupils_by_sex', where={'sex': 'boys'})",
    ];
    let opened = layers.map(|value| format!("{{% if {value} is above(0) %}}")).concat();
    let text = format!("{opened}很多{}", "{% endif %}".repeat(layers.len()));
    let app = county(&format!("      - blocks: [{{paragraph: \"{text}\"}}]\n")).await;
    fill_in(&app, SCHOOL, ["reporter", "principal"], "2022", (65, 70)).await;
    assert_eq!(refused(&app).await, "/template");
}

#[tokio::test]
async fn three_hundred_figures_take_no_more_statements_than_a_few() {
    let figures = (0..150)
        .map(|i| {
            let code = ["pupils", "boarders", "grant", "sleep_hours"][i % 4];
            let within = ["", ", within='2199000001'"][i % 2];
            format!(
                "          - paragraph: \"{i} {{{{ value('{code}'{within}) }}}}，{{{{ growth('{code}'{within}) }}}}\"\n"
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let app = county(&format!("      - heading: 很多\n        blocks:\n{figures}")).await;
    fill_in(&app, SCHOOL, ["reporter", "principal"], "2022", (65, 70)).await;
    let (assembled, statements) = report(&app, None).await;
    assert_eq!(assembled.document.blocks.len(), 151);
    assert!(statements <= 20, "{statements} statements");
}

#[tokio::test]
async fn a_template_that_takes_too_much_is_refused_and_says_where() {
    let hostile = "      - blocks: [{paragraph: '{% for a in [1] * 99999 %}{% for b in [1] * 99999 %}{{ b }}{% endfor %}{% endfor %}'}]\n";
    let app = county(hostile).await;
    assert_eq!(refused(&app).await, "/template/sections/0/blocks/0");
}
