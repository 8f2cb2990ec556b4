//! What is set is read back, by the tool that people read PDF with where it is there.

use std::io::Write;
use std::process::{Command, Stdio};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::*;
use crate::documents::{Align, Block, Cell, Chart, ChartKind, Paragraph, Series, Signature, Span, Table};

fn words(level: u8, number: &str, text: &str) -> Paragraph {
    let spans = vec![Span::Text { text: text.to_owned() }];
    Paragraph { place: "/sections/0".to_owned(), level, number: number.to_owned(), spans }
}

/// A table of two columns, so long that it goes over several pages.
fn long_table() -> Table {
    let row = |number: u32| vec![Cell::text(format!("学校{number}")), Cell::numeral(number.into(), 2)];
    Table {
        caption: "附表：各学校情况".to_owned(),
        widths: vec![2, 1],
        head: vec![vec![Cell::head("学校名称"), Cell::head("在校生数")]],
        rows: (1..=60).map(row).collect(),
        landscape: true,
    }
}

fn document() -> Document {
    let values = vec![Some(Decimal::from(455)), Some(Decimal::from(450)), None];
    let chart = Chart {
        caption: "图1 本科上线人数".to_owned(),
        kind: ChartKind::Columns,
        labels: ["2022年", "2021年", "2020年"].map(str::to_owned).to_vec(),
        series: vec![Series { name: "上线人数".to_owned(), values, sources: Vec::new() }],
        unit: "人".to_owned(),
    };
    let grid = Table {
        head: vec![
            vec![Cell::head("指标").over(1, 2), Cell::head("资金（万元）").over(2, 1)],
            vec![Cell::head("预算"), Cell::head("执行")],
        ],
        rows: vec![vec![
            Cell::text("校舍维修"),
            Cell::numeral(Decimal::from(1300), 2),
            Cell::percent(Decimal::from(75)),
        ]],
        ..Table::default()
    };
    Document {
        title: vec!["测试一县教育局".to_owned(), "2022年度部门绩效自评工作报告".to_owned()],
        blocks: vec![
            Block::Heading(words(1, "一、", "部门概况")),
            Block::Paragraph(words(0, "", &"全年投入资金，按期完成各项任务。".repeat(12))),
            Block::Heading(words(2, "（一）", "职责履行")),
            // Nothing of it is markup, nor anything that is run.
            Block::Paragraph(words(0, "", r#"#panic("x") $x$ *粗* _斜_ [方] `码` <标签> @引 // 注 \u{41} ~"#)),
            Block::Heading(words(3, "1.", "资金安排")),
            Block::Table(grid),
            Block::Chart(chart),
            Block::PageBreak,
            Block::Paragraph(words(0, "", "另起一页。")),
            Block::Table(long_table()),
        ],
        signature: Some(Signature {
            name: "测试一县教育局".to_owned(),
            date: NaiveDate::from_ymd_opt(2023, 6, 4).unwrap(),
        }),
        sources: Vec::new(),
    }
}

/// The text of each page; none where there is nothing to read it with.
fn pages(pdf: &[u8]) -> Option<Vec<String>> {
    let mut reader = Command::new("pdftotext")
        .args(["-layout", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = reader.stdin.take().unwrap();
    let pdf = pdf.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&pdf));
    let output = reader.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect())
}

/// Page objects, counted.
fn page_objects(pdf: &[u8]) -> usize {
    String::from_utf8_lossy(pdf)
        .replace("/Type/Page", "/Type /Page")
        .split("/Type /Page")
        .skip(1)
        .filter(|rest| !rest.starts_with('s'))
        .count()
}

#[test]
fn a_document_is_set_as_it_says_page_by_page() {
    let fonts = Fonts::find();
    if fonts.family().is_none() {
        assert!(matches!(pdf(&document(), &fonts), Err(PdfError::NoFont)));
        return;
    }
    let written = pdf(&document(), &fonts).unwrap();
    assert!(written.starts_with(b"%PDF-"));
    assert_eq!(page_objects(&written), 7);
    assert_eq!(written, pdf(&document(), &fonts).unwrap(), "the same bytes again");
    let Some(pages) = pages(&written) else { return };
    let squeezed: Vec<String> = pages.iter().map(|page| page.split_whitespace().collect()).collect();
    assert_eq!(pages.len(), 7);
    for (number, page) in (1..).zip(&squeezed) {
        assert!(page.contains(&format!("—{number}—")), "page {number} has its number: {page}");
    }
    let first = squeezed.first().unwrap();
    for text in [
        "2022年度部门绩效自评工作报告",
        "一、部门概况",
        "（一）职责履行",
        r#"#panic("x")$x$*粗*_斜_[方]`码`<标签>@引//注\u{41}~"#,
    ] {
        assert!(first.contains(text), "{text}: {first}");
    }
    let all = squeezed.concat();
    for text in ["1,300.00", "75%", "图1本科上线人数", "455", "2023年6月4日"] {
        assert!(all.contains(text), "{text}");
    }
    let of_table = squeezed.iter().filter(|page| page.contains("学校名称在校生数")).count();
    assert!(of_table > 1, "the head is repeated on each page of the table");
    assert!(squeezed.last().unwrap().contains("测试一县教育局2023年6月4日"));
}

#[test]
fn it_is_signed_before_its_annexes() {
    let fonts = Fonts::find();
    let mut document = document();
    let annexes = document.blocks.len() - 1;
    document.blocks.insert(annexes, Block::Signature);
    let Ok(written) = pdf(&document, &fonts) else { return };
    let Some(pages) = pages(&written) else { return };
    let signed: Vec<usize> = (0..)
        .zip(&pages)
        .filter(|(_, page)| page.contains("6 月 4 日") || page.contains("6月4日"))
        .map(|(at, _)| at)
        .collect();
    let of_table = pages.iter().position(|page| page.contains("学校名称")).unwrap();
    assert_eq!(signed, [of_table - 1], "{pages:?}");
}

#[test]
fn numbers_in_narrow_columns_stay_whole() {
    let amounts = ["118,620.00", "12,304.52", "66.08%", "18,456.79"];
    let row = |number: u32| {
        let mut row = vec![
            Cell::centred(number.to_string()),
            Cell::text("义务教育阶段学校校舍维修改造"),
            Cell::text("测试一县教育局"),
        ];
        row.extend(amounts.map(|amount| Cell { align: Align::Right, ..Cell::text(amount) }));
        row.push(Cell::centred("绿"));
        row.extend((0..5).map(|at| Cell::numeral(at.into(), 0)));
        row.extend(
            ["资金：因招标推迟，工程款尚未支付。".repeat(2), "加快进度。".to_owned(), "已审核".to_owned()]
                .map(Cell::text),
        );
        row
    };
    let table = Table {
        widths: vec![5, 24, 16, 11, 11, 9, 11, 6, 6, 7, 6, 6, 6, 24, 20, 8],
        rows: (10..30).map(row).collect(),
        landscape: true,
        ..Table::default()
    };
    let document = Document { blocks: vec![Block::Table(table)], ..document() };
    let Ok(written) = pdf(&document, &Fonts::find()) else { return };
    let Some(pages) = pages(&written) else { return };
    let words: Vec<&str> = pages.iter().flat_map(|page| page.split_whitespace()).collect();
    for amount in amounts {
        assert_eq!(words.iter().filter(|word| **word == amount).count(), 20, "{amount}: {pages:?}");
    }
    assert!((10..30).all(|number: u32| words.contains(&number.to_string().as_str())), "{pages:?}");
}

#[test]
fn what_cannot_be_read_as_a_chart_is_a_table() {
    let schools: Vec<String> = (1..=110).map(|number| format!("第{number}小学")).collect();
    let values = (1..=110).map(|number| Some(Decimal::from(number))).collect();
    let chart = Chart {
        caption: "图1 各学校学生数".to_owned(),
        kind: ChartKind::Bars,
        labels: schools.clone(),
        series: vec![Series { name: "学生数".to_owned(), values, sources: Vec::new() }],
        unit: "人".to_owned(),
    };
    let document = Document { blocks: vec![Block::Chart(chart)], ..document() };
    let Ok(written) = pdf(&document, &Fonts::find()) else { return };
    let Some(pages) = pages(&written) else { return };
    let all: String = pages.concat().split_whitespace().collect();
    assert!(pages.len() > 1 && all.contains("单位：人"), "{all}");
    assert!(schools.iter().all(|school| all.contains(school)), "{all}");
}

#[test]
fn without_a_font_nothing_is_written() {
    assert!(matches!(pdf(&document(), &Fonts::none()), Err(PdfError::NoFont)));
}
