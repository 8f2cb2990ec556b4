//! Names of sheets, such as workbooks allow.

use std::collections::HashSet;

/// The most characters of a name, as spreadsheets count them: in UTF-16.
const LONGEST: usize = 31;

/// A name that spreadsheets keep for themselves.
const RESERVED: &str = "history";

/// The same names without what is forbidden in them, none too long, none twice.
#[must_use]
pub fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut taken = HashSet::from([RESERVED.to_owned()]);
    names
        .map(|name| {
            let cleaned = clean(name);
            let numbered = (2_u32..).map(|number| {
                let suffix = format!("({number})");
                format!("{}{suffix}", first(&cleaned, LONGEST - suffix.len()))
            });
            let found = std::iter::once(first(&cleaned, LONGEST).to_owned())
                .chain(numbered)
                .find(|candidate| !taken.contains(&candidate.to_lowercase()))
                .unwrap_or_default();
            taken.insert(found.to_lowercase());
            found
        })
        .collect()
}

/// One name without what is forbidden in it, not too long, and none of these.
#[must_use]
pub fn beside(others: &[&str], name: &str) -> String {
    unique(others.iter().copied().chain([name])).pop().unwrap_or_default()
}

fn clean(name: &str) -> String {
    let allowed =
        |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}' | '[' | ']' | ':' | '*' | '?' | '/' | '\\');
    let name: String = name.chars().filter(allowed).collect();
    let name = name.trim_matches(|c: char| c == '\'' || c.is_whitespace());
    if name.is_empty() { "表".to_owned() } else { name.to_owned() }
}

/// As many characters as fit; what the cut leaves at the end must not be forbidden there.
fn first(name: &str, most: usize) -> &str {
    cut(name, most).trim_end_matches('\'')
}

/// The beginning of a text, at most so long as spreadsheets count it: in UTF-16.
#[must_use]
pub fn cut(text: &str, most: usize) -> &str {
    let mut length = 0;
    let end = text.char_indices().find(|(_, c)| {
        length += c.len_utf16();
        length > most
    });
    end.map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cleaned_cut_and_told_apart() {
        let long = "深泽县城乡义务教育阶段学校校舍维修改造及操场新建工程项目支出绩效自评表";
        let names =
            ["自评[表]", "自评表", "a/b:c*d?e\\f", "'引号'", "", "///", "History", "SHEET", "sheet", long, long];
        let cut: String = long.chars().take(31).collect();
        let again: String = long.chars().take(28).chain("(2)".chars()).collect();
        let expected =
            ["自评表", "自评表(2)", "abcdef", "引号", "表", "表(2)", "History(2)", "SHEET", "sheet(2)", &cut, &again];
        assert_eq!(unique(names.into_iter()), expected);
        assert_eq!(beside(&["问题", "_choices"], "问题"), "问题(2)");
        assert_eq!(beside(&["问题"], "支付"), "支付");
        assert_eq!(unique(["a\u{ffff}b"].into_iter()), ["ab"], "XML has no such character");
        // Characters beyond the basic plane count twice.
        assert_eq!(unique(["𠮷".repeat(20).as_str()].into_iter()), ["𠮷".repeat(15)]);
    }
}
