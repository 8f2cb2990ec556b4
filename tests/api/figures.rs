//! Figures: each aggregation, comparison and coverage by example, and random histories against a
//! naive model.

mod answers;
mod county;
mod departmental;
mod histories;
mod honours;
mod ledger;
mod many;
mod model;
mod panel;
mod registers;
mod sources;
mod terms;
