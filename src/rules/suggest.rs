//! “Did you mean …?”

/// The candidate closest to `word`, if one is so close that a slip of the pen explains the
/// difference: about one letter in three, at most three.
pub(super) fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let tolerance = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= 4 * tolerance)
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= tolerance)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// The Levenshtein distance: how many letters to insert, delete or replace.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (1..=to.chars().count()).collect();
    let mut last = row.len();
    for (deleted, letter) in from.chars().enumerate() {
        let mut diagonal = deleted;
        last = deleted + 1;
        for (cell, other) in row.iter_mut().zip(to.chars()) {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = *cell;
            last = replaced.min(diagonal + 1).min(last + 1);
            *cell = last;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        let cases = [("", "", 0), ("", "ab", 2), ("ab", "", 2), ("kitten", "sitting", 3), ("男生", "女生", 1)];
        for (from, to, expected) in cases {
            assert_eq!(distance(from, to), expected, "{from} {to}");
        }
    }

    #[test]
    fn suggests_only_what_is_close() {
        let codes = ["pupils", "teachers", "gaokao.undergraduate"];
        assert_eq!(closest("pupil", codes).as_deref(), Some("pupils"));
        assert_eq!(closest("gaokao.undergraduates", codes).as_deref(), Some("gaokao.undergraduate"));
        assert_eq!(closest("girls", codes), None);
    }
}
