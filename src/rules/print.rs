//! The spelling of operators and functions, and the canonical source of an expression.

use std::fmt::{self, Display, Formatter, Write};

use super::expression::{
    Arithmetic, Binding, Choice, Comparison, Expression, Extreme, Gather, Logic, Node, Operator, Reference, When,
};
use super::token::is_name;

impl Operator {
    pub(super) const ALL: [Self; 12] = [
        Self::Logic(Logic::Or),
        Self::Logic(Logic::And),
        Self::Comparison(Comparison::Equal),
        Self::Comparison(Comparison::NotEqual),
        Self::Comparison(Comparison::Less),
        Self::Comparison(Comparison::LessOrEqual),
        Self::Comparison(Comparison::Greater),
        Self::Comparison(Comparison::GreaterOrEqual),
        Self::Arithmetic(Arithmetic::Add),
        Self::Arithmetic(Arithmetic::Subtract),
        Self::Arithmetic(Arithmetic::Multiply),
        Self::Arithmetic(Arithmetic::Divide),
    ];

    pub(super) fn spelling(self) -> &'static str {
        match self {
            Self::Logic(Logic::Or) => "or",
            Self::Logic(Logic::And) => "and",
            Self::Comparison(Comparison::Equal) => "==",
            Self::Comparison(Comparison::NotEqual) => "!=",
            Self::Comparison(Comparison::Less) => "<",
            Self::Comparison(Comparison::LessOrEqual) => "<=",
            Self::Comparison(Comparison::Greater) => ">",
            Self::Comparison(Comparison::GreaterOrEqual) => ">=",
            Self::Arithmetic(Arithmetic::Add) => "+",
            Self::Arithmetic(Arithmetic::Subtract) => "-",
            Self::Arithmetic(Arithmetic::Multiply) => "*",
            Self::Arithmetic(Arithmetic::Divide) => "/",
        }
    }

    pub(super) fn binding(self) -> Binding {
        match self {
            Self::Logic(Logic::Or) => Binding::Or,
            Self::Logic(Logic::And) => Binding::And,
            Self::Comparison(_) => Binding::Comparison,
            Self::Arithmetic(Arithmetic::Add | Arithmetic::Subtract) => Binding::Sum,
            Self::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide) => Binding::Product,
        }
    }
}

impl Gather {
    const ALL: [Self; 4] = [Self::Sum, Self::Count, Self::Present, Self::Missing];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gather| gather.spelling() == name)
    }

    fn spelling(self) -> &'static str {
        match self {
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Present => "present",
            Self::Missing => "missing",
        }
    }
}

/// The canonical source: it parses to an equal expression, and equal expressions differ in it by at
/// most the trailing zeros of their numbers. Comments and redundant parentheses are gone.
impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.node.value {
            Node::Number(number) => number.fmt(f),
            Node::Boolean(boolean) => boolean.fmt(f),
            Node::Text(text) => quote(text, f),
            Node::Date(date) => write!(f, "date(\"{date}\")"),
            Node::Cell(reference) => reference.fmt(f),
            Node::Gather(gather, reference) => write!(f, "{}({reference})", gather.spelling()),
            Node::Not(inner) => write!(f, "not {}", Held(inner, Binding::Not)),
            Node::Negate(inner) => write!(f, "-{}", Held(inner, Binding::Negation)),
            Node::Binary(operator, left, right) => binary(*operator, left, right, f),
            Node::Abs(inner) => write!(f, "abs({inner})"),
            Node::Extreme(Extreme::Min, arguments) => call("min", arguments, f),
            Node::Extreme(Extreme::Max, arguments) => call("max", arguments, f),
            Node::Round(inner, digits) => write!(f, "round({inner}, {digits})"),
            Node::If(arguments) => call("if", arguments.as_slice(), f),
            Node::Default(arguments) => call("default", arguments.as_slice(), f),
        }
    }
}

impl Expression {
    fn binding(&self) -> Binding {
        match &self.node.value {
            Node::Binary(operator, ..) => operator.binding(),
            Node::Not(_) => Binding::Not,
            Node::Negate(_) => Binding::Negation,
            _ => Binding::Operand,
        }
    }
}

/// An operand of something that holds it this tightly: in parentheses if it would fall apart
/// without.
struct Held<'a>(&'a Expression, Binding);

impl Display for Held<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Held(expression, binding) = self;
        if expression.binding() < *binding { write!(f, "({expression})") } else { expression.fmt(f) }
    }
}

fn binary(operator: Operator, left: &Expression, right: &Expression, f: &mut Formatter<'_>) -> fmt::Result {
    let tighter = operator.binding().tighter();
    // Everything groups to the left, except comparisons, which do not chain.
    let left_binding = match operator {
        Operator::Comparison(_) => tighter,
        Operator::Logic(_) | Operator::Arithmetic(_) => operator.binding(),
    };
    write!(f, "{} {} {}", Held(left, left_binding), operator.spelling(), Held(right, tighter))
}

fn call(function: &str, arguments: &[Expression], f: &mut Formatter<'_>) -> fmt::Result {
    write!(f, "{function}(")?;
    separated(arguments, f)?;
    f.write_char(')')
}

/// As it is written in an expression: `previous(pupils[sex=female])`.
impl Display for Reference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.when == When::Previous {
            f.write_str("previous(")?;
        }
        f.write_str(self.code())?;
        if !self.choices.is_empty() {
            f.write_char('[')?;
            separated(&self.choices, f)?;
            f.write_char(']')?;
        }
        if self.when == When::Previous {
            f.write_char(')')?;
        }
        Ok(())
    }
}

impl Display for Choice {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.dimension.value)?;
        if is_name(&self.option.value) { f.write_str(&self.option.value) } else { quote(&self.option.value, f) }
    }
}

fn separated<T: Display>(items: &[T], f: &mut Formatter<'_>) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

fn quote(text: &str, f: &mut Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            f.write_char('\\')?;
        }
        f.write_char(character)?;
    }
    f.write_char('"')
}
