//! The theorems of the method, the rule of the edge and the whole sweep, on
//! random layers in random bases, held against the plain evaluation of the
//! definition in `common`.

// Small whole numbers of tests; and a test that cannot unwrap has failed.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::redundant_closure_for_method_calls,
    clippy::unwrap_used
)]

#[path = "../common/mod.rs"]
mod common;

mod cancelling;
mod cases;
mod curves;
mod edges;
mod overviews;
mod plain;
mod sweeps;
mod symmetries;
