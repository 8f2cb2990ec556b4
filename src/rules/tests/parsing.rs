//! What parses, how it is printed, and how the rest is refused.

use super::super::*;
use super::{parse, school, vocabulary};

/// The code of the parse error and the source text it points at.
fn refusal(source: &str) -> (&'static str, &str) {
    let problem = Expression::parse(source).expect_err(source);
    let Place { start, end, .. } = problem.place;
    (problem.code(), source.get(start..end).unwrap())
}

#[test]
fn prints_the_canonical_source() {
    let cases = [
        ("((girls)+(boys))==total", "girls + boys == total"),
        ("a-(b-c)-d", "a - (b - c) - d"),
        ("a/(b*c)", "a / (b * c)"),
        ("(a+b)*-(-c)", "(a + b) * --c"),
        ("not(a and not b)or c", "not (a and not b) or c"),
        ("(a==b)==(not c)", "(a == b) == (not c)"),
        ("x [ b = \"一 班\" , a=true,c=\"g1\"]", "x[a=true, b=\"一 班\", c=g1]"),
        ("previous(sum(x[a=b]))", "sum(previous(x[a=b]))"),
        ("kind==\"a\\\"\\\\\" # 说明", "kind == \"a\\\"\\\\\""),
        ("date ( \"2022-09-01\" )", "date(\"2022-09-01\")"),
        ("if(a,min(1,2,03),default(b,round(0.50,2)))", "if(a, min(1, 2, 3), default(b, round(0.50, 2)))"),
        ("count + if", "count + if"),
    ];
    for (source, canonical) in cases {
        assert_eq!(parse(source).to_string(), canonical);
        assert_eq!(parse(canonical), parse(source));
    }
}

#[test]
fn refuses_what_it_cannot_parse() {
    let cases = [
        ("", ("unexpected", "")),
        ("girls +", ("unexpected", "")),
        ("girls boys", ("unexpected", "boys")),
        ("(girls", ("unexpected", "")),
        ("girls + * boys", ("unexpected", "*")),
        ("a == not b", ("unexpected", "not")),
        ("a = b", ("single_equals", "=")),
        ("f == abs(a = b)", ("single_equals", "=")),
        ("a < b < c", ("chained_comparison", "<")),
        ("a （ b", ("unexpected_character", "（")),
        ("a ! b", ("unexpected_character", "!")),
        ("kind == \"男生", ("unterminated_text", "\"男生")),
        ("kind == \"\\n\"", ("unknown_escape", "\"\\n")),
        ("1.2.3", ("invalid_number", "1.2.3")),
        ("Girls", ("invalid_name", "Girls")),
        ("a..b > 1", ("invalid_name", "a..b")),
        ("date(\"2023-02-29\")", ("invalid_date", "\"2023-02-29\"")),
        ("date(founded)", ("unexpected", "founded")),
        ("rond(a, 2)", ("unknown_function", "rond")),
        ("abs(a, b)", ("unexpected", ",")),
        ("min(a)", ("unexpected", ")")),
        ("round(a, 29)", ("unexpected", "29")),
        ("round(a, b)", ("unexpected", "b")),
        ("sum(1)", ("unexpected", "1")),
        ("previous(previous(a))", ("unexpected", "(")),
        ("previous(a + b)", ("unexpected", "+")),
        ("a[]", ("unexpected", "]")),
        ("a[b=1]", ("unexpected", "1")),
        ("a[b=c, b=d]", ("repeated_dimension", "b")),
    ];
    for (source, expected) in cases {
        assert_eq!(refusal(source), expected, "{source}");
    }
}

#[test]
fn bounds_are_exact() {
    let nested = |depth: usize| format!("{}1{}", "(".repeat(depth - 1), ")".repeat(depth - 1));
    assert!(Expression::parse(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(Expression::parse(&nested(MAX_DEPTH + 1)).unwrap_err().code(), "too_deep");
    assert_eq!(Expression::parse(&"-".repeat(MAX_LENGTH)).unwrap_err().code(), "too_deep");

    // One name and a negation, then an operator and a name each.
    let sum = |parts: usize| format!("-a{}", "+a".repeat(parts / 2 - 1));
    let longest = parse(&sum(MAX_PARTS));
    assert_eq!(parse(&longest.to_string()), longest);
    assert_eq!(longest.check(&vocabulary(), Type::Number).unwrap_err().len(), MAX_PARTS / 2);
    assert_eq!(longest.evaluate(&school()), Ok(None));
    assert_eq!(Expression::parse(&sum(MAX_PARTS + 2)).unwrap_err().code(), "too_many_parts");

    let text = |length: usize| format!("\"{}\"", "学".repeat(length - 2));
    assert!(Expression::parse(&text(MAX_LENGTH)).is_ok());
    assert_eq!(Expression::parse(&text(MAX_LENGTH + 1)).unwrap_err().code(), "too_long");
    let tight = format!("{}+1", text(MAX_LENGTH - 2));
    assert_eq!(Expression::parse(&tight).unwrap_err().code(), "too_long");
}

#[test]
fn names_each_indicator_and_period_once() {
    let expression = parse("if(b > previous(a), sum(previous(a[x=y])) + a, default(b, max(c.d, 1)))");
    let names: Vec<_> = expression.names().collect();
    let expected = [("a", When::Current), ("a", When::Previous), ("b", When::Current), ("c.d", When::Current)];
    assert_eq!(names, expected);
}

#[test]
fn expressions_are_shared_between_threads() {
    fn assert_shared<T: Send + Sync + 'static>() {}
    assert_shared::<Expression>();
    assert_shared::<Problem>();
}
