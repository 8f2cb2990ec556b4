//! Rules that do not hold.

use super::compiled::CompiledRule;
use super::document::Rule;
use crate::platform::message::Message;
use crate::rules::{Facts, Value};
use crate::say;

/// A rule that does not hold, and what is said of it.
#[derive(Debug, Clone)]
pub struct BrokenRule<'a> {
    /// The rule.
    pub rule: &'a Rule,
    /// Its message, with the reason where its expression has no value, such as a division by zero.
    pub message: Message,
}

/// Those of some rules that do not hold. A rule of which an operand is missing does not apply.
pub fn broken_rules<'a>(rules: &'a [CompiledRule], facts: &impl Facts) -> Vec<BrokenRule<'a>> {
    let broken = rules.iter().filter_map(|rule| match rule.expression.evaluate(facts) {
        Ok(Some(Value::Boolean(true)) | None) => None,
        Ok(Some(_)) => Some(BrokenRule { rule: &rule.definition, message: told(&rule.definition, None) }),
        Err(problem) => {
            let (zh, en) = (problem.zh(), problem.en());
            let undefined = say!("（{zh}）", " ({en})");
            Some(BrokenRule { rule: &rule.definition, message: told(&rule.definition, Some(&undefined)) })
        }
    });
    broken.collect()
}

fn told(rule: &Rule, undefined: Option<&Message>) -> Message {
    let (zh, en) = (&rule.message.zh, rule.message.en.as_ref().unwrap_or(&rule.message.zh));
    match undefined {
        None => say!("{zh}", "{en}"),
        Some(Message { zh: why_zh, en: why_en }) => say!("{zh}{why_zh}", "{en}{why_en}"),
    }
}
