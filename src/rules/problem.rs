//! What can be wrong with an expression, and where.

use std::fmt::{self, Display, Formatter};

use super::Type;

/// A stretch of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
    /// The line of the first character, from 1.
    pub line: usize,
    /// The first character within its line, from 1, counted in characters rather than bytes.
    pub column: usize,
}

impl Place {
    pub(super) fn to(self, last: Place) -> Self {
        Self { end: last.end, ..self }
    }
}

/// A fault of an expression at a place: the error of parsing, checking and evaluating.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where the fault is.
    pub place: Place,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong. Suggestions are the known code that comes closest, if one comes close.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say what their names say, and the messages use them all")]
pub enum Fault {
    /// Longer than [`MAX_LENGTH`](super::MAX_LENGTH), as written or in canonical form.
    TooLong,
    /// Nested deeper than [`MAX_DEPTH`](super::MAX_DEPTH).
    TooDeep,
    /// More parts than [`MAX_PARTS`](super::MAX_PARTS).
    TooManyParts,
    /// A character that begins nothing in this language.
    UnexpectedCharacter(char),
    /// A text without its closing quotation mark on the same line.
    UnterminatedText,
    /// A backslash before something other than `"` or `\`.
    UnknownEscape(char),
    /// Something that begins like a number and is none.
    InvalidNumber(String),
    /// A number of more than 28 digits.
    TooManyDigits,
    /// A word that is no dotted code in lower case.
    InvalidName(String),
    /// A date that is not `YYYY-MM-DD` or not in the calendar.
    InvalidDate(String),
    /// Something else was expected here; `found` is empty at the end.
    Unexpected { expected: Expected, found: String },
    /// `a < b < c`.
    ChainedComparison,
    /// `=` where `==` is meant.
    SingleEquals,
    /// A selector that fixes a dimension twice.
    RepeatedDimension(String),
    /// A function that the language does not have.
    UnknownFunction { name: String, suggestion: Option<String> },
    /// A name that the vocabulary does not have.
    UnknownName { name: String, suggestion: Option<String> },
    /// A dimension that the indicator does not have.
    UnknownDimension { name: String, dimension: String, suggestion: Option<String> },
    /// An option that the dimension does not have.
    UnknownOption { dimension: String, option: String, suggestion: Option<String> },
    /// A plain name whose selector leaves dimensions open.
    NotFixed { name: String, dimensions: Vec<String> },
    /// A value of another type than needed here.
    WrongType { expected: Type, found: Type },
    /// Two values that should have one type.
    DifferentTypes { left: Type, right: Type },
    /// `<`, `<=`, `>` or `>=` between values that have no order.
    NotOrdered(Type),
    /// A divisor that is zero: always (from a check) or with these facts (from an evaluation).
    DivisionByZero,
    /// A result beyond the range of decimals.
    Overflow,
    /// Facts of another shape than the expression was checked for: a value of another type, or
    /// several cells for one. A checked expression over facts that follow the vocabulary never
    /// meets this.
    UnfitFacts,
}

/// What the parser looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// An operand.
    Value,
    /// An indicator code.
    Name,
    /// The dimension in a selector.
    Dimension,
    /// The option in a selector.
    Option,
    /// A text in quotation marks.
    Text,
    /// The number of digits to round to.
    Digits,
    /// An operator, or nothing more.
    OperatorOrEnd,
    /// A certain symbol.
    Symbol(&'static str),
}

impl Problem {
    pub(super) fn new(place: Place, fault: Fault) -> Self {
        Self { place, fault }
    }

    /// The stable name of this kind of fault, the same in all languages: `unknown_name`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.fault {
            Fault::TooLong => "too_long",
            Fault::TooDeep => "too_deep",
            Fault::TooManyParts => "too_many_parts",
            Fault::UnexpectedCharacter(_) => "unexpected_character",
            Fault::UnterminatedText => "unterminated_text",
            Fault::UnknownEscape(_) => "unknown_escape",
            Fault::InvalidNumber(_) => "invalid_number",
            Fault::TooManyDigits => "too_many_digits",
            Fault::InvalidName(_) => "invalid_name",
            Fault::InvalidDate(_) => "invalid_date",
            Fault::Unexpected { .. } => "unexpected",
            Fault::ChainedComparison => "chained_comparison",
            Fault::SingleEquals => "single_equals",
            Fault::RepeatedDimension(_) => "repeated_dimension",
            Fault::UnknownFunction { .. } => "unknown_function",
            Fault::UnknownName { .. } => "unknown_name",
            Fault::UnknownDimension { .. } => "unknown_dimension",
            Fault::UnknownOption { .. } => "unknown_option",
            Fault::NotFixed { .. } => "not_fixed",
            Fault::WrongType { .. } => "wrong_type",
            Fault::DifferentTypes { .. } => "different_types",
            Fault::NotOrdered(_) => "not_ordered",
            Fault::DivisionByZero => "division_by_zero",
            Fault::Overflow => "overflow",
            Fault::UnfitFacts => "unfit_facts",
        }
    }
}

/// The English message with its place.
impl Display for Problem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.place.line, self.place.column, self.en())
    }
}

impl std::error::Error for Problem {}
