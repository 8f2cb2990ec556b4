//! A small document with everything that a document can contain, for tests.

use chrono::{NaiveDate, TimeZone, Utc};
use rust_decimal::Decimal;

use super::model::{
    Align, Block, Cell, Chart, ChartKind, Document, Paragraph, Series, Shows, Signature, Source, Span, Table,
};

fn text(text: &str) -> Span {
    Span::Text { text: text.to_owned() }
}

fn number(text: &str, shows: Shows, sources: &[usize]) -> Span {
    Span::Number { text: text.to_owned(), shows, sources: sources.to_vec() }
}

fn words(level: u8, number: &str, spans: Vec<Span>) -> Paragraph {
    Paragraph { place: "/sections/0".to_owned(), level, number: number.to_owned(), spans }
}

fn figure(indicator: &str, name: &str, value: i64) -> Source {
    Source::Figure {
        indicator: indicator.to_owned(),
        name: name.to_owned(),
        period: "2022".to_owned(),
        group: [("exam_category".to_owned(), Some("arts".to_owned())), ("sex".to_owned(), None)].into(),
        within: Some("3413000001".to_owned()),
        value: Some(Decimal::from(value)),
        previous: Some(Decimal::from(450)),
        unit: Some("人".to_owned()),
        expected: 2,
        reported: 1,
        as_of: Utc.with_ymd_and_hms(2023, 6, 14, 8, 0, 0).unwrap(),
        journal_position: 4711,
    }
}

fn sources() -> Vec<Source> {
    let as_of = Utc.with_ymd_and_hms(2023, 6, 14, 8, 0, 0).unwrap();
    vec![
        figure("gaokao.undergraduate", "本科上线人数", 455),
        figure("gaokao.arts", "艺术类本科上线人数", 85),
        Source::Records {
            register: "project.renovation".to_owned(),
            records: vec!["R 1/绩".to_owned(), "R2".to_owned()],
            as_of,
            journal_position: 4711,
        },
        Source::Evaluation {
            year: 2022,
            kind: "project".to_owned(),
            subject: "P-01".to_owned(),
            item: "total".to_owned(),
            value: Some(Decimal::new(925, 1)),
            as_of,
            journal_position: 4711,
        },
    ]
}

fn table() -> Table {
    let centre = |text: &str, columns, rows| Cell { columns, rows, align: Align::Centre, ..Cell::text(text) };
    let right = |span: Span, bold| Cell { spans: vec![span], align: Align::Right, bold, ..Cell::default() };
    Table {
        caption: "表1 高考上线情况".to_owned(),
        widths: vec![2, 1, 2],
        head: vec![
            vec![centre("类别", 1, 2), centre("上线人数", 2, 1)],
            vec![centre("2021年", 1, 1), centre("2022年", 1, 1)],
        ],
        rows: vec![vec![
            Cell::text("本科"),
            right(number("450", Shows::Previous, &[0]), false),
            right(number("455", Shows::Value, &[0]), true),
        ]],
        landscape: false,
    }
}

fn chart() -> Chart {
    let series = |name: &str, values: [Option<i64>; 2], sources| Series {
        name: name.to_owned(),
        values: values.map(|value| value.map(Decimal::from)).to_vec(),
        sources,
    };
    Chart {
        caption: "图1 高考上线人数".to_owned(),
        kind: ChartKind::Columns,
        labels: vec!["本科".to_owned(), "艺术类".to_owned()],
        series: vec![
            series("2021年", [Some(450), None], Vec::new()),
            series("2022年", [Some(455), Some(85)], vec![vec![0], vec![1]]),
        ],
        unit: "人".to_owned(),
    }
}

/// The document.
pub(super) fn document() -> Document {
    let said = vec![
        text("本科上线"),
        number("455人", Shows::Value, &[0]),
        text("，其中艺术类占"),
        number("18.68%", Shows::Share, &[1, 0]),
        text("；“改造”"),
        number("2所", Shows::Value, &[2]),
        text("，得分"),
        number("92.5分", Shows::Value, &[3]),
        text("。"),
    ];
    Document {
        title: vec!["深泽县教育局".to_owned(), "2022年度部门绩效自评工作报告".to_owned()],
        blocks: vec![
            Block::Heading(words(1, "一、", vec![text("总体绩效目标实现情况")])),
            Block::Heading(words(2, "（一）", vec![text("教育质量稳步提升")])),
            Block::Heading(words(3, "1.", vec![text("高考")])),
            Block::Paragraph(words(0, "", said)),
            Block::Table(table()),
            Block::Chart(chart()),
            Block::PageBreak,
            Block::Table(Table { landscape: true, ..table() }),
            Block::Table(Table { landscape: true, caption: String::new(), ..table() }),
        ],
        signature: Some(Signature {
            name: "深泽县教育局".to_owned(),
            date: NaiveDate::from_ymd_opt(2023, 6, 14).unwrap(),
        }),
        sources: sources(),
    }
}
