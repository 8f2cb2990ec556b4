//! The one question that everything which shows a number asks: [`ask`].
//!
//! # Moment
//! Everything is read as of one moment: the catalogue and the organisations as they were known at
//! it, and the revisions that stood at it on the [`Basis`] asked for. Where the question names
//! none, it is the first at which nothing earlier can be recorded any more; so every decision that
//! was acknowledged before counts, and asking again as of the moment answered gives the identical
//! answer, for ever.
//!
//! # What counts
//! A form expects one report for each of its periods from every school that fills it in (by stage
//! or by name) and was open on at least one day of the period; on `closed_on` a school is closed. A
//! figure counts exactly the standing revisions of these. What a school reported for a period in
//! which, as it turned out, it was not open does not count.
//!
//! A question for a longer period than the form's is answered from all of those of which it
//! consists; the others are refused.
//!
//! # Aggregation
//! Over all values, that is over schools × periods × options of dimensions:
//!
//! | | value | none where |
//! |---|---|---|
//! | `sum`, `count_true` | Σ | nothing was reported |
//! | `average` | Σ / number of values, both answered | |
//! | `weighted_average` | Σ(value × weight) / Σ weight, both answered, over the values of which the same school reported the weight for the same period (of the same options, where the weight has the dimensions) | the weights are missing or 0 together |
//! | `min`, `max` | the least, the greatest | |
//! | `last` | that of the latest period, in it that of the report that began to stand last, then that of the higher school code | |
//! | `none` | the value, where it is the only one, and a number | there are several |
//!
//! A formula is applied to the aggregated values of its operands, so that a ratio is the ratio of
//! the sums; they are not rounded before. Where it divides at last, what was divided is answered.
//! It has no value where no operand has one, whatever it makes of missing ones, nor where it divides
//! by zero. Averages, weighted or not, and formulas are rounded half up to the decimals of the
//! indicator; everything else is exact. Growth is computed from the values as they are answered.
//!
//! # What is counted from registers
//! An indicator with `counted` is Σ over the records that were known at the moment, were not withdrawn, and fulfil its
//! conditions: how many they are, how many different values a field has in them, or Σ of a field. `at_end` looks at each
//! in the state in which it was on the last day of the period, `in_period` at what happened in it, by a date or by the day
//! on which a state was entered. Fields are those known at the moment, also of the past: corrections work backwards. A
//! register is the whole list, so that no record is 0 and not missing. A record is counted where its school stands, open
//! or not; one of no school counts in the whole, and in the group of those that have no school, township or stage.
//!
//! # What is read from books
//! An indicator with `booked` is Σ over the lines of a book that were known at the moment and fulfil its conditions:
//!
//! | | lines | `at_end` | `in_period` |
//! |---|---|---|---|
//! | ledger | entries, payments with their reversals, plans | of the fiscal year in which the period ends, until its end | with a day in the period |
//! | assets | cards | that were held on the last day | acquired, or written off, in the period |
//! | rectifications | | found until the end, each in its state on the last day | found in the period, each in its state on the last day |
//! | projects | | that run in the year in which the period ends, each as it is known | |
//!
//! What is dated before its fiscal year counts from the first day of that; a plan is of the months that lie in the period.
//! The labels of a budget item never change; the category of its project is the one that is known. A card stands where it
//! is known to stand, and what is written off later stands in the state in which it was before that.
//! Depreciation follows the policy of the period's end: straight-line by month from the month of acquisition, rounded half
//! up for each card; where there is no policy, what depends on lives has no value.
//!
//! A book is a whole list as well: where there is no budget item, the budget is 0 and rests on nothing, and a rate of it,
//! which divides by zero, has no value. What is of a section, and not of a school, counts in the whole and within that
//! section. By project, those groups are shown in which there is any line.
//!
//! # Coverage
//! Expected are all reports on which the figure rests. Reported are those of them with at least one
//! value of the indicator in the group; for a formula those with a value of every operand that is
//! expected of them. Where nothing is in, the value is none: missing is not zero. What is counted rests on its records:
//! expected are all that count, reported those that have the field that is measured; and what is read from a book rests on its
//! lines. A formula rests on all of these.
//!
//! # Groups
//! A breakdown shows every group: of schools those in which a report is expected, in the period or
//! in the one with which is compared, and of what is counted or booked those in which a school is open or
//! there are records; of dimensions all options. The group of a figure, as `only`
//! of another question, asks for just that figure, and for its sources.

mod answer;
mod ask;
mod bodies;
mod books;
mod expected;
mod http;
mod ledger;
mod measures;
mod panel;
mod plan;
mod queries;
mod question;
mod records;
mod request;
mod sources;
mod together;
mod values;

use utoipa_actix_web::service_config::ServiceConfig;

pub use answer::{Answer, Comparison, Coverage, Figure};
pub use ask::{MAX_ITEMS, ask};
pub use plan::{MAX_BY, MAX_INDICATORS};
pub use question::{Basis, By, Compare, Question};
pub use values::{Ask, settled_values, values};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(http::get_figures)
        .service(http::get_figure_sources)
        .service(panel::http::query_figures)
        .service(panel::http::pivot_figures);
}
