//! The parsed expression, and what can be read off it without a vocabulary or facts.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::Place;

/// A parsed expression, and likewise each of its parts.
///
/// Two expressions are equal if they say the same, wherever it stands in the source: white space,
/// comments, redundant parentheses, trailing zeros and the order within a selector make no
/// difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    pub(super) node: Placed<Node>,
}

/// A value and where it was read. The place is no part of its identity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) place: Place,
}

impl<T: PartialEq> PartialEq for Placed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Placed<T> {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Number(Decimal),
    Boolean(bool),
    Text(String),
    Date(String),
    Cell(Reference),
    Gather(Gather, Reference),
    Not(Box<Expression>),
    Negate(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Abs(Box<Expression>),
    Extreme(Extreme, Vec<Expression>),
    Round(Box<Expression>, u32),
    If(Box<[Expression; 3]>),
    Default(Box<[Expression; 2]>),
}

/// What is made of all the cells of a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gather {
    Sum,
    Count,
    Present,
    Missing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extreme {
    Min,
    Max,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Logic(Logic),
    Comparison(Comparison),
    Arithmetic(Arithmetic),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logic {
    Or,
    And,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// How tightly an expression holds its operands, from the loosest to the tightest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Binding {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Negation,
    Operand,
}

impl Binding {
    pub(super) fn tighter(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Comparison,
            Self::Comparison => Self::Sum,
            Self::Sum => Self::Product,
            Self::Product => Self::Negation,
            Self::Negation | Self::Operand => Self::Operand,
        }
    }
}

/// Which period a name is read in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// The period that the expression is evaluated for.
    Current,
    /// The one before it.
    Previous,
}

/// A name in an expression: certain cells of one indicator in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub(super) when: When,
    pub(super) code: Placed<String>,
    /// In the order of their dimensions.
    pub(super) choices: Vec<Choice>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) dimension: Placed<String>,
    pub(super) option: Placed<String>,
}

impl Reference {
    /// The period that is meant.
    #[must_use]
    pub fn when(&self) -> When {
        self.when
    }

    /// The code of the indicator.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code.value
    }

    /// The selector: pairs of a dimension and the option it is fixed to, ascending by dimension,
    /// each dimension at most once.
    #[must_use]
    pub fn choices(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.choices.iter().map(|choice| (choice.dimension.value.as_str(), choice.option.value.as_str()))
    }
}

impl Expression {
    pub(super) fn new(node: Node, place: Place) -> Self {
        Self { node: Placed { value: node, place } }
    }

    /// Where the expression stands in the source it was parsed from.
    #[must_use]
    pub fn place(&self) -> Place {
        self.node.place
    }

    /// Each indicator code that the expression reads, with the period: once for either period,
    /// however often it occurs.
    ///
    /// ```
    /// use jixiao::rules::{Expression, When};
    ///
    /// let rule = Expression::parse("pupils <= 2 * previous(pupils) + pupils").unwrap();
    /// let names: Vec<_> = rule.names().collect();
    /// assert_eq!(names, [("pupils", When::Current), ("pupils", When::Previous)]);
    /// ```
    pub fn names(&self) -> impl Iterator<Item = (&str, When)> {
        let mut names = BTreeSet::new();
        self.visit(&mut |reference| {
            names.insert((reference.code(), reference.when()));
        });
        names.into_iter()
    }

    /// Numerator and denominator, if the outermost operation is a division.
    ///
    /// A ratio of several schools is the ratio of their sums, so whoever aggregates evaluates the
    /// two sides apart.
    ///
    /// ```
    /// use jixiao::rules::Expression;
    ///
    /// let formula = Expression::parse("100 * graduates / (girls + boys)").unwrap();
    /// let (numerator, denominator) = formula.as_division().unwrap();
    /// assert_eq!(numerator.to_string(), "100 * graduates");
    /// assert_eq!(denominator.to_string(), "girls + boys");
    /// ```
    #[must_use]
    pub fn as_division(&self) -> Option<(&Expression, &Expression)> {
        match &self.node.value {
            Node::Binary(Operator::Arithmetic(Arithmetic::Divide), left, right) => Some((left, right)),
            _ => None,
        }
    }

    /// Shows every reference, from left to right.
    fn visit<'a>(&'a self, see: &mut impl FnMut(&'a Reference)) {
        match &self.node.value {
            Node::Number(_) | Node::Boolean(_) | Node::Text(_) | Node::Date(_) => {}
            Node::Cell(reference) | Node::Gather(_, reference) => see(reference),
            Node::Not(inner) | Node::Negate(inner) | Node::Abs(inner) | Node::Round(inner, _) => {
                inner.visit(see);
            }
            Node::Binary(_, left, right) => {
                left.visit(see);
                right.visit(see);
            }
            Node::Extreme(_, arguments) => visit_all(arguments, see),
            Node::If(arguments) => visit_all(arguments.as_slice(), see),
            Node::Default(arguments) => visit_all(arguments.as_slice(), see),
        }
    }
}

fn visit_all<'a>(expressions: &'a [Expression], see: &mut impl FnMut(&'a Reference)) {
    for expression in expressions {
        expression.visit(see);
    }
}
