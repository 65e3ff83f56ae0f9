//! The mathematics.
mod activations;
pub use activations::{Activations, ActivationsError, Neuron, Values};
