//! Random histories of a county, against the naive model: figures now, and figures as of past
//! moments, to the last decimal.
//!
//! `PROPTEST_CASES` sets how many histories, and `FIGURES_SEED` replays those of an earlier run,
//! whose seed stands in the message of the failure.

use std::cell::RefCell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::county::{BUREAU, County, Honour, JUNIOR, ONE, THREE, TWO};
use super::ledger::{Entry, ITEMS, Ledger, PROJECTS};
use super::many;
use super::model::{Cell, Model, Options, School, Slot};
use super::panel;
use super::terms::{DEFINITIONS, FORMS, Question, find, options_of};

const HISTORIES: u32 = 10;

/// Something that somebody tries; whether it is allowed is the service's to say.
#[derive(Debug, Clone)]
enum Step {
    Save(Slot, Vec<Cell>),
    Act(Slot, &'static str),
    /// Saves, submits, and does something more.
    Report(Slot, Vec<Cell>, Option<&'static str>),
    /// Something else becomes known of a school.
    Learn(&'static str, Fact),
    /// Something else becomes known of an honour.
    Honour(&'static str, Honour),
    /// Something is entered into the ledger, for an item.
    Enter(usize, Entry),
    /// A project is of another category.
    Categorise(&'static str, &'static str),
}

#[derive(Debug, Clone)]
enum Fact {
    OpenedOn(&'static str),
    ClosedOn(Option<&'static str>),
    Township(Option<&'static str>),
    Parent(Option<&'static str>),
}

/// A step, and what is asked after it: of then, at once and again at the end.
type History = Vec<(Step, Option<Question>)>;

#[test]
fn figures_are_those_of_the_naive_model() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(HISTORIES);
    let seed: u64 = match std::env::var("FIGURES_SEED") {
        Ok(seed) => seed.parse().expect("FIGURES_SEED is a number"),
        Err(_) => rand::random(),
    };
    let config = Config { cases, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
    let bytes: Vec<u8> = seed.to_le_bytes().repeat(4);
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let _entered = runtime.enter();
    let kept = RefCell::new(None);
    let outcome = runner.run(&history(), |history| {
        runtime.block_on(async {
            let county: Option<County> = kept.take();
            let county = match county {
                Some(county) => county.start_over().await,
                None => County::start().await,
            };
            let outcome = compare(&county, history).await;
            kept.replace(Some(county));
            outcome
        })
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(reason, history)) => {
            panic!("FIGURES_SEED={seed} PROPTEST_CASES={cases} replays this: {reason}\n{history:#?}")
        }
        Err(error) => panic!("FIGURES_SEED={seed} PROPTEST_CASES={cases} replays this: {error}"),
    }
}

async fn compare(county: &County, history: History) -> Result<(), TestCaseError> {
    let mut model = Model::new(schools());
    Ledger::begin(county).await;
    let mut asked = Vec::new();
    for (step, question) in history {
        happen(county, &mut model, &step).await;
        if let Some(question) = question {
            let answer = county.figures(&question.query()).await;
            prop_assert_eq!(answer["items"].as_array().unwrap(), &model.answer(&question), "{}", question.query());
            asked.push((question, model.clone(), answer["as_of"].as_str().unwrap().to_owned()));
        }
    }
    // Each question again, as of each moment: also what was not asked then.
    for (question, ..) in &asked {
        for (_, model, as_of) in &asked {
            let query = format!("{}&as_of={as_of}", question.query());
            let answer = county.figures(&query).await;
            prop_assert_eq!(answer["items"].as_array().unwrap(), &model.answer(question), "{}", query);
        }
    }
    let questions: Vec<&Question> = asked.iter().map(|(question, ..)| question).collect();
    for (_, model, as_of) in &asked {
        many::compare(county, model, &questions, as_of).await.map_err(TestCaseError::fail)?;
        panel::compare(county, model, &questions, as_of).await.map_err(TestCaseError::fail)?;
    }
    for (question, model, as_of) in &asked {
        trace(county, model, question, as_of).await?;
    }
    Ok(())
}

/// The sources of a figure are all there, and their contributions make the figure.
async fn trace(county: &County, model: &Model, question: &Question, as_of: &str) -> Result<(), TestCaseError> {
    let indicators = question.indicators.iter().take(1).copied().collect();
    let whole = Question { indicators, by: Vec::new(), compare: None, ..question.clone() };
    let sources = county.sources(&format!("{}&as_of={as_of}&limit=5", whole.query())).await;
    prop_assert_eq!(&vec![sources["figure"].clone()], &model.answer(&whole), "{}", whole.query());
    let operands = sources["operands"].as_array().unwrap();
    for figure in if operands.is_empty() { std::slice::from_ref(&sources["figure"]) } else { operands } {
        let records = sources["items"].as_array().unwrap().iter();
        let records: Vec<&Value> = records.filter(|record| record["indicator"] == figure["indicator"]).collect();
        let part = Question { indicators: vec![find(figure["indicator"].as_str().unwrap()).code], ..whole.clone() };
        prop_assert_eq!(&vec![figure.clone()], &model.answer(&part), "{}", part.query());
        prop_assert_eq!(records.len(), model.records(&part), "{}", part.query());
        let contributions: Vec<Decimal> = records.iter().filter_map(|record| exact(&record["contribution"])).collect();
        let sum: Decimal = contributions.iter().sum();
        let adds_up = exact(&figure["numerator"]).or(exact(&figure["value"]));
        if find(part.indicators[0]).picks_one() {
            prop_assert!(contributions.iter().all(|each| Some(*each) == adds_up), "{:?} {}", contributions, figure);
            prop_assert_eq!(contributions.is_empty(), adds_up.is_none(), "{} {:?}", figure, records);
        } else {
            // Where nothing is counted, that is 0 and has no sources.
            prop_assert_eq!(sum, adds_up.unwrap_or_default(), "{} {:?}", figure, records);
        }
    }
    Ok(())
}

fn exact(number: &Value) -> Option<Decimal> {
    number.as_number().map(|number| number.to_string().parse().unwrap())
}

fn schools() -> Vec<School> {
    let school = |code, stage, township, opened_on: &str, closed_on: Option<&str>| School {
        code,
        stage,
        township: Some(township),
        parent: Some(BUREAU),
        opened_on: opened_on.parse().unwrap(),
        closed_on: closed_on.map(|day| day.parse().unwrap()),
    };
    vec![
        school(ONE, "primary", "东乡", "2000-09-01", None),
        school(TWO, "primary", "西乡", "2000-09-01", None),
        school(THREE, "primary", "西乡", "2000-09-01", Some("2021-08-31")),
        school(JUNIOR, "junior_secondary", "东乡", "2022-09-01", None),
    ]
}

async fn happen(county: &County, model: &mut Model, step: &Step) {
    match step {
        Step::Save(slot, cells) => save(county, model, slot, cells).await,
        Step::Act(slot, action) => act(county, model, slot, action).await,
        Step::Report(slot, cells, action) => {
            save(county, model, slot, cells).await;
            act(county, model, slot, "submit").await;
            if let Some(action) = action {
                act(county, model, slot, action).await;
            }
        }
        Step::Learn(school, fact) => learn(county, model, school, fact).await,
        Step::Honour(record, honour) => {
            county.honour(record, honour).await;
            model.honours.insert(record, honour.clone());
        }
        Step::Enter(item, entry) => model.ledger.enter(county, *item, entry.clone()).await,
        Step::Categorise(project, category) => model.ledger.categorise(county, project, category).await,
    }
}

async fn save(county: &County, model: &mut Model, slot: &Slot, cells: &[Cell]) {
    let values = cells
        .iter()
        .map(|cell| json!({ "indicator": cell.indicator, "dimensions": cell.options, "value": cell.value }));
    let answer = county.put(slot.form, slot.period, slot.school, values.collect()).await;
    if allowed(&answer) {
        model.save(slot, cells.to_vec());
    }
}

async fn act(county: &County, model: &mut Model, slot: &Slot, action: &str) {
    let answer = county.act(slot.form, slot.period, slot.school, action).await;
    if allowed(&answer) {
        match action {
            "submit" => model.submit(slot),
            "accept" => model.accept(slot),
            "return" => model.give_back(slot),
            _ => {}
        }
    }
}

async fn learn(county: &County, model: &mut Model, code: &'static str, fact: &Fact) {
    let change = match fact {
        Fact::OpenedOn(day) => json!({ "opened_on": day }),
        Fact::ClosedOn(day) => json!({ "closed_on": day }),
        Fact::Township(township) => json!({ "township": township }),
        Fact::Parent(parent) => json!({ "parent": parent }),
    };
    let answer = county.admin.patch(&format!("/v1/organisations/{code}"), &change).await;
    if !allowed(&answer) {
        return;
    }
    let school = model.schools.iter_mut().find(|school| school.code == code).unwrap();
    match fact {
        Fact::OpenedOn(day) => school.opened_on = day.parse().unwrap(),
        Fact::ClosedOn(day) => school.closed_on = day.map(|day| day.parse().unwrap()),
        Fact::Township(township) => school.township = *township,
        Fact::Parent(parent) => school.parent = *parent,
    }
}

/// Whether something was done. Refusing is all right, failing is not.
fn allowed(answer: &crate::support::Answer) -> bool {
    assert!(answer.status.is_success() || answer.status.is_client_error(), "{}", answer.text);
    answer.status.is_success()
}

fn history() -> impl Strategy<Value = History> {
    vec((step(), prop::option::weighted(0.25, question())), 5..40)
}

fn step() -> impl Strategy<Value = Step> {
    let reported = || slot().prop_flat_map(|slot| (Just(slot.clone()), cells(slot.form)));
    let further = prop_oneof![4 => Just(Some("accept")), 1 => Just(Some("return")), 1 => Just(None)];
    let action = select(vec!["submit", "accept", "return", "reopen"]);
    prop_oneof![
        6 => (reported(), further).prop_map(|((slot, cells), action)| Step::Report(slot, cells, action)),
        1 => reported().prop_map(|(slot, cells)| Step::Save(slot, cells)),
        4 => (slot(), action).prop_map(|(slot, action)| Step::Act(slot, action)),
        2 => (select(vec![ONE, TWO, THREE, JUNIOR]), fact()).prop_map(|(school, fact)| Step::Learn(school, fact)),
        8 => (select(vec!["a", "b", "c", "d", "e", "f"]), honour())
            .prop_map(|(record, honour)| Step::Honour(record, honour)),
        10 => (0..ITEMS.len(), entry()).prop_map(|(item, entry)| Step::Enter(item, entry)),
        1 => (select(PROJECTS.to_vec()), select(vec!["specific", "operation"]))
            .prop_map(|(project, category)| Step::Categorise(project, category)),
    ]
}

/// Anything that may be entered, whether or not there is money for it.
fn entry() -> impl Strategy<Value = Entry> {
    let days = ["2020-12-01", "2021-03-31", "2021-12-20", "2022-01-01", "2022-03-31", "2022-04-01", "2022-12-31"];
    let day = || select(days.map(|day| day.parse().unwrap()).to_vec());
    let amount = || (1..100_000_i64).prop_map(|cents| Decimal::new(cents, 2));
    let kinds = vec!["original", "adjustment", "received", "detailed"];
    let budget = (select(kinds), amount(), any::<bool>(), day()).prop_map(|(kind, amount, is_more, day)| {
        Entry::Budget(kind, if is_more || kind == "original" { amount } else { -amount }, day)
    });
    let payment = (select(vec!["treasury", "unit"]), amount(), prop::bool::weighted(0.8), day())
        .prop_map(|(how, amount, is_paid, day)| Entry::Payment(how, if is_paid { amount } else { -amount }, day));
    let plan = prop::array::uniform12((0..5_000_i64).prop_map(|cents| Decimal::new(cents, 2))).prop_map(Entry::Plan);
    prop_oneof![4 => budget, 4 => payment, 1 => plan]
}

/// Anything that may be known of one: a later step knows of changes of every kind, withdrawn or restored among them.
fn honour() -> impl Strategy<Value = Honour> {
    let school = select(vec![Some(ONE), Some(ONE), Some(TWO), Some(THREE), Some(JUNIOR), None]);
    let days = vec!["2020-12-31", "2021-01-01", "2021-10-01", "2021-12-31", "2022-01-01", "2022-03-31", "2022-04-01"];
    let stays = vec(select(days.clone()), 1..=3).prop_map(|mut days| {
        days.sort_unstable();
        ["proposed", "granted", "revoked"].into_iter().zip(days).collect()
    });
    let field = |name: &'static str, values: Vec<Value>| {
        prop::option::weighted(0.8, select(values)).prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    let texts = |values: &[&'static str]| values.iter().map(|value| Value::from(*value)).collect::<Vec<_>>();
    let amounts = ["0.1", "0.2", "100", "999999999999.99", "-3.05"];
    let fields = (
        field("kind", texts(&["green", "safe", "art"])),
        field("category", texts(&options_of("category"))),
        field("sex", texts(&options_of("sex"))),
        field("holder", texts(&["甲", "乙"])),
        field("prize", amounts.map(|amount| serde_json::from_str(amount).unwrap()).to_vec()),
        field("national", vec![true.into(), false.into()]),
        field("awarded_on", texts(&days)),
    );
    let fields = fields.prop_map(|(a, b, c, d, e, f, g)| [a, b, c, d, e, f, g].into_iter().flatten().collect());
    let withdrawn = prop::bool::weighted(0.15);
    (school, stays, fields, withdrawn).prop_map(|(school, timeline, fields, withdrawn)| Honour {
        school,
        timeline,
        fields,
        withdrawn,
    })
}

/// Few, so that the same is reported again and again.
fn slot() -> impl Strategy<Value = Slot> {
    let years = vec!["2021", "2022"];
    let quarters = vec!["2021-Q4", "2022-Q1", "2022-Q2"];
    prop_oneof![
        (Just("yearly"), select(years.clone()), select(vec![ONE, TWO, THREE, JUNIOR])),
        (Just("exams"), select(years), select(vec![ONE, TWO, JUNIOR])),
        (Just("quarterly"), select(quarters), select(vec![ONE, TWO])),
    ]
    .prop_map(|(form, period, school)| Slot { form, period, school })
}

fn cells(form: &'static str) -> impl Strategy<Value = Vec<Cell>> {
    let indicators = FORMS.iter().find(|(code, _)| *code == form).map_or(&[][..], |(_, indicators)| *indicators);
    let mut all: Vec<BoxedStrategy<Cell>> = Vec::new();
    for &indicator in indicators {
        let keys: Vec<Options> = match find(indicator).dimensions.first().copied() {
            None => vec![Options::new()],
            Some(dimension) => {
                options_of(dimension).map(|option| Options::from([(dimension.to_owned(), option.to_owned())])).to_vec()
            }
        };
        for options in keys {
            all.push(
                value(indicator).prop_map(move |value| Cell { indicator, options: options.clone(), value }).boxed(),
            );
        }
    }
    all
}

/// A value of an indicator, and sometimes none.
fn value(indicator: &str) -> BoxedStrategy<Value> {
    let decimal = |range: std::ops::Range<i32>, divisor: i32| {
        range.prop_map(move |number| {
            serde_json::from_str(&Decimal::new(number.into(), divisor.unsigned_abs()).to_string()).unwrap()
        })
    };
    let there = match indicator {
        "canteen" => any::<bool>().prop_map(Value::from).boxed(),
        "motto" => select(vec!["勤", "诚"]).prop_map(Value::from).boxed(),
        "pupils" | "boarders" | "entrants" | "drills" => (0..40_u32).prop_map(Value::from).boxed(),
        "balance" => decimal(-500..100_000, 2).boxed(),
        "pass_rate" | "plain_rate" => decimal(0..1_000_000, 6).boxed(),
        _ => decimal(-2_000..90_000, 3).boxed(),
    };
    prop_oneof![5 => there, 1 => Just(Value::Null)].boxed()
}

fn fact() -> impl Strategy<Value = Fact> {
    let days = vec!["2021-01-01", "2021-08-31", "2022-01-01", "2022-03-31", "2022-04-01", "2022-12-31", "2023-01-01"];
    prop_oneof![
        select(days.clone()).prop_map(Fact::OpenedOn),
        prop::option::of(select(days)).prop_map(Fact::ClosedOn),
        select(vec![None, Some("东乡"), Some("西乡")]).prop_map(Fact::Township),
        select(vec![None, Some(BUREAU), Some(ONE), Some("teaching")]).prop_map(Fact::Parent),
    ]
}

fn question() -> impl Strategy<Value = Question> {
    let periods = vec!["2021", "2022", "2022", "2022-H1", "2022-Q1", "2022-Q2"];
    let basis = select(vec!["accepted", "accepted", "submitted"]);
    let within = prop::option::weighted(0.3, select(vec![BUREAU, ONE, TWO, "teaching"]));
    let only = vec![
        ("stage", "primary"),
        ("township", "西乡"),
        ("township", ""),
        ("school", ONE),
        ("school", ""),
        ("sex", "boys"),
        ("category", "arts"),
        ("project", "p1"),
        ("project", ""),
    ];
    let keys = vec!["school", "stage", "township", "sex", "category", "project"];
    let shape = (select(periods), basis, within, prop::option::weighted(0.3, select(only)));
    let by = prop::sample::subsequence(keys, 0..=2).prop_shuffle();
    (shape, by, prop::option::of(any::<bool>()), vec(select(codes()), 1..8)).prop_filter_map(
        "an indicator that can be asked so",
        |((period, basis, within, only), by, compare, mut indicators)| {
            let only: Vec<_> = only.into_iter().collect();
            indicators.sort_unstable();
            indicators.dedup();
            let dimensions = by
                .iter()
                .chain(only.iter().map(|(key, _)| key))
                .filter(|key| ["sex", "category", "project"].contains(*key));
            let dimensions: Vec<&str> = dimensions.copied().collect();
            indicators.retain(|code| {
                find(code).can_be_asked_for(period) && dimensions.iter().all(|dimension| find(code).has(dimension))
            });
            let compare =
                compare.map(
                    |year_ago| if year_ago { ("year_ago", year_before(period)) } else { ("previous", before(period)) },
                );
            (!indicators.is_empty()).then_some(Question { indicators, period, by, compare, basis, within, only })
        },
    )
}

fn codes() -> Vec<&'static str> {
    DEFINITIONS.iter().map(|definition| definition.code).collect()
}

fn before(period: &str) -> &'static str {
    match period {
        "2021" => "2020",
        "2022" => "2021",
        "2022-H1" => "2021-H2",
        "2022-Q1" => "2021-Q4",
        _ => "2022-Q1",
    }
}

fn year_before(period: &str) -> &'static str {
    match period {
        "2021" => "2020",
        "2022" => "2021",
        "2022-H1" => "2021-H1",
        "2022-Q1" => "2021-Q1",
        _ => "2021-Q2",
    }
}
