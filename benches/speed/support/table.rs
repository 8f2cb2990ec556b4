//! What was measured, and whether it is what was aimed at.

use std::fmt;

/// The results of a run.
#[derive(Default)]
pub struct Table(Vec<Row>);

struct Row {
    what: String,
    measured: String,
    target: String,
    met: Option<bool>,
}

impl Table {
    /// Something that should be at least so much.
    pub fn at_least(&mut self, what: &str, measured: f64, target: f64, unit: Unit) {
        self.aimed(what, measured, unit, "≥", target, measured >= target);
    }

    /// Something that should be at most so much.
    pub fn at_most(&mut self, what: &str, measured: f64, target: f64, unit: Unit) {
        self.aimed(what, measured, unit, "≤", target, measured <= target);
    }

    fn aimed(&mut self, what: &str, measured: f64, unit: Unit, sign: &str, target: f64, met: bool) {
        let target = format!("{sign} {}", unit.text(target));
        self.add(Row { what: what.to_owned(), measured: unit.text(measured), target, met: Some(met) });
    }

    /// Something that explains the others.
    pub fn note(&mut self, what: &str, measured: f64, unit: Unit) {
        self.add(Row { what: what.to_owned(), measured: unit.text(measured), target: String::new(), met: None });
    }

    fn add(&mut self, row: Row) {
        println!("{row}");
        self.0.push(row);
    }
}

/// In what something is measured.
#[derive(Clone, Copy)]
pub enum Unit {
    Ratio,
    PerSecond,
    Milliseconds,
    Megabytes,
}

impl Unit {
    fn text(self, number: f64) -> String {
        match self {
            Self::Ratio => format!("{number:.2}"),
            Self::PerSecond => format!("{number:.0} /s"),
            Self::Milliseconds => format!("{number:.2} ms"),
            Self::Megabytes => format!("{number:.0} MB"),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, measured, target, met } = self;
        let met = match met {
            Some(true) => "met",
            Some(false) => "NOT MET",
            None => "",
        };
        write!(f, "{what:<66} {measured:>12} {target:>12} {met}")
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<66} {:>12} {:>12}", "what", "measured", "target")?;
        self.0.iter().try_for_each(|row| writeln!(f, "{row}"))
    }
}
