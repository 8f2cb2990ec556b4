//! A document as DOCX, as an office suite reads it: its words, its numbers and its pages.
//!
//! It needs `soffice` and poppler's programs. Where they are missing it says so and passes, unless
//! `REQUIRE_LIBREOFFICE` is set.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "what fails here fails the test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use jixiao::documents::{
    Align, Block, Cell, Chart, ChartKind, Document, Fonts, Paragraph, Series, Shows, Signature, Span, Table, docx,
};
use rust_decimal::Decimal;

const REQUIRED: &str = "REQUIRE_LIBREOFFICE";

/// How long the suite may take; it starts slowly for the first time.
const TIME_LIMIT: Duration = Duration::from_mins(2);

fn words(level: u8, number: &str, text: &str) -> Paragraph {
    let spans = vec![Span::Text { text: text.to_owned() }];
    Paragraph { place: String::new(), level, number: number.to_owned(), spans }
}

fn heading(level: u8, number: &str, text: &str) -> Block {
    Block::Heading(words(level, number, text))
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(words(0, "", text))
}

fn with_number(before: &str, number: &str, after: &str) -> Block {
    let number = Span::Number { text: number.to_owned(), shows: Shows::Value, sources: vec![] };
    let mut paragraph = words(0, "", before);
    paragraph.spans.extend([number, Span::Text { text: after.to_owned() }]);
    Block::Paragraph(paragraph)
}

fn centre(text: &str, columns: u16, rows: u16) -> Cell {
    Cell { columns, rows, align: Align::Centre, ..Cell::text(text) }
}

fn right(text: &str) -> Cell {
    Cell { align: Align::Right, ..Cell::text(text) }
}

fn decimals(values: &[i64]) -> Vec<Option<Decimal>> {
    values.iter().map(|value| Some(Decimal::from(*value))).collect()
}

fn year_on_year() -> Chart {
    let series =
        |name: &str, values: &[i64]| Series { name: name.to_owned(), values: decimals(values), sources: vec![] };
    Chart {
        caption: "图1 高考上线人数".to_owned(),
        kind: ChartKind::Columns,
        labels: ["本一上线", "本科以上上线", "艺术类"].map(str::to_owned).to_vec(),
        series: vec![series("2021年", &[130, 450, 75]), series("2022年", &[135, 455, 85])],
        unit: "人".to_owned(),
    }
}

fn by_month() -> Chart {
    let mut values = decimals(&[3, 9, 18, 26, 35, 44, 52, 61, 73, 82, 90, 98]);
    values[6] = None;
    Chart {
        caption: "图2 预算执行进度".to_owned(),
        kind: ChartKind::Line,
        labels: (1..=12).map(|month| format!("{month}月")).collect(),
        series: vec![Series { name: "执行率".to_owned(), values, sources: vec![] }],
        unit: "%".to_owned(),
    }
}

fn by_township() -> Chart {
    let names =
        ["深泽镇", "铁杆镇", "赵八镇", "白庄乡", "留村乡", "桥头乡", "县直属中小学校、幼儿园及职业技术教育中心"];
    Chart {
        caption: "图3 校内课后服务覆盖率".to_owned(),
        kind: ChartKind::Bars,
        labels: names.map(str::to_owned).to_vec(),
        series: vec![Series {
            name: "覆盖率".to_owned(),
            values: decimals(&[100, 98, 96, 100, 93, 88, 100]),
            sources: vec![],
        }],
        unit: "%".to_owned(),
    }
}

fn long_table() -> Table {
    let row = |number: usize| {
        vec![
            Cell::text(format!("第{number}小学")),
            right("1234"),
            right("1200"),
            right("97.24%"),
            Cell::text("均已覆盖"),
        ]
    };
    Table {
        caption: "表1 校内课后服务情况".to_owned(),
        widths: vec![3, 2, 2, 2, 3],
        head: vec![
            vec![centre("学校", 1, 2), centre("学生（人）", 2, 1), centre("参与率", 1, 2), centre("说明", 1, 2)],
            vec![centre("在校", 1, 1), centre("参与", 1, 1)],
        ],
        rows: (1..=40).map(row).collect(),
        landscape: false,
    }
}

fn wide_table() -> Table {
    let names = [
        "项目",
        "类别",
        "年初预算",
        "调整",
        "全年预算",
        "执行数",
        "执行率",
        "数量",
        "质量",
        "时效",
        "成本",
        "效益",
        "得分",
    ];
    let row = |number: usize| {
        let mut row: Vec<_> = std::iter::once(Cell::text(format!("{number}号学校操场改造提升项目"))).collect();
        if number % 4 == 1 {
            row.push(centre("基本建设", 1, 4));
        }
        row.extend(["23,984.00", "23,984.00", "123,984.50", "123,984.50", "61.96%"].map(right));
        row.extend((5..11).map(|at| right(&format!("{}.{at}", number * 7))));
        row
    };
    Table {
        caption: "附表 项目支出绩效自评情况表".to_owned(),
        widths: [4, 2].into_iter().chain([2; 11]).collect(),
        head: vec![names.map(|name| centre(name, 1, 1)).to_vec()],
        rows: (1..=12).map(row).collect(),
        landscape: true,
    }
}

/// A report with everything that there can be.
fn report() -> Document {
    let long = "坚持问题导向，健全绩效管理制度，将事前评估、目标管理、运行监控、绩效评价、结果应用等各项措施融入预算管理全过程，\
                做到“花钱必问效、无效必问责”，确保年度绩效目标如期完成。";
    Document {
        title: vec!["深泽县教育局".to_owned(), "2022年度部门绩效自评工作报告".to_owned()],
        blocks: vec![
            paragraph(long),
            heading(1, "一、", "总体绩效目标实现情况"),
            paragraph(&long.repeat(2)),
            heading(1, "二、", "分项绩效目标实现情况"),
            heading(2, "（一）", "教育质量稳步提升"),
            with_number("2022年高考，深泽中学本科以上上线", "455人", "，比2021年提高1.11%，其中艺术类85人。"),
            Block::Chart(year_on_year()),
            heading(3, "1.", "校内课后服务"),
            with_number("全县74所义务教育阶段学校、", "1500余名", "教职工参与校内课后服务工作，2万余名学生受益。"),
            Block::Table(long_table()),
            heading(2, "（二）", "预算执行"),
            paragraph(long),
            Block::Chart(by_month()),
            Block::Chart(by_township()),
            Block::PageBreak,
            heading(1, "三、", "项目支出绩效自评"),
            Block::Table(wide_table()),
            heading(1, "四、", "存在问题和下一步打算"),
            paragraph(&long.repeat(3)),
        ],
        signature: Some(Signature {
            name: "深泽县教育局".to_owned(),
            date: NaiveDate::from_ymd_opt(2023, 6, 14).unwrap(),
        }),
        sources: Vec::new(),
    }
}

/// Whether a program is there; where it is not and has to be, the test fails.
fn is_here(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set, and there is no {program}");
        eprintln!("NOT TESTED: there is no {program} here, so no office suite has read the document");
    }
    found
}

/// Lets the suite write a PDF beside a file. A profile of its own keeps it from waiting for another that runs.
fn convert(folder: &Path, file: &str) {
    let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
    let mut office = Command::new("soffice")
        .arg(profile)
        .args(["--headless", "--norestore", "--convert-to", "pdf", "--outdir"])
        .arg(folder)
        .arg(folder.join(file))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while office.try_wait().unwrap().is_none() {
        if begun.elapsed() > TIME_LIMIT {
            office.kill().unwrap();
            office.wait().unwrap();
            panic!("LibreOffice took more than {TIME_LIMIT:?}");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn output(program: &str, before: &[&str], file: &Path, after: &[&str]) -> String {
    let output = Command::new(program).args(before).arg(file).args(after).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Without the spaces that stand between two scripts, or where columns are apart.
fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

#[test]
fn an_office_suite_reads_what_was_written() {
    let fonts = Fonts::find();
    let bytes = docx(&report(), &fonts).unwrap();
    if !["soffice", "pdftotext", "pdfinfo", "pdfimages"].into_iter().all(is_here) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("report.docx"), bytes).unwrap();
    convert(folder.path(), "report.docx");
    let pdf = folder.path().join("report.pdf");

    let text = output("pdftotext", &["-layout"], &pdf, &["-"]);
    let pages: Vec<_> = text.split('\u{c}').map(squeezed).filter(|page| !page.is_empty()).collect();
    assert!((8..=11).contains(&pages.len()), "{} pages: {text}", pages.len());
    for (at, page) in pages.iter().enumerate() {
        assert!(page.ends_with(&format!("—{}—", at + 1)), "the number of page {} is missing: {page}", at + 1);
    }
    let with = |words: &str| pages.iter().filter(|page| page.contains(words)).count();
    assert!(pages[0].starts_with("深泽县教育局2022年度部门绩效自评工作报告坚持问题导向"), "{}", pages[0]);
    for words in [
        "一、总体绩效目标实现情况",
        "（一）教育质量稳步提升",
        "1.校内课后服务",
        "2022年高考，深泽中学本科以上上线455人，比2021年提高1.11%，其中艺术类85人。",
        "1500余名",
        "“花钱必问效、无效必问责”",
        "表1校内课后服务情况",
        "第40小学1234120097.24%均已覆盖",
        "图3校内课后服务覆盖率",
        "附表项目支出绩效自评情况表",
    ] {
        assert_eq!(with(words).min(1), 1, "{words} is missing: {text}");
    }
    for number in ["23,984.00", "123,984.50", "61.96%"] {
        let whole = text.split_whitespace().filter(|word| *word == number).count();
        assert!(whole % 12 == 0 && whole > 0, "{number} is broken: {text}");
    }
    assert_eq!(with("学生（人）"), with("小学1234"), "the head is repeated on each page of the table: {text}");
    assert!(with("学生（人）") >= 2, "{text}");
    let last = pages.last().unwrap();
    assert!(last.contains("深泽县教育局2023年6月14日"), "{last}");

    let sizes = output("pdfinfo", &["-f", "1", "-l", "99"], &pdf, &[]);
    let with_size = |width: &str, height: &str| {
        let has_it = |line: &&str| line.contains(&format!(" {width}.")) && line.contains(&format!(" x {height}."));
        sizes.lines().filter(|line| line.contains(" size: ")).filter(has_it).count()
    };
    let (upright, across) = (with_size("595", "841"), with_size("841", "595"));
    assert!(across >= 1 && upright + across == pages.len(), "{sizes}");

    if fonts.family().is_some() {
        let pictures = output("pdfimages", &["-list"], &pdf, &[]);
        assert_eq!(
            pictures.lines().filter(|line| line.split_whitespace().nth(2) == Some("image")).count(),
            3,
            "{pictures}"
        );
    }
}
