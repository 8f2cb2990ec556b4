use super::*;
use crate::documents::model::Source;
use crate::documents::sample;

fn page(document: &Document) -> String {
    html(document, &HtmlOptions::default())
}

#[test]
fn every_number_opens_its_sources() {
    let document = sample::document();
    let page = page(&document);
    let number = "<a class=\"number\" href=\"#source-1\" title=\"数值\">455人</a>";
    assert!(page.contains(number), "{page}");
    assert!(page.contains("<a class=\"number\" href=\"#sources-1\" title=\"两数之比\">18.68%</a>"), "{page}");
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(link == "closed" || page.contains(&format!("<article id=\"{link}\">")), "{link} leads nowhere");
    }
    let to_sources = "/v1/figures/gaokao.undergraduate/sources?period=2022&amp;as_of=2023-06-14T08%3A00%3A00Z\
                      &amp;within=3413000001&amp;where=exam_category%3Aarts%2Csex%3A\"";
    assert!(page.contains(to_sources), "{page}");
    for text in ["本科上线人数", "应报2，已报1，未报齐", "<dd>450人</dd>", "<dd>4711</dd>", "2023-06-14T08:00:00Z"]
    {
        assert!(page.contains(text), "{text}");
    }
    assert!(page.contains("<a href=\"/v1/registers/project.renovation/records/R%201%2F%E7%BB%A9\">"), "{page}");
    assert!(page.contains("<a href=\"/v1/evaluations/2022/project/P-01\">"), "{page}");
}

#[test]
fn values_of_charts_are_links_too() {
    let page = page(&sample::document());
    assert!(page.contains("<a href=\"#source-1\"><title>2022年 本科 455人</title>"), "{page}");
}

#[test]
fn nothing_becomes_an_element() {
    let bad = "<script>alert('\"&')</script>";
    let mut document = sample::document();
    document.title = vec![bad.to_owned()];
    document.signature.as_mut().unwrap().name = bad.to_owned();
    for source in &mut document.sources {
        if let Source::Figure { indicator, name, unit, .. } = source {
            (*indicator, *name, *unit) = (bad.to_owned(), bad.to_owned(), Some(bad.to_owned()));
        }
    }
    let evil_span = || Span::Number { text: bad.to_owned(), shows: Shows::Sum, sources: vec![0, 1] };
    for block in &mut document.blocks {
        match block {
            Block::Heading(paragraph) | Block::Paragraph(paragraph) => {
                paragraph.spans = vec![evil_span()];
                (paragraph.place, paragraph.number) = (bad.to_owned(), bad.to_owned());
            }
            Block::Table(table) => {
                table.caption = bad.to_owned();
                for cell in table.head.iter_mut().chain(&mut table.rows).flatten() {
                    cell.spans = vec![evil_span(), Span::Text { text: bad.to_owned() }];
                }
            }
            Block::Chart(chart) => {
                (chart.caption, chart.unit) = (bad.to_owned(), bad.to_owned());
                chart.labels.iter_mut().for_each(|label| bad.clone_into(label));
                chart.series.iter_mut().for_each(|series| bad.clone_into(&mut series.name));
            }
            Block::PageBreak | Block::Signature => {}
        }
    }
    let page = html(&document, &HtmlOptions { api: "\"><script>".to_owned() });
    assert!(!page.contains("<script"), "{page}");
    // XML in its form, so that a reader of XML can say whether it is whole.
    let body = page.strip_prefix("<!DOCTYPE html>\n").unwrap();
    resvg::usvg::roxmltree::Document::parse(body).unwrap();
}

#[test]
fn it_is_signed_before_its_annexes_or_at_its_end() {
    let mut document = sample::document();
    let signed = "<div class=\"signature\"><p>深泽县教育局</p><p>2023年6月14日</p></div>";
    let after = |document: &Document| page(document).split_once(signed).unwrap().1.matches("<table>").count();
    assert_eq!(after(&document), 0);
    let annexes = document.blocks.iter().position(|block| *block == Block::PageBreak).unwrap();
    document.blocks.insert(annexes, Block::Signature);
    assert_eq!(after(&document), 2);
    assert_eq!(page(&document).matches(signed).count(), 1);
}

#[test]
fn tables_keep_their_spans() {
    let page = page(&sample::document());
    assert!(page.contains("<thead><tr><th class=\"centre\" rowspan=\"2\">"), "{page}");
    assert!(page.contains("<th class=\"centre\" colspan=\"2\">"), "{page}");
    assert!(page.contains("<td class=\"right bold\">"), "{page}");
    assert!(page.contains("<div class=\"table landscape\">"), "{page}");
    assert!(page.contains("<col style=\"width:40%\"/>"), "{page}");
}

#[test]
fn a_number_without_sources_stays_text() {
    let mut document = sample::document();
    document.sources.clear();
    let page = page(&document);
    assert!(page.contains("455人") && !page.contains("href="), "{page}");
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let page = page(&sample::document());
    assert!(page.starts_with("<!DOCTYPE html>\n<html lang=\"zh-CN\">"));
    for outside in ["<script", "<link", "<img", "@import", "url(", "javascript:"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("<p>2023年6月14日</p>"));
}
