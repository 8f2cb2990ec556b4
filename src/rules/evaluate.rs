//! The value of an expression.

use std::cmp::Ordering;

use rust_decimal::{Decimal, RoundingStrategy};

use super::expression::{Arithmetic, Comparison, Expression, Extreme, Gather, Logic, Node, Operator, Reference};
use super::problem::{Fault, Problem};

/// A value that is not missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A number, exact.
    Number(Decimal),
    /// True or false.
    Boolean(bool),
    /// A text, the code of an option, or a date as `YYYY-MM-DD`.
    Text(&'a str),
}

impl Value<'_> {
    /// A computed number. A decimal zero may have a sign, but nobody wants to read `-0` in a
    /// report.
    fn number(value: Decimal) -> Self {
        Self::Number(if value.is_zero() { value.abs() } else { value })
    }
}

/// What has been reported.
pub trait Facts {
    /// The values of the cells that a reference means: those of the indicator, in the period meant,
    /// that have all the options chosen. A missing cell is left out, so an indicator without
    /// dimensions yields its value or nothing.
    fn cells<'a>(&'a self, reference: &'a Reference) -> impl Iterator<Item = Value<'a>>;
}

/// A value, or none if it is missing.
type Outcome<T> = Result<Option<T>, Problem>;

impl Expression {
    /// The value over these facts, or none if it is missing. [The module](super#meaning) says when
    /// that is.
    ///
    /// The expression is meant to have passed a [check](Expression::check) and the facts to follow
    /// its vocabulary; if not, the answer is a problem too.
    ///
    /// # Errors
    ///
    /// The value is undefined: [`DivisionByZero`](Fault::DivisionByZero),
    /// [`Overflow`](Fault::Overflow) or [`UnfitFacts`](Fault::UnfitFacts), with the operation at
    /// fault.
    pub fn evaluate<'a>(&'a self, facts: &'a impl Facts) -> Result<Option<Value<'a>>, Problem> {
        // Dispatch only: a deep expression needs little stack as long as the arms are mere calls.
        match &self.node.value {
            Node::Number(number) => Ok(Some(Value::Number(*number))),
            Node::Boolean(boolean) => Ok(Some(Value::Boolean(*boolean))),
            Node::Text(text) | Node::Date(text) => Ok(Some(Value::Text(text))),
            Node::Cell(reference) => self.cell(reference, facts),
            Node::Gather(gather, reference) => self.gather(*gather, reference, facts),
            Node::Not(inner) => inner.not(facts),
            Node::Negate(inner) => inner.map_number(facts, |value| -value),
            Node::Binary(Operator::Logic(logic), left, right) => kleene(*logic, left, right, facts),
            Node::Binary(Operator::Comparison(comparison), left, right) => {
                self.comparison(*comparison, left, right, facts)
            }
            Node::Binary(Operator::Arithmetic(arithmetic), left, right) => {
                self.arithmetic(*arithmetic, left, right, facts)
            }
            Node::Abs(inner) => inner.map_number(facts, |value| value.abs()),
            Node::Extreme(extreme, arguments) => extreme_of(*extreme, arguments, facts),
            Node::Round(inner, digits) => inner.map_number(facts, |value| rounded(value, *digits)),
            Node::If(arguments) => choose(arguments, facts),
            Node::Default(arguments) => default(arguments, facts),
        }
    }

    fn number(&self, facts: &impl Facts) -> Outcome<Decimal> {
        match self.evaluate(facts)? {
            Some(Value::Number(number)) => Ok(Some(number)),
            Some(_) => Err(self.undefined(Fault::UnfitFacts)),
            None => Ok(None),
        }
    }

    fn boolean(&self, facts: &impl Facts) -> Outcome<bool> {
        match self.evaluate(facts)? {
            Some(Value::Boolean(boolean)) => Ok(Some(boolean)),
            Some(_) => Err(self.undefined(Fault::UnfitFacts)),
            None => Ok(None),
        }
    }

    fn not<'a>(&self, facts: &impl Facts) -> Outcome<Value<'a>> {
        Ok(self.boolean(facts)?.map(|boolean| Value::Boolean(!boolean)))
    }

    fn map_number<'a>(&self, facts: &impl Facts, function: impl Fn(Decimal) -> Decimal) -> Outcome<Value<'a>> {
        Ok(self.number(facts)?.map(|value| Value::number(function(value))))
    }

    fn undefined(&self, fault: Fault) -> Problem {
        Problem::new(self.place(), fault)
    }

    fn cell<'a>(&self, reference: &'a Reference, facts: &'a impl Facts) -> Outcome<Value<'a>> {
        let mut cells = facts.cells(reference);
        let cell = cells.next();
        if cells.next().is_some() {
            return Err(self.undefined(Fault::UnfitFacts));
        }
        Ok(cell)
    }

    fn gather<'a>(&self, gather: Gather, reference: &'a Reference, facts: &'a impl Facts) -> Outcome<Value<'a>> {
        let mut cells = facts.cells(reference);
        match gather {
            Gather::Sum => Ok(self.sum(cells)?.map(Value::number)),
            Gather::Count => Ok(Some(Value::Number(Decimal::from(cells.count())))),
            Gather::Present => Ok(Some(Value::Boolean(cells.next().is_some()))),
            Gather::Missing => Ok(Some(Value::Boolean(cells.next().is_none()))),
        }
    }

    fn sum<'a>(&self, cells: impl Iterator<Item = Value<'a>>) -> Outcome<Decimal> {
        let mut sum = None;
        for cell in cells {
            let Value::Number(cell) = cell else {
                return Err(self.undefined(Fault::UnfitFacts));
            };
            let next = sum.unwrap_or(Decimal::ZERO).checked_add(cell);
            sum = Some(next.ok_or_else(|| self.undefined(Fault::Overflow))?);
        }
        Ok(sum)
    }

    fn comparison<'a>(
        &self,
        comparison: Comparison,
        left: &Expression,
        right: &Expression,
        facts: &impl Facts,
    ) -> Outcome<Value<'a>> {
        let (Some(left), Some(right)) = (left.evaluate(facts)?, right.evaluate(facts)?) else {
            return Ok(None);
        };
        let ordering = order(left, right).ok_or_else(|| self.undefined(Fault::UnfitFacts))?;
        Ok(Some(Value::Boolean(comparison.holds(ordering))))
    }

    fn arithmetic<'a>(
        &self,
        arithmetic: Arithmetic,
        left: &Expression,
        right: &Expression,
        facts: &impl Facts,
    ) -> Outcome<Value<'a>> {
        let (Some(left), Some(right)) = (left.number(facts)?, right.number(facts)?) else {
            return Ok(None);
        };
        match arithmetic.apply(left, right) {
            Ok(result) => Ok(Some(Value::number(result))),
            Err(fault) => Err(self.undefined(fault)),
        }
    }
}

impl Arithmetic {
    fn apply(self, left: Decimal, right: Decimal) -> Result<Decimal, Fault> {
        let result = match self {
            Self::Add => left.checked_add(right),
            Self::Subtract => left.checked_sub(right),
            Self::Multiply => left.checked_mul(right),
            Self::Divide if right.is_zero() => return Err(Fault::DivisionByZero),
            Self::Divide => left.checked_div(right),
        };
        result.ok_or(Fault::Overflow)
    }
}

impl Comparison {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// How two values of one type compare. Dates are texts whose lexical order is that of time.
fn order(left: Value, right: Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => Some(left.cmp(&right)),
        (Value::Boolean(left), Value::Boolean(right)) => Some(left.cmp(&right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Three-valued: one operand with the deciding value decides, whatever is missing.
fn kleene<'a>(logic: Logic, left: &Expression, right: &Expression, facts: &impl Facts) -> Outcome<Value<'a>> {
    let deciding = Some(logic == Logic::Or);
    let left = left.boolean(facts)?;
    if left == deciding {
        return Ok(deciding.map(Value::Boolean));
    }
    let right = right.boolean(facts)?;
    let result = if right == deciding { deciding } else { left.and(right) };
    Ok(result.map(Value::Boolean))
}

fn choose<'a>([condition, yes, no]: &'a [Expression; 3], facts: &'a impl Facts) -> Outcome<Value<'a>> {
    match condition.boolean(facts)? {
        Some(true) => yes.evaluate(facts),
        Some(false) => no.evaluate(facts),
        None => Ok(None),
    }
}

fn default<'a>([value, otherwise]: &'a [Expression; 2], facts: &'a impl Facts) -> Outcome<Value<'a>> {
    match value.evaluate(facts)? {
        None => otherwise.evaluate(facts),
        present => Ok(present),
    }
}

fn extreme_of<'a>(extreme: Extreme, arguments: &[Expression], facts: &impl Facts) -> Outcome<Value<'a>> {
    // Every argument is evaluated: an undefined one prevails over a missing one.
    let values: Vec<Option<Decimal>> =
        arguments.iter().map(|argument| argument.number(facts)).collect::<Result<_, _>>()?;
    let present: Option<Vec<Decimal>> = values.into_iter().collect();
    let result = present.and_then(|numbers| match extreme {
        Extreme::Min => numbers.into_iter().min(),
        Extreme::Max => numbers.into_iter().max(),
    });
    Ok(result.map(Value::number))
}

fn rounded(value: Decimal, digits: u32) -> Decimal {
    value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}
