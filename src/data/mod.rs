//! Reading dumps.
