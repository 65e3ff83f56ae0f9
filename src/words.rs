//! Numbers as a person reads them, for messages of every room.

mod shorten;

pub use shorten::shortened;

/// `n` in decimal with a comma before every third digit: `1,234,567`.
#[must_use]
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A shape as `20 × 6`; the first eight lengths of a longer one. A shape of no
/// dimensions gives `()`.
#[must_use]
pub fn times(shape: &[u64]) -> String {
    const SHOWN: usize = 8;
    if shape.is_empty() {
        return "()".to_owned();
    }
    let mut lengths: Vec<String> = shape.iter().take(SHOWN).map(|&n| thousands(n)).collect();
    if shape.len() > SHOWN {
        lengths.push("…".to_owned());
    }
    lengths.join(" × ")
}

/// `1 byte`, `2 bytes`: `n` with `noun`, which takes an `s` unless `n` is one.
#[must_use]
pub fn count(n: u64, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(n))
}

/// A size as `512 bytes`, `3.1 kB`, `2 GB`: powers of a thousand, a digit behind the
/// point where it is not 0.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")];
    let value = bytes as f64;
    match UNITS.into_iter().find(|(unit, _)| value >= *unit) {
        None => count(bytes, "byte"),
        Some((unit, name)) => {
            let tenths = (value / unit * 10.0).round();
            if tenths % 10.0 == 0.0 {
                format!("{} {name}", thousands((tenths / 10.0) as u64))
            } else {
                format!("{:.1} {name}", tenths / 10.0)
            }
        }
    }
}

/// Whole gigabytes that hold so many bytes, as it is typed: `7GB`.
#[must_use]
pub fn gigabytes(bytes: u64) -> String {
    format!("{}GB", bytes.div_ceil(1_000_000_000))
}

/// A share as `12.3%`; a tiny one as a power of ten.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent == 0.0 {
        "0%".to_owned()
    } else if percent < 0.01 {
        format!("{percent:.1e}%")
    } else if percent < 1.0 {
        format!("{percent:.2}%")
    } else {
        format!("{percent:.1}%")
    }
}

/// A chosen share as it was meant: `5%`, `0.1%`.
#[must_use]
pub fn rate(share: f64) -> String {
    if share < 1e-6 {
        return format!("{:e}%", share * 100.0);
    }
    format!("{}%", (share * 1e8).round() / 1e6)
}

/// Three figures of a number: `41.2`, `0.0312`, `1,234`, `-7.1e-6`.
#[must_use]
pub fn three_figures(x: f64) -> String {
    let size = x.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    if !size.is_finite() || !(1e-3..1e6).contains(&size) {
        return format!("{x:.2e}");
    }
    let whole = size.log10().floor() as i32;
    let decimals = usize::try_from(2 - whole).unwrap_or(0);
    let sign = if x < 0.0 { "-" } else { "" };
    if decimals == 0 {
        return format!("{sign}{}", thousands(size.round() as u64));
    }
    format!("{x:.decimals$}")
}

/// `a`, `a or b`, `a, b or c`.
#[must_use]
pub fn alternatives(all: &[impl AsRef<str>]) -> String {
    let all: Vec<&str> = all.iter().map(AsRef::as_ref).collect();
    match &all[..] {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// `1 of 58 rows is`, `3 of 58 rows are`: a part of all, with the verb of its number.
#[must_use]
pub fn part(n: u64, all: u64, noun: &str, [one, several]: [&str; 2]) -> String {
    let verb = if n == 1 { one } else { several };
    format!("{} of {} {verb}", thousands(n), count(all, noun))
}

/// A probability by its logarithm, however small: `0.034`, `3.1e-9`, `1.2e-4567`.
#[must_use]
pub fn probability(ln_p: f64) -> String {
    const LEAST_PLAIN: f64 = 1e-3;
    if ln_p >= LEAST_PLAIN.ln() {
        return format!("{:.3}", ln_p.exp());
    }
    if ln_p == f64::NEG_INFINITY {
        return "0".to_owned();
    }
    let log10 = ln_p * std::f64::consts::LOG10_E;
    let mut exponent = log10.floor();
    let mut tenths = (10f64.powf(log10 - exponent) * 10.0).round();
    if tenths >= 100.0 {
        tenths /= 10.0;
        exponent += 1.0;
    }
    format!("{:.1}e{exponent:.0}", tenths / 10.0)
}

/// A probability by its logarithm with every digit that is known, as tables have it: the
/// shortest decimal of a double; of what is too small for one, by its logarithm, as
/// `3.162277660168e-1000`.
#[must_use]
pub fn probability_in_full(ln_p: f64) -> String {
    let p = ln_p.exp();
    if p.is_nan() || p >= f64::MIN_POSITIVE || ln_p == f64::NEG_INFINITY {
        return format!("{p:?}");
    }
    let log10 = ln_p * std::f64::consts::LOG10_E;
    let exponent = log10.floor();
    // The last bit of a logarithm is worth as many digits less as it is large.
    let digits = (14.0 - log10.abs().log10().ceil()).max(1.0) as usize;
    let mantissa = format!("{:.digits$}", 10f64.powf(log10 - exponent));
    let (mantissa, exponent) = match mantissa.strip_prefix("10.") {
        Some(_) => ("1", exponent + 1.0),
        None => (
            mantissa.trim_end_matches('0').trim_end_matches('.'),
            exponent,
        ),
    };
    format!("{mantissa}e{exponent:.0}")
}

/// The letter of the panel at `place`: a to z, then aa, ab, …
#[must_use]
pub fn letter(place: usize) -> String {
    let last = char::from(b'a' + (place % 26) as u8);
    match place / 26 {
        0 => last.to_string(),
        before => letter(before - 1) + &last.to_string(),
    }
}

/// What the system said, without Rust's "(os error 2)".
#[must_use]
pub fn io_error(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// A text out of a file as one may show it: nothing in it steers a terminal or turns
/// its line around, and of one longer than `most` characters only the ends are left.
#[must_use]
pub fn printable(text: &str, most: usize) -> String {
    let harmless = |c: char| {
        let turns = matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns {
            '\u{fffd}'
        } else {
            c
        }
    };
    if text.chars().nth(most).is_none() {
        return text.chars().map(harmless).collect();
    }
    let ends = most / 2;
    let first = text.chars().take(ends);
    let mut last: Vec<char> = text.chars().rev().take(ends).collect();
    last.reverse();
    first.chain(['…']).chain(last).map(harmless).collect()
}

/// What a caught panic said.
#[must_use]
pub fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_told_however_small() {
        for (ln_p, told) in [
            (0.0, "1.000"),
            (0.034f64.ln(), "0.034"),
            (3.14e-9f64.ln(), "3.1e-9"),
            (9.97e-5f64.ln(), "1.0e-4"),
            (-4567.0 * std::f64::consts::LN_10, "1.0e-4567"),
            (f64::NEG_INFINITY, "0"),
        ] {
            assert_eq!(probability(ln_p), told);
        }
    }

    #[test]
    fn lists_and_parts_are_said_as_people_say_them() {
        assert_eq!(alternatives(&["a"]), "a");
        assert_eq!(alternatives(&["a", "b"]), "a or b");
        assert_eq!(alternatives(&["a", "b", "c"]), "a, b or c");
        assert_eq!(part(1, 58, "row", ["is", "are"]), "1 of 58 rows is");
        assert_eq!(part(1, 1, "plane", ["is", "are"]), "1 of 1 plane is");
        assert_eq!(part(0, 1000, "row", ["is", "are"]), "0 of 1,000 rows are");
    }

    #[test]
    fn probabilities_in_tables_keep_every_digit() {
        for ln_p in [0.0, -0.6, -5.1, -99.0, -700.25] {
            let read: f64 = probability_in_full(ln_p).parse().unwrap();
            assert_eq!(read, f64::exp(ln_p), "{ln_p}");
        }
        assert_eq!(probability_in_full(0.0), "1.0");
        assert_eq!(probability_in_full(f64::NEG_INFINITY), "0.0");
        let ten = std::f64::consts::LN_10;
        // 10^-999.5 = 10^0.5 · 10^-1000.
        assert_eq!(probability_in_full(-999.5 * ten), "3.16227766017e-1000");
        assert_eq!(probability_in_full(-4567.0 * ten), "1e-4567");
    }

    #[test]
    fn three_figures_are_three() {
        for (x, told) in [
            (0.0, "0"),
            (41.23, "41.2"),
            (-4.5678, "-4.57"),
            (0.031_23, "0.0312"),
            (1234.4, "1,234"),
            (-1234.4, "-1,234"),
            (7.126e-6, "7.13e-6"),
            (2.5e9, "2.50e9"),
            (f64::INFINITY, "inf"),
        ] {
            assert_eq!(three_figures(x), told);
        }
        assert_eq!(
            [rate(0.05), rate(0.001), rate(0.125)],
            ["5%", "0.1%", "12.5%"]
        );
    }

    #[test]
    fn what_stands_in_a_file_cannot_steer_who_reads_it() {
        assert_eq!(
            printable("layer\u{1b}[31m\n1", 80),
            "layer\u{fffd}[31m\u{fffd}1"
        );
        assert_eq!(printable("a\u{202e}b\u{2028}", 80), "a\u{fffd}b\u{fffd}");
        assert_eq!(printable("größe", 5), "größe");
        assert_eq!(printable("model.layers.31.weight", 10), "model…eight");
        assert_eq!(printable(&"ä".repeat(70_000), 80).chars().count(), 81);
    }

    #[test]
    fn commas_stand_before_every_third_digit() {
        for (n, expected) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (123_456, "123,456"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(thousands(n), expected);
        }
    }

    #[test]
    fn shares_as_people_say_them() {
        assert_eq!(percent(0.123_4), "12.3%");
        assert_eq!(percent(0.001_23), "0.12%");
        assert_eq!(percent(1.23e-9), "1.2e-7%");
        assert_eq!(percent(0.0), "0%");
    }

    #[test]
    fn probabilities_however_small() {
        assert_eq!(probability(f64::NEG_INFINITY), "0");
        assert_eq!(probability(-2000.0), "2.6e-869");
        assert_eq!(probability(9.96e-280f64.ln()), "1.0e-279");
        assert_eq!(probability(0.000_9f64.ln()), "9.0e-4");
        assert_eq!(probability(0.031_4f64.ln()), "0.031");
        assert_eq!(probability(0.0), "1.000");
    }

    #[test]
    fn panels_are_lettered_beyond_z() {
        assert_eq!(
            [0, 25, 26, 27, 52].map(letter),
            ["a", "z", "aa", "ab", "ba"]
        );
    }

    #[test]
    fn shapes_and_counts() {
        assert_eq!(times(&[]), "()");
        assert_eq!(times(&[20, 1000]), "20 × 1,000");
        assert_eq!(times(&[1; 9]), "1 × 1 × 1 × 1 × 1 × 1 × 1 × 1 × …");
        assert_eq!(count(1, "byte"), "1 byte");
        assert_eq!(count(2000, "byte"), "2,000 bytes");
    }
}
