//! Whether an expression makes sense of a vocabulary: its names, dimensions, options and types.

use std::collections::BTreeMap;
use std::iter;

use super::expression::{Arithmetic, Choice, Comparison, Expression, Gather, Node, Operator, Placed, Reference};
use super::problem::{Fault, Place, Problem};
use super::suggest::closest;
use super::{Facts, Value};

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// A decimal.
    Number,
    /// True or false.
    Boolean,
    /// A text, or the code of an option.
    Text,
    /// A day, in facts and in a [`Value`](super::Value) held as text `YYYY-MM-DD`.
    Date,
}

/// What an indicator holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldType {
    /// The type of each cell.
    pub value: Type,
    /// The options of each dimension. There is a cell for every combination; without dimensions
    /// there is just one.
    pub dimensions: BTreeMap<String, Vec<String>>,
}

impl FieldType {
    /// An indicator without dimensions.
    #[must_use]
    pub fn scalar(value: Type) -> Self {
        Self { value, dimensions: BTreeMap::new() }
    }
}

/// The indicators that an expression may name.
pub trait Vocabulary {
    /// What the indicator with this code holds, if there is one.
    fn field(&self, code: &str) -> Option<&FieldType>;

    /// All codes, to suggest the one that was meant.
    fn codes(&self) -> impl Iterator<Item = &str>;
}

impl Vocabulary for BTreeMap<String, FieldType> {
    fn field(&self, code: &str) -> Option<&FieldType> {
        self.get(code)
    }

    fn codes(&self) -> impl Iterator<Item = &str> {
        self.keys().map(String::as_str)
    }
}

impl Expression {
    /// Checks that every name, dimension and option is known, that all types agree, and that the
    /// expression yields a value of type `expected`: [`Type::Boolean`] for a rule, [`Type::Number`]
    /// for a formula.
    ///
    /// # Errors
    ///
    /// All problems in the order of the source, except those that merely follow from another. A
    /// problem that embraces a part, such as its type, comes after the problems within.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use jixiao::rules::{Expression, FieldType, Type};
    ///
    /// let vocabulary = BTreeMap::from([("pupils".to_owned(), FieldType::scalar(Type::Number))]);
    /// let rule = Expression::parse("pupil > 0 and pupils").unwrap();
    /// let problems = rule.check(&vocabulary, Type::Boolean).unwrap_err();
    /// let messages: Vec<_> = problems.iter().map(|problem| problem.en()).collect();
    /// assert_eq!(messages, [
    ///     "there is no indicator `pupil`, did you mean `pupils`?",
    ///     "expected a boolean, found a number",
    /// ]);
    /// ```
    pub fn check(&self, vocabulary: &impl Vocabulary, expected: Type) -> Result<(), Vec<Problem>> {
        let mut check = Check { vocabulary, problems: Vec::new() };
        check.demand(self, expected);
        if check.problems.is_empty() { Ok(()) } else { Err(check.problems) }
    }

    /// Whether this is zero whatever the facts.
    fn is_constant_zero(&self) -> bool {
        let is_constant = self.names().next().is_none();
        is_constant && matches!(self.evaluate(&NoFacts), Ok(Some(Value::Number(number))) if number.is_zero())
    }
}

struct Check<'v, V> {
    vocabulary: &'v V,
    problems: Vec<Problem>,
}

impl<'v, V: Vocabulary> Check<'v, V> {
    fn report(&mut self, place: Place, fault: Fault) {
        self.problems.push(Problem::new(place, fault));
    }

    fn demand(&mut self, expression: &Expression, expected: Type) {
        if let Some(found) = self.type_of(expression)
            && found != expected
        {
            self.report(expression.place(), Fault::WrongType { expected, found });
        }
    }

    /// The type of an expression; none if a problem keeps it from having one, lest that be reported
    /// again.
    fn type_of(&mut self, expression: &Expression) -> Option<Type> {
        let place = expression.place();
        match &expression.node.value {
            Node::Number(_) => Some(Type::Number),
            Node::Boolean(_) => Some(Type::Boolean),
            Node::Text(_) => Some(Type::Text),
            Node::Date(_) => Some(Type::Date),
            Node::Cell(reference) => self.cell(reference),
            Node::Gather(gather, reference) => Some(self.gather(*gather, reference)),
            Node::Not(inner) => {
                self.demand(inner, Type::Boolean);
                Some(Type::Boolean)
            }
            Node::Binary(operator, left, right) => Some(self.binary(*operator, left, right, place)),
            Node::Negate(inner) | Node::Abs(inner) | Node::Round(inner, _) => {
                Some(self.numbers(iter::once(inner.as_ref())))
            }
            Node::Extreme(_, arguments) => Some(self.numbers(arguments)),
            Node::If(arguments) => {
                let [condition, yes, no] = arguments.as_ref();
                self.demand(condition, Type::Boolean);
                self.same(yes, no, place)
            }
            Node::Default(arguments) => {
                let [value, otherwise] = arguments.as_ref();
                self.same(value, otherwise, place)
            }
        }
    }

    fn numbers<'a>(&mut self, operands: impl IntoIterator<Item = &'a Expression>) -> Type {
        for operand in operands {
            self.demand(operand, Type::Number);
        }
        Type::Number
    }

    fn binary(&mut self, operator: Operator, left: &Expression, right: &Expression, place: Place) -> Type {
        match operator {
            Operator::Logic(_) => {
                self.demand(left, Type::Boolean);
                self.demand(right, Type::Boolean);
                Type::Boolean
            }
            Operator::Comparison(comparison) => {
                self.comparison(comparison, left, right, place);
                Type::Boolean
            }
            Operator::Arithmetic(arithmetic) => {
                self.numbers([left, right]);
                if arithmetic == Arithmetic::Divide && right.is_constant_zero() {
                    self.report(right.place(), Fault::DivisionByZero);
                }
                Type::Number
            }
        }
    }

    fn comparison(&mut self, comparison: Comparison, left: &Expression, right: &Expression, place: Place) {
        let needs_order = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if let Some(found @ (Type::Boolean | Type::Text)) = self.same(left, right, place)
            && needs_order
        {
            self.report(place, Fault::NotOrdered(found));
        }
    }

    /// The one type of two expressions.
    fn same(&mut self, left: &Expression, right: &Expression, place: Place) -> Option<Type> {
        match (self.type_of(left), self.type_of(right)) {
            (Some(left), Some(right)) if left != right => {
                self.report(place, Fault::DifferentTypes { left, right });
                None
            }
            (left, right) => left.or(right),
        }
    }

    fn cell(&mut self, reference: &Reference) -> Option<Type> {
        let field = self.field(reference)?;
        let is_open = |dimension: &&String| !reference.choices().any(|(fixed, _)| fixed == dimension.as_str());
        let dimensions: Vec<String> = field.dimensions.keys().filter(is_open).cloned().collect();
        if !dimensions.is_empty() {
            let name = reference.code().to_owned();
            self.report(reference.code.place, Fault::NotFixed { name, dimensions });
        }
        Some(field.value)
    }

    fn gather(&mut self, gather: Gather, reference: &Reference) -> Type {
        let field = self.field(reference);
        match gather {
            Gather::Present | Gather::Missing => Type::Boolean,
            Gather::Count => Type::Number,
            Gather::Sum => {
                if let Some(found) = field.map(|field| field.value).filter(|&value| value != Type::Number) {
                    self.report(reference.code.place, Fault::WrongType { expected: Type::Number, found });
                }
                Type::Number
            }
        }
    }

    /// The field that a reference names, with its choices checked.
    fn field(&mut self, reference: &Reference) -> Option<&'v FieldType> {
        let Placed { value: name, place } = &reference.code;
        let Some(field) = self.vocabulary.field(name) else {
            let suggestion = closest(name, self.vocabulary.codes());
            self.report(*place, Fault::UnknownName { name: name.clone(), suggestion });
            return None;
        };
        for choice in &reference.choices {
            if let Err(problem) = check_choice(name, field, choice) {
                self.problems.push(problem);
            }
        }
        Some(field)
    }
}

fn check_choice(name: &str, field: &FieldType, choice: &Choice) -> Result<(), Problem> {
    let Choice { dimension, option } = choice;
    let Some(options) = field.dimensions.get(&dimension.value) else {
        let suggestion = closest(&dimension.value, field.dimensions.keys().map(String::as_str));
        let (name, unknown) = (name.to_owned(), dimension.value.clone());
        let fault = Fault::UnknownDimension { name, dimension: unknown, suggestion };
        return Err(Problem::new(dimension.place, fault));
    };
    if options.contains(&option.value) {
        return Ok(());
    }
    let suggestion = closest(&option.value, options.iter().map(String::as_str));
    let (dimension, unknown) = (dimension.value.clone(), option.value.clone());
    Err(Problem::new(option.place, Fault::UnknownOption { dimension, option: unknown, suggestion }))
}

/// For what is constant.
struct NoFacts;

impl Facts for NoFacts {
    fn cells<'a>(&'a self, _: &'a Reference) -> impl Iterator<Item = Value<'a>> {
        iter::empty()
    }
}
