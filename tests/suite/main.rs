//! The tests of the program and of its rooms, in one binary: linking one takes longer
//! than running most of them.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/pages.rs"]
mod pages;
#[path = "../common/program.rs"]
mod program;
#[path = "../common/shards.rs"]
mod shards;
#[path = "../common/tables.rs"]
mod tables;

mod cli;
mod cli_alignment;
mod cli_chance;
mod cli_classes;
mod cli_companions;
mod cli_merge;
mod cli_merge_refused;
mod cli_neurons;
mod cli_open;
mod cli_planes;
mod cli_reading;
mod cli_samples;
mod cli_scale;
mod cli_sweep;
mod cli_tables;
mod cli_tables_refused;
mod figure_classes;
mod figure_files;
mod figure_honest;
mod figure_like;
mod figure_pictures;
mod figure_refused;
mod figure_same;
mod formats;
mod formats_others;
mod formats_random;
mod golden;
mod golden_pppm;
mod hostile;
mod layouts;
mod read_back;
mod real_python;
mod sample;
mod special_paths;
