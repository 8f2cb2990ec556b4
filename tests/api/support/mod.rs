//! What every test stands on: a cluster per run, a database and a service per test, a client, and
//! a small county.

mod app;
mod client;
mod cluster;
mod county;
mod desk;
mod form;

pub use app::{SECRET, Settings, TestApp};
pub use client::{Answer, Client, MULTIPART, multipart};
pub use cluster::{fresh_folder, server_log};
pub use county::{BUREAU, CATALOGUE, OTHER_BUREAU, PASSWORD};
pub use desk::{CLOSED_SCHOOL, Desk, JUNIOR_SCHOOL, NEIGHBOUR, SCHOOL, SIBLING, cell, document, pupils, sheet};
pub use form::Form;
