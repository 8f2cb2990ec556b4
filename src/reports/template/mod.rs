//! The language of report templates: Jinja, with functions that ask and filters that word what was answered.
//!
//! Nothing is read while a text is written. What it asks for and is not known yet is noted, and stands open in the text; what
//! was noted is read at once, and the text is written anew, until nothing new is asked. A number keeps its trace through
//! filters and sentences by marks around it ([`trace`]).
//!
//! A text runs on fuel, and there is nothing it can load, call or change.

mod ask;
mod evaluations;
mod filters;
mod functions;
mod number;
mod record;
#[cfg(test)]
mod tests;
mod trace;
mod wording;
mod world;

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, ErrorKind, UndefinedBehavior, context, escape_formatter};

pub(super) use ask::{EvaluationAsk, FigureAsk, RecordsAsk};
pub(super) use evaluations::{Outcome, known as known_evaluation, missing as missing_evaluation};
pub(super) use functions::named_period;
pub(super) use number::{Amount, Form, Number, Origin, Problem};
pub(super) use record::Record;
pub(super) use trace::{Piece, cleared};
pub(super) use wording::{heading_number, percent, plain};
pub(super) use world::{MAX_FIGURES, Place, Sheet, Sheets, World};

use crate::platform::message::Message;
use crate::say;

/// What one text may burn: about as many steps, or 64 bytes each.
const FUEL_OF_A_TEXT: u64 = 200_000;

/// What all texts of a report may burn together, each time they are written.
const FUEL_OF_A_REPORT: u64 = 2_000_000;

/// The longest text that may come of a template, in characters.
const MAX_TEXT: usize = 50_000;

/// What a template did wrong, as an error of the engine carries it.
#[derive(Debug)]
struct Wrong(Message);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.en)
    }
}

impl std::error::Error for Wrong {}

/// An error of the engine with words of our own.
fn wrong(message: Message) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, message.en.to_string()).with_source(Wrong(message))
}

/// A text that was written.
#[derive(Debug, Default)]
pub(super) struct Written {
    pub paragraphs: Vec<Vec<Piece>>,
    /// What the numbers in it are.
    pub numbers: Vec<Arc<Number>>,
    /// What is wrong besides numbers.
    pub problems: Vec<Problem>,
}

/// A template that asks for more than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exhausted;

/// Writes texts.
pub(super) struct Engine {
    world: Arc<World>,
    environment: Environment<'static>,
    fuel: u64,
}

impl Engine {
    pub(super) fn new(world: Arc<World>) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        for name in ["range", "dict", "debug", "namespace"] {
            environment.remove_global(name);
        }
        for name in ["safe", "escape", "e", "pprint", "format"] {
            environment.remove_filter(name);
        }
        let empty = Arc::clone(&world);
        environment.set_formatter(move |out, state, value| {
            if value.is_none() {
                empty.note(Problem::undefined(say!("此处没有内容", "There is nothing to be printed here")));
                return escape_formatter(out, state, &Value::from("【未填】"));
            }
            let is_number = value.downcast_object_ref::<Number>().is_some();
            if !is_number && !matches!(value.kind(), ValueKind::String | ValueKind::Number | ValueKind::Undefined) {
                empty.note(Problem::undefined(say!(
                    "此处不是文字或数字，不能直接印出",
                    "This is neither a text nor a number, and cannot be printed"
                )));
                return escape_formatter(out, state, &Value::from("【不能印出】"));
            }
            escape_formatter(out, state, value)
        });
        functions::install(&mut environment, &world);
        filters::install(&mut environment, &world);
        Self { world, environment, fuel: FUEL_OF_A_REPORT }
    }

    /// Begins to write all texts anew.
    pub(super) fn refuel(&mut self) {
        self.fuel = FUEL_OF_A_REPORT;
    }

    pub(super) fn world(&self) -> &Arc<World> {
        &self.world
    }

    /// Writes a text. What goes wrong in it stands in its place.
    ///
    /// # Errors
    /// Where it is too much.
    pub(super) fn write(&mut self, text: &str) -> Result<Written, Exhausted> {
        // What an earlier text left behind is not of this one.
        self.world.take();
        if !text.contains('{') {
            return Ok(Written { paragraphs: pieces(text), ..Written::default() });
        }
        let outcome = self.render(&cleared(text))?;
        let (numbers, mut problems) = self.world.take();
        let text = match outcome {
            Ok(text) if text.chars().count() > MAX_TEXT => return Err(Exhausted),
            Ok(text) => text,
            Err(problem) => {
                let text = format!("【{}】", problem.message.zh);
                problems.push(problem);
                text
            }
        };
        let mut paragraphs = pieces(&text);
        problems.extend(hold(&mut paragraphs, &numbers, trace::marks(&text)));
        Ok(Written { paragraphs, numbers, problems })
    }

    fn render(&mut self, text: &str) -> Result<Result<String, Problem>, Exhausted> {
        let fuel = self.fuel.min(FUEL_OF_A_TEXT);
        self.environment.set_fuel(Some(fuel));
        let names = context! { year => self.world.year, bureau => cleared(&self.world.bureau) };
        let rendered = self.environment.template_from_str(text).and_then(|template| template.render_captured(names));
        match rendered {
            Ok(captured) => {
                let burnt = captured.state().fuel_levels().map_or(fuel, |(burnt, _)| burnt);
                self.fuel = self.fuel.saturating_sub(burnt);
                Ok(Ok(captured.into_output()))
            }
            Err(error) if is_exhausted(&error) => Err(Exhausted),
            Err(error) => {
                self.fuel = self.fuel.saturating_sub(fuel / 10);
                Ok(Err(problem(&error)))
            }
        }
    }
}

fn pieces(text: &str) -> Vec<Vec<Piece>> {
    trace::paragraphs(text).iter().map(|paragraph| trace::split(paragraph)).collect()
}

/// Holds each number to its trace: filters of texts may have cut it or written another into it. What it said stands again where
/// that can be told, and what happened is a problem in any case.
fn hold(paragraphs: &mut [Vec<Piece>], numbers: &[Arc<Number>], marks: usize) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut whole = 0;
    for piece in paragraphs.iter_mut().flatten() {
        let Piece::Number(trace, text) = piece else { continue };
        whole += trace::marks(&trace::marked(*trace, ""));
        let Some(said) = numbers.get(*trace).map(|number| cleared(&number.text())) else { continue };
        let without_spaces = |text: &str| text.split_whitespace().collect::<String>();
        if without_spaces(&said) != without_spaces(text) {
            problems.push(Problem::undefined(say!(
                "数字“{said}”被改写为“{text}”；请用表述数字的过滤器",
                "The number “{said}” was rewritten to “{text}”; use the filters that word numbers"
            )));
            *text = said;
        }
    }
    if whole != marks {
        problems.push(Problem::undefined(say!(
            "对文字的处理截断了其中的数字；请用表述数字的过滤器",
            "A number was cut by what is done with the text; use the filters that word numbers"
        )));
    }
    problems
}

fn is_exhausted(error: &minijinja::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<minijinja::Error>().is_some_and(|error| error.kind() == ErrorKind::OutOfFuel) {
            return true;
        }
        cause = error.source();
    }
    false
}

/// What is wrong, in words of our own where we have them.
fn problem(error: &minijinja::Error) -> Problem {
    let line = error.line().unwrap_or(1);
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(Wrong(Message { zh, en })) = error.downcast_ref::<Wrong>() {
            return Problem::undefined(say!("第 {line} 行：{zh}", "Line {line}: {en}"));
        }
        cause = error.source();
    }
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    Problem::undefined(match error.kind() {
        ErrorKind::UndefinedError => {
            say!("第 {line} 行：没有所引用的名称或字段", "Line {line}: there is no such name or field")
        }
        _ => say!("第 {line} 行：模板用法有误（{detail}）", "Line {line}: the template is wrong ({detail})"),
    })
}
