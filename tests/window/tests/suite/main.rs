//! The tests of the window, in one binary: linking one takes longer than running most of
//! them.

mod atlas;
mod chance;
mod classes;
mod companions;
mod export;
mod live;
mod neurons;
mod pictures;
mod reading;
mod samples;
mod session;
mod several;
mod window;
