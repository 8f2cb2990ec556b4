//! Random documents without a fault, and the same with one.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// Something that is counted.
#[derive(Debug, Clone)]
struct Counted {
    name: &'static str,
    unit: &'static str,
    /// Its parts.
    parts: [i64; 2],
    previous: i64,
}

impl Counted {
    fn value(&self) -> i64 {
        self.parts.iter().sum()
    }
}

/// How a section speaks of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Growth,
    Subset,
    Total,
    Table,
    Clauses,
}

const WAYS: [Way; 5] = [Way::Growth, Way::Subset, Way::Total, Way::Table, Way::Clauses];

const THINGS: [(&str, &str); 6] = [
    ("参训校长", "名"),
    ("绿色学校", "所"),
    ("改造楼宇", "栋"),
    ("立项课题", "个"),
    ("执法检查", "次"),
    ("获奖教师", "人"),
];

/// The one thing that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Growth,
    Total,
    Rows,
    Subset,
    Changed,
    Heading,
    Clause,
    Incomplete,
    Typed,
}

fn sections() -> impl Strategy<Value = Vec<(Counted, Way)>> {
    let section = (0..THINGS.len(), 3_i64..400, 3_i64..400, 1_i64..900, select(&WAYS[..])).prop_map(
        |(thing, one, other, previous, way)| {
            let (name, unit) = THINGS[thing];
            (Counted { name, unit, parts: [one, other], previous }, way)
        },
    );
    let rest = proptest::collection::vec(section, 0..6);
    // Each way at least once, so that whatever is to be wrong is there.
    (rest, Just(()), 0..THINGS.len()).prop_map(|(rest, (), first)| {
        let of = |i: usize| {
            let (name, unit) = THINGS[(first + i) % THINGS.len()];
            let i = i64::try_from(i).unwrap();
            Counted { name, unit, parts: [20 + i, 31 + 2 * i], previous: 40 + i }
        };
        let each = WAYS.into_iter().enumerate().map(|(i, way)| (of(i), way));
        each.chain(rest).collect()
    })
}

/// Writes documents; at most one fault goes into one of them.
struct Writer {
    document: Document,
    known: Known,
    fault: Option<Fault>,
    /// Where it went.
    place: Option<String>,
}

impl Writer {
    /// Whether a fault is to be made now, at a place.
    fn makes(&mut self, fault: Fault, place: &str) -> bool {
        let makes = self.fault == Some(fault) && self.place.is_none();
        if makes {
            self.place = Some(place.to_owned());
        }
        makes
    }

    fn source(&mut self, counted: &Counted, part: Option<usize>, place: &str) -> usize {
        let value = part.map_or(counted.value(), |part| counted.parts[part]);
        let number = self.document.sources.len();
        let reported = if self.makes(Fault::Incomplete, place) { 6 } else { 7 };
        let group = part.map(|part| ("half".to_owned(), Some(part.to_string())));
        self.document.sources.push(Source::Figure {
            indicator: counted.name.to_owned(),
            name: format!("{}数", counted.name),
            period: "2022".to_owned(),
            group: group.into_iter().collect(),
            within: None,
            value: Some(value.into()),
            previous: Some(counted.previous.into()),
            unit: Some(counted.unit.to_owned()),
            expected: 7,
            reported,
            as_of: chrono::DateTime::UNIX_EPOCH,
            journal_position: 5,
        });
        let now = if self.makes(Fault::Changed, place) { value + 1 } else { value };
        let current = Current { value: Some(now.into()), previous: Some(counted.previous.into()) };
        self.known.current.insert(number, current);
        if part.is_none() {
            self.known.facts.push(Fact {
                indicator: counted.name.to_owned(),
                names: vec![format!("{}数", counted.name)],
                unit: Some(counted.unit.to_owned()),
                value: value.into(),
                previous: Some(("2021".to_owned(), counted.previous.into())),
            });
        }
        number
    }

    fn number(&mut self, counted: &Counted, part: Option<usize>, place: &str) -> Span {
        let value = part.map_or(counted.value(), |part| counted.parts[part]);
        let text = format!("{value}{}", counted.unit);
        if part.is_none() {
            let number = self.source(counted, part, place);
            if self.makes(Fault::Typed, place) {
                // It is no use of the source.
                self.known.current.remove(&number);
                return Span::Text { text };
            }
            return Span::Number { text, shows: Shows::Value, sources: vec![number] };
        }
        Span::Number { text, shows: Shows::Value, sources: vec![self.source(counted, part, place)] }
    }

    fn block(&mut self, block: fn(Paragraph) -> Block, (level, number): (u8, &str), spans: Vec<Span>) {
        let (place, number) = (self.next_place(), number.to_owned());
        self.document.blocks.push(block(Paragraph { place, level, number, spans }));
    }

    /// Places of paragraphs are what they say; those of tables where they stand.
    fn next_place(&self) -> String {
        format!("/blocks/{}", self.document.blocks.len())
    }

    fn heading(&mut self, level: u8, number: u64) {
        let place = self.next_place();
        // The last of its chapter, so that nothing follows it.
        let number = if level == 2 && number == 3 && self.makes(Fault::Heading, &place) { 5 } else { number };
        let name = super::numerals::name(number);
        let print = if level == 1 { format!("{name}、") } else { format!("（{name}）") };
        self.block(Block::Heading, (level, &print), vec![words("工作情况")]);
    }

    fn section(&mut self, counted: &Counted, way: Way) {
        let place = self.next_place();
        let spans = match way {
            Way::Growth => {
                let value = self.number(counted, None, &place);
                let Span::Number { sources, .. } = &value else {
                    return self.block(Block::Paragraph, (0, ""), vec![words(counted.name), value, words("。")]);
                };
                let sources = sources.clone();
                let (now, before) = (Decimal::from(counted.value()), Decimal::from(counted.previous));
                let growth = (now - before) / before * Decimal::ONE_HUNDRED;
                let off = if self.makes(Fault::Growth, &place) { Decimal::new(15, 1) } else { Decimal::ZERO };
                let growth = crate::platform::decimal::round(growth + off, 1);
                let verb = if growth < Decimal::ZERO { "下降" } else { "提高" };
                let text = format!("{verb}{}%", growth.abs());
                let growth = Span::Number { text, shows: Shows::Growth, sources };
                vec![words(counted.name), value, words("，比2021年"), growth, words("。")]
            }
            Way::Subset => {
                let (whole, part) = (self.number(counted, None, &place), self.number(counted, Some(0), &place));
                let part = if self.makes(Fault::Subset, &place) {
                    let text = format!("{}{}", counted.value() + 1, counted.unit);
                    let Span::Number { shows, sources, .. } = part else { unreachable!() };
                    Span::Number { text, shows, sources }
                } else {
                    part
                };
                vec![words(counted.name), whole, words("，其中城区"), part, words("。")]
            }
            Way::Total => {
                let parts = [0, 1].map(|part| self.number(counted, Some(part), &place));
                let total = if self.makes(Fault::Total, &place) {
                    let sources = vec![self.source(counted, None, &place)];
                    let text = format!("{}{}", counted.value() + 2, counted.unit);
                    Span::Number { text, shows: Shows::Value, sources }
                } else {
                    self.number(counted, None, &place)
                };
                let [one, other] = parts;
                let name = words(&format!("{}城区", counted.name));
                vec![name, one, words("、农村"), other, words("，共"), total, words("。")]
            }
            Way::Table => return self.table(counted),
            Way::Clauses => {
                let third = if self.makes(Fault::Clause, &place) { "四" } else { "三" };
                vec![words(&format!("一是加强领导。二是完善制度，共同推进。{third}是强化“五项管理”。"))]
            }
        };
        self.block(Block::Paragraph, (0, ""), spans);
    }

    fn table(&mut self, counted: &Counted) {
        let cell = |text: String, value: i64| Cell { number: Some(value.into()), ..Cell::text(text) };
        let place = format!("{}/rows/2/1", self.next_place());
        let off = i64::from(self.makes(Fault::Rows, &place));
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        for (name, value) in [("城区", counted.parts[0]), ("农村", counted.parts[1]), ("合计", counted.value() + off)]
        {
            rows.push(vec![Cell::text(name), cell(value.to_string(), value)]);
        }
        self.document.blocks.push(Block::Table(Table { rows, ..Table::default() }));
    }
}

fn words(text: &str) -> Span {
    Span::Text { text: text.to_owned() }
}

/// The document, what is known, and where the fault is.
fn write(sections: &[(Counted, Way)], fault: Option<Fault>) -> Writer {
    let document = Document { title: Vec::new(), blocks: Vec::new(), signature: None, sources: Vec::new() };
    let mut writer = Writer { document, known: Known::default(), fault, place: None };
    for (chapter, sections) in (1..).zip(sections.chunks(3)) {
        writer.heading(1, chapter);
        for (i, (counted, way)) in (1..).zip(sections) {
            writer.heading(2, i);
            writer.section(counted, *way);
        }
    }
    writer
}

fn faults() -> impl Strategy<Value = (Fault, FindingKind)> {
    select(vec![
        (Fault::Growth, FindingKind::Growth),
        (Fault::Total, FindingKind::Total),
        (Fault::Rows, FindingKind::Total),
        (Fault::Subset, FindingKind::Subset),
        (Fault::Changed, FindingKind::Changed),
        (Fault::Heading, FindingKind::Numbering),
        (Fault::Clause, FindingKind::Numbering),
        (Fault::Incomplete, FindingKind::Incomplete),
        (Fault::Typed, FindingKind::Typed),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_found_where_nothing_is_wrong(sections in sections()) {
        let Writer { document, known, .. } = write(&sections, None);
        prop_assert_eq!(check(&document, &known), []);
    }

    #[test]
    fn what_is_wrong_is_found_in_its_place_and_nothing_else((fault, kind) in faults(), sections in sections()) {
        let Writer { document, known, place, .. } = write(&sections, Some(fault));
        let found = check(&document, &known);
        prop_assert_eq!(&check(&document, &needed(&document, &known)), &found);
        let places: Vec<_> = found.iter().map(|finding| (finding.kind, finding.place.as_str())).collect();
        let place = place.unwrap();
        prop_assert_eq!(places, [(kind, place.as_str())], "{:?}", found);
    }
}
