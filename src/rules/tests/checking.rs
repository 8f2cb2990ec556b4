//! What a check accepts and reports.

use super::super::*;
use super::{parse, vocabulary};

/// The problems of a check as `code@line:column`.
fn problems(source: &str, expected: Type) -> Vec<String> {
    let problems = parse(source).check(&vocabulary(), expected).err().unwrap_or_default();
    let place = |problem: &Problem| format!("{}:{}", problem.place.line, problem.place.column);
    problems.iter().map(|problem| format!("{}@{}", problem.code(), place(problem))).collect()
}

#[test]
fn accepts_what_makes_sense() {
    let cases = [
        ("girls + boys == total", Type::Boolean),
        ("founded >= date(\"1949-10-01\")", Type::Boolean),
        ("sum(pupils[sex=female]) / count(pupils)", Type::Number),
        ("present(pupils) and not missing(kind)", Type::Boolean),
        ("if(boarding, \"a\", default(kind, \"b\"))", Type::Text),
        ("girls / (rooms - 0)", Type::Number),
    ];
    for (source, expected) in cases {
        assert_eq!(problems(source, expected), [""; 0], "{source}");
    }
}

#[test]
fn reports_all_problems_with_their_places() {
    let cases: [(&str, &[&str]); 14] = [
        ("girl + boys == totals", &["unknown_name@1:1", "unknown_name@1:16"]),
        ("\"男生\" == kind and\n  nurse > 0", &["unknown_name@2:3"]),
        ("pupils[sex=femal, age=g1] > 0", &["not_fixed@1:1", "unknown_dimension@1:19", "unknown_option@1:12"]),
        ("pupils > 0", &["not_fixed@1:1"]),
        ("kind + 1 == 2", &["wrong_type@1:1"]),
        ("girls", &["wrong_type@1:1"]),
        ("not girls", &["wrong_type@1:5"]),
        ("girls == kind", &["different_types@1:1"]),
        ("founded == \"1956-09-01\"", &["different_types@1:1"]),
        ("kind < \"b\"", &["not_ordered@1:1"]),
        ("girls / (2 - 2) > 0", &["division_by_zero@1:9"]),
        ("sum(kind) > 0", &["wrong_type@1:5"]),
        ("if(girls, 1, \"a\") == 1", &["wrong_type@1:4", "different_types@1:1"]),
        ("max(kind, founded) > 1", &["wrong_type@1:5", "wrong_type@1:11"]),
    ];
    for (source, expected) in cases {
        let mut expected = expected.to_vec();
        let mut found = problems(source, Type::Boolean);
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "{source}");
    }
}

#[test]
fn messages_help() {
    let problems = |source| parse(source).check(&vocabulary(), Type::Boolean).unwrap_err();
    let unknown = &problems("gaokao.undergraduates > 0")[0];
    assert_eq!(unknown.en(), "there is no indicator `gaokao.undergraduates`, did you mean `gaokao.undergraduate`?");
    assert_eq!(unknown.zh(), "没有指标“gaokao.undergraduates”，是否想写“gaokao.undergraduate”？");
    let open = &problems("pupils[sex=male] > 0")[0];
    assert!(open.en().contains("(grade)") && open.zh().contains("（grade）"));
    let problem = Expression::parse("a （b）").unwrap_err();
    assert_eq!(problem.to_string(), "line 1, column 3: unexpected full-width character `（`, use the ASCII one");
    assert_eq!(problem.zh(), "无法识别的字符“（”，请使用半角符号");
    let problem = Expression::parse("sun(a)").unwrap_err();
    assert_eq!(problem.en(), "there is no function `sun`, did you mean `sum`?");
}
