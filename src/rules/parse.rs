//! Tokens to an expression: recursive descent, with precedence climbing for the binary operators.

use std::mem;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::expression::{Binding, Choice, Expression, Extreme, Gather, Node, Operator, Placed, Reference, When};
use super::problem::{Expected, Fault, Place, Problem};
use super::suggest::closest;
use super::token::{Token, Tokens, is_date};

/// The most characters of a source, and of its canonical form.
pub const MAX_LENGTH: usize = 2_000;

/// How deep an expression may be nested: in parentheses, in calls, and to the right of an operator.
pub const MAX_DEPTH: usize = 50;

/// The most parts (literals, names, operators and calls) of an expression.
pub const MAX_PARTS: usize = 500;

const FUNCTIONS: [&str; 12] =
    ["abs", "count", "date", "default", "if", "max", "min", "missing", "present", "previous", "round", "sum"];

impl Expression {
    /// Parses a source text. Whether its names exist and its types agree is for
    /// [`check`](Expression::check).
    ///
    /// # Errors
    ///
    /// The first place at which the source stops making sense, and what was expected there.
    ///
    /// ```
    /// use jixiao::rules::Expression;
    ///
    /// let rule = Expression::parse("(girls+boys)==pupils").unwrap();
    /// assert_eq!(rule.to_string(), "girls + boys == pupils");
    ///
    /// let problem = Expression::parse("girls + ").unwrap_err();
    /// assert_eq!(problem.code(), "unexpected");
    /// assert_eq!(problem.place.column, 9);
    /// assert_eq!(problem.en(), "expected a value, but the expression ends");
    /// ```
    pub fn parse(source: &str) -> Result<Expression, Problem> {
        let whole = Place { start: 0, end: source.len(), line: 1, column: 1 };
        if is_too_long(source) {
            return Err(Problem::new(whole, Fault::TooLong));
        }
        let expression = Parser::new(source)?.whole()?;
        // The canonical form adds spaces; whoever stores it must be able to read it again.
        if is_too_long(&expression.to_string()) {
            return Err(Problem::new(whole, Fault::TooLong));
        }
        Ok(expression)
    }
}

fn is_too_long(source: &str) -> bool {
    source.chars().nth(MAX_LENGTH).is_some()
}

struct Parser<'s> {
    tokens: Tokens<'s>,
    /// The token not yet consumed.
    current: Placed<Token<'s>>,
    /// Where the last consumed token stands.
    last: Place,
    depth: usize,
    parts: usize,
}

impl<'s> Parser<'s> {
    fn new(source: &'s str) -> Result<Self, Problem> {
        let mut tokens = Tokens::new(source);
        let current = tokens.next()?;
        let last = current.place;
        Ok(Self { tokens, current, last, depth: 0, parts: 0 })
    }

    fn whole(mut self) -> Result<Expression, Problem> {
        let expression = self.expression(Binding::Or)?;
        match self.current.value {
            Token::End => Ok(expression),
            _ => Err(self.unexpected(Expected::OperatorOrEnd, self.current.place)),
        }
    }

    /// An expression whose operators hold their operands at least as tightly as `loosest`.
    fn expression(&mut self, loosest: Binding) -> Result<Expression, Problem> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Problem::new(self.current.place, Fault::TooDeep));
        }
        let mut left = self.operand(loosest)?;
        while let Some(operator) = self.operator()
            && operator.binding() >= loosest
        {
            self.advance()?;
            let right = self.expression(operator.binding().tighter())?;
            let start = left.place();
            left = self.part(Node::Binary(operator, left.into(), right.into()), start)?;
            self.refuse_chain(operator)?;
        }
        if self.at("=") {
            return Err(Problem::new(self.current.place, Fault::SingleEquals));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn operator(&self) -> Option<Operator> {
        let (Token::Word(spelling) | Token::Symbol(spelling)) = self.current.value else {
            return None;
        };
        Operator::ALL.into_iter().find(|operator| operator.spelling() == spelling)
    }

    fn refuse_chain(&self, operator: Operator) -> Result<(), Problem> {
        match (operator, self.operator()) {
            (Operator::Comparison(_), Some(Operator::Comparison(_))) => {
                Err(Problem::new(self.current.place, Fault::ChainedComparison))
            }
            _ => Ok(()),
        }
    }

    /// A literal, name, call, parenthesis or prefix operator with its operand.
    fn operand(&mut self, loosest: Binding) -> Result<Expression, Problem> {
        let Placed { value: token, place } = self.advance()?;
        let node = match token {
            Token::Number(number) => Node::Number(number),
            Token::Text(text) => Node::Text(text),
            Token::Word("true") => Node::Boolean(true),
            Token::Word("false") => Node::Boolean(false),
            Token::Word("not") if loosest <= Binding::Not => Node::Not(Box::new(self.expression(Binding::Not)?)),
            Token::Word(word) if is_reserved(word) => {
                return Err(self.unexpected(Expected::Value, place));
            }
            Token::Word(function) if self.at("(") => self.call(function, place)?,
            Token::Word(value) => Node::Cell(self.reference(Placed { value, place })?),
            Token::Symbol("-") => Node::Negate(Box::new(self.expression(Binding::Negation)?)),
            Token::Symbol("(") => return self.parenthesis(place),
            Token::Symbol(_) | Token::End => return Err(self.unexpected(Expected::Value, place)),
        };
        self.part(node, place)
    }

    fn parenthesis(&mut self, opening: Place) -> Result<Expression, Problem> {
        let mut inner = self.expression(Binding::Or)?;
        self.expect(")")?;
        inner.node.place = opening.to(self.last);
        Ok(inner)
    }

    fn call(&mut self, function: &str, place: Place) -> Result<Node, Problem> {
        self.expect("(")?;
        let node = match function {
            "abs" => Node::Abs(Box::new(self.argument()?)),
            "min" => Node::Extreme(Extreme::Min, self.arguments()?),
            "max" => Node::Extreme(Extreme::Max, self.arguments()?),
            "round" => Node::Round(Box::new(self.argument()?), self.digits()?),
            "if" => Node::If(Box::new([self.argument()?, self.next_argument()?, self.next_argument()?])),
            "default" => Node::Default(Box::new([self.argument()?, self.next_argument()?])),
            "date" => Node::Date(self.date()?),
            "previous" => self.previous()?,
            _ => match Gather::named(function) {
                Some(gather) => Node::Gather(gather, self.any_reference()?),
                None => return Err(Problem::new(place, unknown_function(function))),
            },
        };
        self.expect(")")?;
        Ok(node)
    }

    fn argument(&mut self) -> Result<Expression, Problem> {
        self.expression(Binding::Or)
    }

    fn next_argument(&mut self) -> Result<Expression, Problem> {
        self.expect(",")?;
        self.argument()
    }

    /// At least two.
    fn arguments(&mut self) -> Result<Vec<Expression>, Problem> {
        let mut arguments = vec![self.argument()?, self.next_argument()?];
        while self.at(",") {
            arguments.push(self.next_argument()?);
        }
        Ok(arguments)
    }

    /// The digits that `round` keeps: a literal, so that the scale of the result is known.
    fn digits(&mut self) -> Result<u32, Problem> {
        self.expect(",")?;
        let token = self.advance()?;
        match token.value {
            Token::Number(number) if number.is_integer() => {
                number.to_u32().filter(|&digits| digits <= Decimal::MAX_SCALE)
            }
            _ => None,
        }
        .ok_or_else(|| self.unexpected(Expected::Digits, token.place))
    }

    fn date(&mut self) -> Result<String, Problem> {
        let token = self.advance()?;
        match token.value {
            Token::Text(text) if is_date(&text) => Ok(text),
            Token::Text(text) => Err(Problem::new(token.place, Fault::InvalidDate(text))),
            _ => Err(self.unexpected(Expected::Text, token.place)),
        }
    }

    /// What stands within `previous( )`: a reference, or a gathering of one.
    fn previous(&mut self) -> Result<Node, Problem> {
        let name = self.name()?;
        match Gather::named(name.value).filter(|_| self.at("(")) {
            Some(gather) => Ok(Node::Gather(gather, self.enclosed_reference()?.previous())),
            None => Ok(Node::Cell(self.reference(name)?.previous())),
        }
    }

    /// A reference to the current or previous period.
    fn any_reference(&mut self) -> Result<Reference, Problem> {
        let name = self.name()?;
        if name.value == "previous" && self.at("(") {
            Ok(self.enclosed_reference()?.previous())
        } else {
            self.reference(name)
        }
    }

    fn enclosed_reference(&mut self) -> Result<Reference, Problem> {
        self.expect("(")?;
        let name = self.name()?;
        let reference = self.reference(name)?;
        self.expect(")")?;
        Ok(reference)
    }

    fn name(&mut self) -> Result<Placed<&'s str>, Problem> {
        let token = self.advance()?;
        match token.value {
            Token::Word(value) if !is_reserved(value) => Ok(Placed { value, place: token.place }),
            _ => Err(self.unexpected(Expected::Name, token.place)),
        }
    }

    /// The rest of a reference whose name has been consumed.
    fn reference(&mut self, name: Placed<&str>) -> Result<Reference, Problem> {
        let Placed { value, place } = name;
        let code = Placed { value: value.to_owned(), place };
        let choices = if self.at("[") { self.selector()? } else { Vec::new() };
        Ok(Reference { when: When::Current, code, choices })
    }

    fn selector(&mut self) -> Result<Vec<Choice>, Problem> {
        self.expect("[")?;
        let mut choices = vec![self.choice()?];
        while self.at(",") {
            self.expect(",")?;
            let Choice { dimension, option } = self.choice()?;
            if choices.iter().any(|earlier| earlier.dimension == dimension) {
                return Err(Problem::new(dimension.place, Fault::RepeatedDimension(dimension.value)));
            }
            choices.push(Choice { dimension, option });
        }
        self.expect("]")?;
        choices.sort_by(|left, right| left.dimension.value.cmp(&right.dimension.value));
        Ok(choices)
    }

    fn choice(&mut self) -> Result<Choice, Problem> {
        let token = self.advance()?;
        let Token::Word(dimension) = token.value else {
            return Err(self.unexpected(Expected::Dimension, token.place));
        };
        let dimension = Placed { value: dimension.to_owned(), place: token.place };
        self.expect("=")?;
        let token = self.advance()?;
        let option = match token.value {
            Token::Word(word) => word.to_owned(),
            Token::Text(text) => text,
            _ => return Err(self.unexpected(Expected::Option, token.place)),
        };
        Ok(Choice { dimension, option: Placed { value: option, place: token.place } })
    }

    /// A part that begins at `start` and ends with the last consumed token.
    fn part(&mut self, node: Node, start: Place) -> Result<Expression, Problem> {
        let place = start.to(self.last);
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(Problem::new(place, Fault::TooManyParts));
        }
        Ok(Expression::new(node, place))
    }

    fn at(&self, symbol: &str) -> bool {
        matches!(self.current.value, Token::Symbol(current) if current == symbol)
    }

    fn expect(&mut self, symbol: &'static str) -> Result<(), Problem> {
        if !self.at(symbol) {
            return Err(self.unexpected(Expected::Symbol(symbol), self.current.place));
        }
        self.advance().map(drop)
    }

    /// Consumes the current token.
    fn advance(&mut self) -> Result<Placed<Token<'s>>, Problem> {
        let next = self.tokens.next()?;
        self.last = self.current.place;
        Ok(mem::replace(&mut self.current, next))
    }

    fn unexpected(&self, expected: Expected, place: Place) -> Problem {
        let found = self.tokens.text(place).to_owned();
        Problem::new(place, Fault::Unexpected { expected, found })
    }
}

impl Reference {
    fn previous(self) -> Self {
        Self { when: When::Previous, ..self }
    }
}

fn is_reserved(word: &str) -> bool {
    matches!(word, "and" | "or" | "not" | "true" | "false")
}

fn unknown_function(name: &str) -> Fault {
    Fault::UnknownFunction { name: name.to_owned(), suggestion: closest(name, FUNCTIONS) }
}
