//! Every reader, on whatever libFuzzer thinks of. What a file is, its first bytes say.
#![no_main]

use std::sync::Arc;

use followspot_fuzz::check::check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // Tables of text have no first bytes that would tell.
    let plain = bytes.first().is_some_and(u8::is_ascii_graphic);
    let name = if plain { "x.csv" } else { "x.bin" };
    let bytes: Arc<[u8]> = bytes.into();
    if let Err(wrong) = check(name, &bytes) {
        panic!("{wrong}");
    }
});
