//! The values that a column may have: codes, and what people call them.

use std::collections::{HashMap, HashSet};

use crate::platform::message::Message;
use crate::say;

/// The most that are named in a sentence.
const MAX_NAMED: usize = 20;

/// The values that a column may have; none where that is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// Codes and names, in their order.
    all: Vec<(String, String)>,
    codes: HashSet<String>,
    /// What a name means, where it means one code, and is none.
    meanings: HashMap<String, String>,
    /// The first such name of a code.
    shown: HashMap<String, String>,
}

impl Choices {
    /// Codes with their names; a code may have several.
    pub(super) fn of(all: Vec<(String, String)>) -> Self {
        let codes: HashSet<String> = all.iter().map(|(code, _)| code.clone()).collect();
        let mut meant: HashMap<&str, HashSet<&str>> = HashMap::new();
        for (code, name) in &all {
            meant.entry(name).or_default().insert(code);
        }
        let is_certain = |name: &str| !codes.contains(name) && meant.get(name).is_some_and(|codes| codes.len() == 1);
        let (mut meanings, mut shown) = (HashMap::new(), HashMap::new());
        for (code, name) in all.iter().filter(|(_, name)| is_certain(name)) {
            meanings.insert(name.clone(), code.clone());
            shown.entry(code.clone()).or_insert_with(|| name.clone());
        }
        Self { all, codes, meanings, shown }
    }

    /// Whether anything is right.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether it is the code of one.
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    /// A code as people see it: by its name, where no other means the same.
    #[must_use]
    pub fn shown<'t>(&'t self, code: &'t str) -> &'t str {
        self.shown.get(code).map_or(code, String::as_str)
    }

    /// What is meant by a code or a name.
    pub(super) fn meant<'t>(&'t self, text: &'t str) -> &'t str {
        self.meanings.get(text).map_or(text, String::as_str)
    }

    /// What people choose from: names, and codes where a name might mean several.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|(code, name)| if self.meanings.contains_key(name) { name } else { code }.as_str())
    }

    /// The labels as a sentence has them; none where anything is right.
    #[must_use]
    pub fn named(&self) -> Option<Message> {
        let labels: Vec<&str> = self.labels().take(MAX_NAMED).collect();
        let (all, more) = (self.len(), self.len() > labels.len());
        let (zh, en) = (labels.join("、"), labels.join(", "));
        match (labels.is_empty(), more) {
            (true, _) => None,
            (_, false) => Some(Message { zh: zh.into(), en: en.into() }),
            (_, true) => Some(say!("{zh}等 {all} 项", "{en} and others, {all} in all")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(all: &[(&str, &str)]) -> Choices {
        Choices::of(all.iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect())
    }

    #[test]
    fn what_is_shown_is_read_back() {
        let choices = choices(&[("primary", "小学"), ("a", "b"), ("b", "c"), ("x", "同名"), ("y", "同名")]);
        for (code, shown) in [("primary", "小学"), ("a", "a"), ("b", "c"), ("x", "x"), ("other", "other")] {
            assert_eq!((choices.shown(code), choices.meant(choices.shown(code))), (shown, code));
        }
        assert_eq!(choices.labels().collect::<Vec<_>>(), ["小学", "a", "c", "x", "y"]);
        assert_eq!(choices.meant("b"), "b", "a code before a name");
        assert!(choices.has("x") && !choices.has("同名"));
    }

    #[test]
    fn a_code_of_two_names_is_read_by_both() {
        let choices = choices(&[("1", "旧名"), ("1", "新名")]);
        assert_eq!((choices.meant("旧名"), choices.meant("新名"), choices.shown("1")), ("1", "1", "旧名"));
        assert_eq!(choices.labels().collect::<Vec<_>>(), ["旧名", "新名"]);
    }

    #[test]
    fn many_are_told_by_the_first_and_their_number() {
        let many: Vec<(String, String)> = (0..25).map(|n| (n.to_string(), format!("甲{n}"))).collect();
        let named = Choices::of(many).named().unwrap();
        assert!(named.zh.starts_with("甲0、甲1、") && named.zh.ends_with("、甲19等 25 项"), "{named:?}");
        assert!(named.en.ends_with(", 甲19 and others, 25 in all"), "{named:?}");
        assert_eq!(choices(&[]).named(), None);
    }
}
