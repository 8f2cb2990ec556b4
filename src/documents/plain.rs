//! A document out of plain text, as people type it.

use super::model::{Block, Document, Paragraph, Span};

/// The longest heading, in characters; what is longer is a paragraph, whatever it begins with.
const LONGEST_HEADING: usize = 40;

const NUMERALS: &str = "〇零一二三四五六七八九十";

impl Document {
    /// Out of plain text: a paragraph for each line that is not empty, with `/lines/` and the number of the line as its place; a
    /// heading where the line is short, ends no sentence, and begins with 一、, （一） or 1.. None of its numbers come from data.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let lines = (1..).zip(text.lines()).map(|(line, text): (usize, &str)| (line, text.trim()));
        let blocks = lines.filter(|(_, text)| !text.is_empty()).map(|(line, text)| block(line, text)).collect();
        Self { title: Vec::new(), blocks, signature: None, sources: Vec::new() }
    }
}

fn block(line: usize, text: &str) -> Block {
    let place = format!("/lines/{line}");
    let spans = |text: &str| vec![Span::Text { text: text.to_owned() }];
    match heading(text) {
        Some((level, number, words)) => {
            Block::Heading(Paragraph { place, level, number: number.to_owned(), spans: spans(words) })
        }
        None => Block::Paragraph(Paragraph { place, level: 0, number: String::new(), spans: spans(text) }),
    }
}

/// Level, number and words of a heading.
fn heading(text: &str) -> Option<(u8, &str, &str)> {
    let is_one = text.chars().count() <= LONGEST_HEADING && !text.trim_end_matches('。').contains(['。', '；', '，']);
    let numeral = |text: &str| text.find(|c| !NUMERALS.contains(c)).filter(|length| *length > 0);
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).filter(|length| *length > 0);
    let after = |at: usize, signs: [char; 2]| {
        let rest = text.get(at..)?;
        let words = rest.strip_prefix(signs)?;
        let (number, _) = text.split_at_checked(text.len() - words.len())?;
        Some((number, words.trim_start()))
    };
    let bracket = |c: char| text.starts_with(c).then(|| c.len_utf8());
    let (level, (number, words)) = if let Some(opened) = bracket('（').or_else(|| bracket('(')) {
        (2, after(opened + numeral(text.get(opened..)?)?, ['）', ')'])?)
    } else if let Some(length) = numeral(text) {
        (1, after(length, ['、', '．'])?)
    } else {
        (3, after(digits(text)?, ['.', '．']).filter(|(_, words)| !words.starts_with(|c: char| c.is_ascii_digit()))?)
    };
    (is_one && !words.is_empty()).then_some((level, number, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_lines_with_a_number_are_headings() {
        for (text, expected) in [
            ("一、总体绩效目标实现情况", Some((1, "一、", "总体绩效目标实现情况"))),
            ("（十二）队伍建设", Some((2, "（十二）", "队伍建设"))),
            ("（六）全面提升党建质量。", Some((2, "（六）", "全面提升党建质量。"))),
            ("3. 经费", Some((3, "3.", "经费"))),
            ("（一）加强组织领导。成立领导小组", None),
            ("2022年高考", None),
            ("1.5万名学生", None),
            ("一是优化环境", None),
            ("", None),
        ] {
            assert_eq!(heading(text), expected, "{text}");
        }
    }

    #[test]
    fn lines_keep_their_numbers() {
        let document = Document::of_text("报告\n\n一、总体\r\n  135人\n");
        let places: Vec<_> = document
            .blocks
            .iter()
            .map(|block| match block {
                Block::Heading(it) | Block::Paragraph(it) => (it.place.as_str(), it.level, it.text()),
                _ => unreachable!(),
            })
            .collect();
        assert_eq!(
            places,
            [
                ("/lines/1", 0, "报告".to_owned()),
                ("/lines/3", 1, "总体".to_owned()),
                ("/lines/4", 0, "135人".to_owned())
            ]
        );
    }
}
