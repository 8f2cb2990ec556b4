//! Reports: assembled, checked, approved, frozen, published, and written as files.

mod findings;
mod formats;
mod frozen;
mod life;
mod texts;
mod visible;
mod world;
