//! The expression language of validation rules and of formula indicators.
//!
//! A rule is an expression that is true or false of one report, a formula one that yields a number:
//!
//! ```text
//! girls + boys == pupils
//! abs(pupils - previous(pupils)) <= 0.3 * previous(pupils)
//! round(gaokao.undergraduate / gaokao.candidates, 4)
//! sum(pupils[sex=female]) <= sum(pupils)      # a comment reaches to the end of its line
//! ```
//!
//! An [`Expression`] is parsed once, checked against a [`Vocabulary`] when its catalogue is saved,
//! and evaluated against [`Facts`] as often as needed.
//!
//! ```
//! use std::collections::BTreeMap;
//! use jixiao::rules::{Expression, Facts, FieldType, Reference, Type, Value};
//!
//! struct School;
//!
//! impl Facts for School {
//!     fn cells<'a>(&'a self, reference: &'a Reference) -> impl Iterator<Item = Value<'a>> {
//!         let value = match reference.code() {
//!             "girls" => Some(Value::Number(210.into())),
//!             "boys" => Some(Value::Number(190.into())),
//!             _ => None,
//!         };
//!         value.into_iter()
//!     }
//! }
//!
//! let vocabulary: BTreeMap<String, FieldType> = ["girls", "boys", "pupils"]
//!     .map(|code| (code.to_owned(), FieldType::scalar(Type::Number)))
//!     .into();
//!
//! let rule = Expression::parse("girls + boys == 400").unwrap();
//! assert_eq!(rule.check(&vocabulary, Type::Boolean), Ok(()));
//! assert_eq!(rule.evaluate(&School), Ok(Some(Value::Boolean(true))));
//!
//! // `pupils` has not been reported: the rule does not apply.
//! let rule = Expression::parse("girls + boys == pupils").unwrap();
//! assert_eq!(rule.evaluate(&School), Ok(None));
//! ```
//!
//! # Grammar
//!
//! ```text
//! expression = expression "or" expression | expression "and" expression | "not" expression
//!            | expression ("==" | "!=" | "<" | "<=" | ">" | ">=") expression
//!            | expression ("+" | "-") expression | expression ("*" | "/") expression
//!            | "-" expression | operand
//! operand    = number | text | "true" | "false" | "date" "(" text ")" | "(" expression ")" | call
//!            | reference | gather | "previous" "(" gather ")"
//! call       = "abs" "(" expression ")" | ("min" | "max") "(" expression ("," expression)+ ")"
//!            | "round" "(" expression "," digits ")" | "default" "(" expression "," expression ")"
//!            | "if" "(" expression "," expression "," expression ")"
//! gather     = ("sum" | "count" | "present" | "missing") "(" reference ")"
//! reference  = name selector? | "previous" "(" name selector? ")"
//! selector   = "[" choice ("," choice)* "]"         each dimension at most once
//! choice     = name "=" (name | text)
//! name       = [a-z][a-z0-9_]*(\.[a-z0-9_]+)*       but as an operand none of: and or not true false
//! number     = [0-9]+(\.[0-9]+)?                    at most 28 digits
//! digits     = a whole number from 0 to 28
//! text       = '"' … '"'                            on one line; \" and \\ stand for " and \
//! ```
//!
//! The binary operators are listed from the loosest to the tightest and group to the left, but
//! comparisons do not chain. Only a name before `(` is a function, so an indicator may be called
//! `count`. `previous` is not nested, and `previous(sum(x))` is another spelling of
//! `sum(previous(x))`. White space is free. Neither the source nor its canonical form
//! ([`Display`](std::fmt::Display)) is longer than [`MAX_LENGTH`] characters; no expression is
//! nested deeper than [`MAX_DEPTH`] nor has more than [`MAX_PARTS`] parts. There are no loops: each
//! part is evaluated at most once.
//!
//! # Meaning
//!
//! - **Numbers** are decimals. `+`, `-` and `*` are exact where the result has at most 28 digits,
//!   before and after the point together; what has more is rounded to that, as every division is.
//!   `1 / 3 * 3 == 1` is therefore false; rather than `a / b == 3` write `a == 3 * b`.
//!   `round(a, n)` rounds half away from zero.
//! - **Comparison** is between values of one type. `==` and `!=` take any type, the others numbers
//!   and dates.
//! - **Dimensions.** A plain name means one cell, so the selector has to fix every dimension.
//!   `sum`, `count`, `present` and `missing` take all the cells that the selector leaves open.
//! - **Missing is not zero.** Arithmetic, comparisons and `abs`, `min`, `max`, `round` with a
//!   missing operand are missing. `sum(x)` skips missing cells and is missing if all are;
//!   `count(x)` is how many are reported, possibly 0; `present(x)` is true if at least one is,
//!   `missing(x)` if none is. `default(a, b)` is `b` where `a` is missing.
//! - **Logic** is Kleene's: `false and m` is false and `true or m` is true for a missing `m`;
//!   otherwise `and`, `or` and `not` of a missing operand are missing. `if` is missing where its
//!   condition is.
//! - A rule that evaluates to missing is **not applicable**: neither kept nor broken.
//! - **Undefined is not missing.** Division by zero and a result beyond the range of decimals are a
//!   [`Problem`] of the evaluation, which `default` does not mend. An operator evaluates both
//!   operands, and an undefined one prevails over a missing one. Three things are not evaluated:
//!   the right of `and` or `or` when the left decides, the branch of `if` not chosen, and the `b`
//!   of `default` when `a` is there. So `if(b == 0, 0, a / b)` is always safe.

mod check;
mod evaluate;
mod expression;
mod message;
mod parse;
mod print;
mod problem;
mod suggest;
#[cfg(test)]
mod tests;
mod token;

pub use check::{FieldType, Type, Vocabulary};
pub use evaluate::{Facts, Value};
pub use expression::{Expression, Reference, When};
pub use parse::{MAX_DEPTH, MAX_LENGTH, MAX_PARTS};
pub use problem::{Expected, Fault, Place, Problem};
