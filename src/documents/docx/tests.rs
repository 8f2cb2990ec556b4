use std::io::{Cursor, Read};

use resvg::usvg::roxmltree;
use zip::ZipArchive;

use super::*;
use crate::documents::model::{Block, Cell, Table};
use crate::documents::sample;

/// The parts of an archive by name.
fn parts(bytes: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let files = archive.len();
    let read = |at| {
        let mut file = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        (file.name().unwrap().into_owned(), content)
    };
    (0..files).map(read).collect()
}

fn text_of(document: &Document, fonts: &Fonts) -> String {
    let parts = parts(docx(document, fonts).unwrap());
    let (_, content) = parts.into_iter().find(|(name, _)| name == "word/document.xml").unwrap();
    String::from_utf8(content).unwrap()
}

/// The words of each paragraph.
fn paragraphs(xml: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(xml).unwrap();
    let words = |paragraph: roxmltree::Node| {
        paragraph.descendants().filter(|node| node.has_tag_name((W, "t"))).filter_map(|node| node.text()).collect()
    };
    document.descendants().filter(|node| node.has_tag_name((W, "p"))).map(words).collect()
}

const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

#[test]
fn the_archive_is_whole() {
    let bytes = docx(&sample::document(), &Fonts::find()).unwrap();
    assert_eq!(bytes, docx(&sample::document(), &Fonts::find()).unwrap(), "the same document gives the same bytes");
    let parts = parts(bytes);
    let named: Vec<_> = parts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(named[0], "[Content_Types].xml");
    for (name, content) in &parts {
        if name.starts_with("word/media/") {
            continue;
        }
        let text = std::str::from_utf8(content).unwrap();
        let document = roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        for related in document.descendants().filter_map(|node| node.attribute("Target")) {
            let folder = if name.starts_with("word/") { "word/" } else { "" };
            assert!(named.contains(&format!("{folder}{related}").as_str()), "{name} names {related}");
        }
        for part in document.descendants().filter_map(|node| node.attribute("PartName")) {
            assert!(named.contains(&part.trim_start_matches('/')), "{name} names {part}");
        }
    }
}

#[test]
fn all_words_and_numbers_are_in_it() {
    let said = paragraphs(&text_of(&sample::document(), &Fonts::none()));
    for words in [
        "深泽县教育局2022年度部门绩效自评工作报告",
        "一、总体绩效目标实现情况",
        "（一）教育质量稳步提升",
        "1.高考",
        "本科上线455人，其中艺术类占18.68%；“改造”2所，得分92.5分。",
        "表1 高考上线情况",
        "深泽县教育局",
        "2023年6月14日",
    ] {
        assert!(said.iter().any(|paragraph| paragraph == words), "{words}: {said:?}");
    }
}

#[test]
fn heads_are_repeated_and_cells_cover_others() {
    let xml = text_of(&sample::document(), &Fonts::none());
    let document = roxmltree::Document::parse(&xml).unwrap();
    let named = |node: roxmltree::Node, name| node.descendants().filter(|node| node.has_tag_name((W, name))).count();
    let table = document.descendants().find(|node| node.has_tag_name((W, "tbl"))).unwrap();
    assert_eq!((named(table, "tr"), named(table, "tblHeader"), named(table, "gridCol")), (3, 2, 3));
    assert!(xml.contains("<w:gridSpan w:val=\"2\"/>"));
    assert!(xml.contains("<w:vMerge w:val=\"restart\"/>") && xml.contains("<w:vMerge w:val=\"continue\"/>"));
    // Each row fills the grid.
    let value = |node: roxmltree::Node, name| node.attribute((W, name)).and_then(|value| value.parse().ok());
    for row in table.children().filter(|node| node.has_tag_name((W, "tr"))) {
        let span = |cell: roxmltree::Node| {
            let span = cell.descendants().find(|node| node.has_tag_name((W, "gridSpan")));
            span.and_then(|node| value(node, "val")).unwrap_or(1)
        };
        let cells = row.children().filter(|node| node.has_tag_name((W, "tc")));
        assert_eq!(cells.map(span).sum::<usize>(), 3);
    }
}

#[test]
fn wide_tables_lie_across() {
    let xml = text_of(&sample::document(), &Fonts::none());
    let turns: Vec<_> = xml.split("w:orient=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(turns, ["portrait", "landscape", "portrait"]);
    assert!(!xml.contains("pageBreakBefore"), "a turned page is a new page already");
    assert!(xml.contains("w:top=\"2098\" w:right=\"1474\" w:bottom=\"1984\" w:left=\"1587\""), "37, 26, 35 and 28 mm");
}

#[test]
fn it_is_signed_before_its_annexes_or_at_its_end() {
    let mut document = sample::document();
    let signed = |document: &Document| {
        let xml = text_of(document, &Fonts::none());
        let (before, after) = xml.split_once("2023年6月14日").unwrap();
        (before.matches("<w:tbl>").count(), after.matches("<w:tbl>").count())
    };
    // The chart is a table as well.
    assert_eq!(signed(&document), (4, 0));
    let annexes = document.blocks.iter().position(|block| *block == Block::PageBreak).unwrap();
    document.blocks.insert(annexes, Block::Signature);
    assert_eq!(signed(&document), (2, 2));
    document.signature = None;
    assert!(!text_of(&document, &Fonts::none()).contains("2023年6月14日"));
}

#[test]
fn a_break_begins_a_page() {
    let mut document = sample::document();
    document.blocks.retain(|block| !matches!(block, Block::Table(_)));
    let breaks = |document: &Document| text_of(document, &Fonts::none()).matches("pageBreakBefore").count();
    assert_eq!(breaks(&document), 1, "of the signature");
    document.signature = None;
    assert_eq!(breaks(&document), 0, "nothing follows");
}

#[test]
fn charts_are_pictures_or_else_tables() {
    let without = text_of(&sample::document(), &Fonts::none());
    assert!(!without.contains("<w:drawing>"));
    assert!(paragraphs(&without).contains(&"图1 高考上线人数（单位：人）".to_owned()));
    let fonts = Fonts::find();
    if fonts.family().is_some() {
        let with = text_of(&sample::document(), &fonts);
        assert!(with.contains("<a:blip r:embed=\"rIdPicture1\"/>") && with.contains("cx=\"5400000\""), "{with}");
        assert!(paragraphs(&with).contains(&"图1 高考上线人数".to_owned()));
    }
}

#[test]
fn fonts_are_those_of_official_documents() {
    let parts = parts(docx(&sample::document(), &Fonts::none()).unwrap());
    let part = |name: &str| {
        let (_, content) = parts.iter().find(|(part, _)| part == name).unwrap();
        String::from_utf8(content.clone()).unwrap()
    };
    let (styles, table) = (part("word/styles.xml"), part("word/fontTable.xml"));
    for font in ["方正小标宋简体", "仿宋_GB2312", "楷体_GB2312", "黑体", "宋体"] {
        assert!(styles.contains(&format!("w:eastAsia=\"{font}\"")), "{font} is not used");
        let entry = table.split(&format!("w:name=\"{font}\"")).nth(1).unwrap();
        assert!(entry.split("</w:font>").next().unwrap().contains("<w:altName"), "{font} has no substitute");
    }
    assert!(part("word/document.xml").contains("<w:rFonts w:hint=\"eastAsia\"/>"));
    assert!(part("word/footer1.xml").contains("— </w:t>"));
}

#[test]
fn odd_tables_and_texts_do_no_harm() {
    let ragged = Table {
        head: vec![vec![Cell { columns: 0, rows: 0, ..Cell::text("<&>\u{1}\n二") }], vec![]],
        rows: vec![vec![], vec![Cell { columns: 3, rows: 9, ..Cell::text("]]>") }]],
        widths: vec![0],
        ..Table::default()
    };
    let document = Document {
        title: Vec::new(),
        blocks: vec![Block::PageBreak, Block::Table(ragged), Block::Table(Table::default()), Block::PageBreak],
        signature: None,
        sources: Vec::new(),
    };
    let xml = text_of(&document, &Fonts::none());
    assert!(paragraphs(&xml).contains(&"<&>二".to_owned()), "{xml}");
    assert_eq!(xml.matches("<w:tbl>").count(), 1, "a table without cells is none");
}
