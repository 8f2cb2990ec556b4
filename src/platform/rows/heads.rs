//! The heads of a table: which column each of them means.

use std::collections::{HashMap, HashSet};

use super::column::Column;
use crate::platform::cells::trimmed;

/// What is longer is no name, in bytes.
const LONGEST: usize = 500;

/// The names of the columns of a table.
pub(super) struct Heads {
    codes: HashMap<String, usize>,
    /// Where a name means one column only.
    names: HashMap<String, Option<usize>>,
    /// The same by their plain names.
    plain: HashMap<String, Option<usize>>,
}

impl Heads {
    pub(super) fn of(columns: &[Column]) -> Self {
        let mut heads = Self { codes: HashMap::new(), names: HashMap::new(), plain: HashMap::new() };
        for (at, column) in columns.iter().enumerate() {
            heads.codes.entry(column.code.clone().into_owned()).or_insert(at);
            let once = |found: &mut Option<usize>| *found = None;
            heads.names.entry(column.name.clone().into_owned()).and_modify(once).or_insert(Some(at));
            heads.plain.entry(plain(&column.name)).and_modify(once).or_insert(Some(at));
        }
        heads
    }

    /// The column that is meant by its code, by its name, or by what is left of that without its dress.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        if name.len() > LONGEST {
            return None;
        }
        let by_code = self.codes.get(name).copied();
        by_code.or_else(|| *self.names.get(name)?).or_else(|| *self.plain.get(&plain(name))?)
    }

    /// The column that a code means.
    pub(super) fn of_code(&self, code: &str) -> Option<usize> {
        self.codes.get(code).copied()
    }

    /// Which column each name of a header means; blank ones none.
    ///
    /// # Errors
    /// The names that are not known or stand twice; none where the key, which is the first column, is missing.
    pub(super) fn resolve(&self, names: &[&str]) -> Result<Vec<Option<usize>>, Vec<String>> {
        let (mut strange, mut seen) = (Vec::new(), HashSet::new());
        let mut found: Vec<Option<usize>> = Vec::with_capacity(names.len());
        for name in names.iter().map(|name| trimmed(name)) {
            let position = self.position(name);
            if !name.is_empty() && position.is_none_or(|position| !seen.insert(position)) {
                strange.push(name.to_owned());
            }
            found.push(position);
        }
        if strange.is_empty() && seen.contains(&0) { Ok(found) } else { Err(strange) }
    }
}

/// A name as it is compared: however wide its brackets are, and whatever is set beside it.
fn plain(name: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        c => c,
    };
    name.chars().map(narrow).filter(|c| !c.is_whitespace() && *c != '*').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_names_columns_by_code_or_name() {
        let columns = [Column::text("code", "编码"), Column::text("name", "名称"), Column::text("note", "名称")];
        let heads = Heads::of(&columns);
        assert_eq!(heads.resolve(&[" 编码\u{a0}", "", "note"]), Ok(vec![Some(0), None, Some(2)]));
        assert_eq!(heads.resolve(&["code", "名称"]), Err(vec!["名称".to_owned()]), "which of the two?");
        assert_eq!(heads.resolve(&["编码", "code"]), Err(vec!["code".to_owned()]));
        assert_eq!(heads.resolve(&["name"]), Err(vec![]));
    }

    #[test]
    fn a_name_may_be_dressed_where_it_is_not_that_of_another() {
        let columns = [Column::text("a", "金额（元）"), Column::text("b", "金额(元)"), Column::text("c", "数量（个）")];
        let heads = Heads::of(&columns);
        assert_eq!(
            ["金额（元）", "金额(元)", "* 数量(个)"].map(|name| heads.position(name)),
            [Some(0), Some(1), Some(2)]
        );
        assert_eq!(heads.position("* 金额(元)"), None, "which of the two?");
        assert_eq!(heads.position(&"数".repeat(200)), None);
    }
}
