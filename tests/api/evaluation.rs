//! Evaluations: sheets, their life, what is frozen, results and coverage.

mod department;
mod forms;
mod frozen;
mod life;
mod results;
mod sheets;
mod world;
