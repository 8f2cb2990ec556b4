//! The rules that hold among organisations. Pure.

use std::collections::{HashMap, HashSet};

use super::kinds::{Kind, Stage};
use super::model::{Definition, World};
use crate::platform::error::{Violation, ViolationCode};
use crate::platform::message::Message;
use crate::say;

/// The longest code.
const MAX_CODE: usize = 32;

/// The most levels from an organisation up to the one that has no parent.
const MAX_LEVELS: usize = 8;

/// Everything that is wrong with each of the rows, were they all to become part of the world.
///
/// A row stands or falls with the rows above it in the tree: where one of those is refused, so is
/// it. So whatever rows are left can be entered without the others.
pub(super) fn check(rows: &[&Definition], world: &World) -> Vec<Vec<Violation>> {
    let mut seen = HashSet::new();
    let mut violations: Vec<Vec<Violation>> = rows
        .iter()
        .map(|row| {
            let mut found = Vec::new();
            check_alone(row, &mut found);
            check_against_past(row, world, &mut found);
            if !seen.insert(row.code.as_str()) {
                found.push(Violation::new("/code", ViolationCode::Duplicate, {
                    let code = &row.code;
                    say!("编码“{code}”在文件中重复", "The code “{code}” stands twice in the file")
                }));
            }
            found
        })
        .collect();
    let tree = Tree::of(rows, &violations, world);
    for (row, found) in rows.iter().zip(&mut violations) {
        found.extend(tree.fault_above(row).map(|fault| fault.violation()));
    }
    violations
}

/// What can be said of a row by itself.
fn check_alone(row: &Definition, found: &mut Vec<Violation>) {
    found.extend(check_code(&row.code).err());
    let mut report = |place: &str, code, message| found.push(Violation::new(place, code, message));
    match (row.kind, row.stage) {
        (Kind::School, None) => {
            report("/stage", ViolationCode::Missing, say!("学校应有学段", "A school has a stage"));
        }
        (Kind::School, Some(stage)) => check_school_code(&row.code, stage, &mut report),
        (Kind::Bureau | Kind::Section, Some(_)) => {
            report("/stage", ViolationCode::Inconsistent, say!("只有学校才有学段", "Only a school has a stage"));
        }
        (Kind::Bureau | Kind::Section, None) => {}
    }
    if row.kind == Kind::Bureau && row.parent.is_some() {
        report("/parent", ViolationCode::Inconsistent, say!("局没有上级单位", "The bureau has no parent"));
    }
    if let (Some(opened), Some(closed)) = (row.opened_on, row.closed_on)
        && closed <= opened
    {
        report(
            "/closed_on",
            ViolationCode::Inconsistent,
            say!("撤销日期应晚于成立日期", "It closes after it has opened"),
        );
    }
}

/// Whether a text can be the code of an organisation.
pub(super) fn check_code(code: &str) -> Result<(), Violation> {
    let well_formed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=MAX_CODE).contains(&code.len()) && code.bytes().all(well_formed) {
        return Ok(());
    }
    Err(Violation::new(
        "/code",
        ViolationCode::WrongFormat,
        say!(
            "编码应为 1 至 {MAX_CODE} 位字母、数字、下划线或连字符",
            "A code is 1 to {MAX_CODE} letters, digits, underscores or hyphens"
        ),
    ))
}

/// 学校标识码: two digits of the type, two of the province, six of the serial number.
fn check_school_code(code: &str, stage: Stage, report: &mut impl FnMut(&str, ViolationCode, Message)) {
    if code.len() != 10 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        let message = say!("学校标识码应为 10 位数字", "The code of a school is ten digits");
        return report("/code", ViolationCode::WrongFormat, message);
    }
    let prefix = stage.code_prefix();
    if !code.starts_with(prefix) {
        let stage = stage.code();
        report(
            "/stage",
            ViolationCode::Inconsistent,
            say!(
                "学段 {stage} 的学校标识码以 {prefix} 开头；学校类型改变须启用新编码",
                "The code of a school of stage {stage} begins with {prefix}; a school that changes its type gets a new code"
            ),
        );
    }
}

/// What the organisation was before bounds what it can become.
fn check_against_past(row: &Definition, world: &World, found: &mut Vec<Violation>) {
    let mut report = |place: &str, code, message| found.push(Violation::new(place, code, message));
    let Some(past) = world.get(&row.code).map(|organisation| &organisation.definition) else {
        if row.kind == Kind::Bureau {
            report(
                "/kind",
                ViolationCode::NotAllowed,
                say!("只有一个局，且不能由此新建", "There is one bureau, and it is not created here"),
            );
        }
        return;
    };
    if past.kind != row.kind {
        let kind = past.kind.code();
        report("/kind", ViolationCode::StateForbids, say!("“{kind}”的性质不能改变", "What is a {kind} remains one"));
    }
    if let (Some(closed), Some(opened)) = (past.closed_on, row.opened_on)
        && opened >= closed
    {
        report(
            "/code",
            ViolationCode::VoidCode,
            say!(
                "此编码属于 {closed} 已撤销的单位，不得再用",
                "This code belongs to what closed on {closed}, and is not used again"
            ),
        );
    }
}

/// The world as it would be with the rows.
struct Tree<'a> {
    world: &'a World,
    rows: HashMap<&'a str, Row<'a>>,
}

struct Row<'a> {
    parent: Option<&'a str>,
    refused: bool,
}

/// What is wrong with the organisations above one.
enum Fault<'a> {
    Unknown(&'a str),
    Refused(&'a str),
    Endless,
}

impl<'a> Tree<'a> {
    fn of(rows: &[&'a Definition], violations: &[Vec<Violation>], world: &'a World) -> Self {
        let mut by_code: HashMap<&str, Row<'_>> = HashMap::with_capacity(rows.len());
        for (row, violations) in rows.iter().zip(violations) {
            let refused = !violations.is_empty();
            // Of two rows with one code the first counts; the second is refused for itself.
            by_code.entry(&row.code).or_insert(Row { parent: row.parent.as_deref(), refused });
        }
        Self { world, rows: by_code }
    }

    /// Walks up. Whoever does not arrive within [`MAX_LEVELS`] goes round in a circle, or is nested
    /// deeper than any organisation is.
    fn fault_above(&self, row: &'a Definition) -> Option<Fault<'a>> {
        let mut next = row.parent.as_deref();
        for _ in 1..MAX_LEVELS {
            let code = next?;
            next = match (self.rows.get(code), self.world.get(code)) {
                (Some(Row { refused: true, .. }), _) => return Some(Fault::Refused(code)),
                (Some(row), _) => row.parent,
                (None, Some(organisation)) => organisation.definition.parent.as_deref(),
                (None, None) => return Some(Fault::Unknown(code)),
            };
        }
        next.map(|_| Fault::Endless)
    }
}

impl Fault<'_> {
    fn violation(&self) -> Violation {
        match self {
            Self::Unknown(code) => Violation::new(
                "/parent",
                ViolationCode::UnknownReference,
                say!("上级单位“{code}”不存在", "There is no organisation “{code}” above it"),
            ),
            Self::Refused(code) => Violation::new(
                "/parent",
                ViolationCode::Inconsistent,
                say!("上级单位“{code}”所在行有误", "The row of “{code}” above it is refused"),
            ),
            Self::Endless => Violation::new(
                "/parent",
                ViolationCode::Inconsistent,
                say!(
                    "上级关系成环，或超过 {MAX_LEVELS} 级",
                    "The organisations above it form a circle, or are more than {MAX_LEVELS} levels"
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::*;
    use crate::organisations::model::Organisation;

    fn organisation(code: &str, kind: Kind, stage: Option<Stage>, parent: Option<&str>) -> Definition {
        Definition {
            code: code.to_owned(),
            kind,
            name: "名称".to_owned(),
            stage,
            township: None,
            parent: parent.map(str::to_owned),
            opened_on: None,
            closed_on: None,
        }
    }

    fn school(code: &str, stage: Stage) -> Definition {
        organisation(code, Kind::School, Some(stage), Some("990001"))
    }

    fn section(code: &str, parent: Option<&str>) -> Definition {
        organisation(code, Kind::Section, None, parent)
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn world(definitions: Vec<Definition>) -> World {
        definitions
            .into_iter()
            .map(|definition| {
                (definition.code.clone(), Organisation { definition, version: 1, recorded_at: DateTime::UNIX_EPOCH })
            })
            .collect()
    }

    fn bureau() -> Definition {
        organisation("990001", Kind::Bureau, None, None)
    }

    /// What is wrong with each row, as `pointer Code`.
    fn faults(rows: &[Definition], world: &World) -> Vec<Vec<String>> {
        let rows: Vec<&Definition> = rows.iter().collect();
        let describe = |violation: &Violation| format!("{} {:?}", violation.pointer, violation.code);
        check(&rows, world).iter().map(|found| found.iter().map(describe).collect()).collect()
    }

    #[test]
    fn each_rule_is_named_where_it_is_broken() {
        let past = world(vec![
            bureau(),
            Definition { closed_on: Some(day("2021-08-31")), ..school("2199000001", Stage::Primary) },
            school("2199000002", Stage::Primary),
        ]);
        let opened = |opened, closed| Definition {
            opened_on: Some(day(opened)),
            closed_on: Some(day(closed)),
            ..section("s", None)
        };
        for (row, expected) in [
            (school("2199000003", Stage::Primary), vec![]),
            (school("2199000002", Stage::TeachingPoint), vec![]),
            (school("2199000002", Stage::NineYear), vec!["/stage Inconsistent"]),
            (school("219900000", Stage::Primary), vec!["/code WrongFormat"]),
            (school("21990000０1", Stage::Primary), vec!["/code WrongFormat", "/code WrongFormat"]),
            (organisation("2199000003", Kind::School, None, None), vec!["/stage Missing"]),
            (organisation("s", Kind::Section, Some(Stage::Primary), None), vec!["/stage Inconsistent"]),
            (organisation("2199000002", Kind::Section, None, None), vec!["/kind StateForbids"]),
            (organisation("990002", Kind::Bureau, None, None), vec!["/kind NotAllowed"]),
            (organisation("990001", Kind::Bureau, None, Some("2199000002")), vec!["/parent Inconsistent"; 2]),
            (section("", None), vec!["/code WrongFormat"]),
            (section("a/b", None), vec!["/code WrongFormat"]),
            (section(&"s".repeat(33), None), vec!["/code WrongFormat"]),
            (section("s", Some("nobody")), vec!["/parent UnknownReference"]),
            (section("s", Some("s")), vec!["/parent Inconsistent"]),
            (opened("2022-09-01", "2022-09-01"), vec!["/closed_on Inconsistent"]),
            (opened("2022-09-01", "2022-09-02"), vec![]),
            (
                Definition { opened_on: Some(day("2021-08-31")), ..school("2199000001", Stage::Primary) },
                vec!["/code VoidCode"],
            ),
        ] {
            assert_eq!(faults(std::slice::from_ref(&row), &past), [expected], "{row:?}");
        }
    }

    #[test]
    fn every_type_of_school_has_its_prefix() {
        for stage in Stage::ALL {
            let code = format!("{}13000001", stage.code_prefix());
            assert_eq!(faults(&[school(&code, *stage)], &world(vec![bureau()])), [Vec::<String>::new()], "{stage:?}");
            assert_eq!(faults(&[school("9913000001", *stage)], &world(vec![bureau()])), [["/stage Inconsistent"]]);
        }
    }

    #[test]
    fn parents_may_stand_anywhere_in_the_file() {
        let rows = [section("c", Some("b")), section("b", Some("a")), section("a", Some("990001"))];
        assert!(faults(&rows, &world(vec![bureau()])).concat().is_empty());
    }

    #[test]
    fn a_row_falls_with_the_rows_above_it() {
        let rows = [
            section("below", Some("wrong")),
            organisation("wrong", Kind::Section, Some(Stage::Primary), None),
            section("further_below", Some("below")),
            section("beside", Some("990001")),
        ];
        let expected: [&[&str]; 4] =
            [&["/parent Inconsistent"], &["/stage Inconsistent"], &["/parent Inconsistent"], &[]];
        assert_eq!(faults(&rows, &world(vec![bureau()])), expected);
    }

    #[test]
    fn a_circle_is_found_through_the_file_and_what_is_there() {
        let past = world(vec![bureau(), section("a", Some("b")), section("b", None)]);
        assert_eq!(faults(&[section("b", Some("a"))], &past), [["/parent Inconsistent"]]);
        let turned = [section("a", None), section("b", Some("a"))];
        assert!(faults(&turned, &past).concat().is_empty(), "both at once turn the relation round");
    }

    #[test]
    fn a_tree_has_a_bounded_height() {
        let chain = |levels: usize| -> Vec<Definition> {
            (0..levels)
                .map(|level| section(&format!("s{level}"), level.checked_sub(1).map(|up| format!("s{up}")).as_deref()))
                .collect()
        };
        assert!(faults(&chain(MAX_LEVELS), &World::new()).concat().is_empty());
        assert_eq!(faults(&chain(MAX_LEVELS + 1), &World::new()).concat(), ["/parent Inconsistent"]);
    }

    #[test]
    fn a_code_twice_in_a_file_is_refused_the_second_time() {
        let rows = [section("a", None), section("a", None)];
        assert_eq!(faults(&rows, &World::new()), [vec![], vec!["/code Duplicate"]]);
    }
}
