//! What is said, and where: data on stdout, sentences on stderr.

use std::io::{self, BufWriter, ErrorKind, Write};

use serde::Serialize;

use super::failure::Failure;
use crate::data::RowMap;
use crate::srm::null::Chance;
use crate::srm::{
    Alignment, Coordinates, EDGE, Epsilon, EpsilonChoice, NeuronChoice, Plane, Significance,
    Subset, USUAL_RATE,
};
use crate::words::{self, count, percent, thousands};

/// Names that a list in a sentence shows.
const SHOWN: usize = 5;

/// Says one line on stderr. If nobody can be told, nobody is.
pub(super) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{}", one_line(line));
}

/// Says a line that is no failure.
pub(super) fn note(line: &str) {
    say(&format!("note: {line}"));
}

/// Names from files may hold anything; what is said stays one line of text.
pub(super) fn one_line(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escaped = c.is_control().then(|| c.escape_default());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}

/// Writes data to stdout.
///
/// # Errors
/// [`Failure::NobodyReads`] if the reader has gone.
pub(super) fn to_stdout(
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let done = write(&mut out).and_then(|()| out.flush());
    // What could not be written is not tried again.
    let _ = out.into_parts();
    done.map_err(|e| match e.kind() {
        ErrorKind::BrokenPipe => Failure::NobodyReads,
        _ => Failure::Data(format!("cannot write to stdout: {}", words::io_error(&e))),
    })
}

/// Prints a list of objects as JSON, one a line.
///
/// # Errors
/// [`Failure::NobodyReads`] if the reader has gone.
pub(super) fn json_list(entries: impl Iterator<Item = impl Serialize>) -> Result<(), Failure> {
    to_stdout(|out| {
        let mut before = "[\n";
        for entry in entries {
            out.write_all(before.as_bytes())?;
            serde_json::to_writer(&mut *out, &entry)?;
            before = ",\n";
        }
        writeln!(out, "{}", if before == "[\n" { "[]" } else { "\n]" })
    })
}

/// What was left out or is out of the ordinary, before anything is computed, of those
/// rows of a file.
pub(super) fn notes(coordinates: &Coordinates, subset: &Subset, read: &RowMap) {
    let activations = coordinates.activations();
    let excluded = activations.excluded_rows();
    if !excluded.is_empty() {
        let rows = excluded.iter();
        let rows = rows.map(|&place| thousands(read.row(place) as u64));
        let (some, all) = (excluded.len() as u64, read.len() as u64);
        let left_out = if some == 1 { "is" } else { "are" };
        note(&format!(
            "{} a NaN or an infinity and {left_out} left out: {}",
            words::part(some, all, "row", ["holds", "hold"]),
            first_few(rows),
        ));
    }
    if activations.zero_rows() > 0 {
        let (some, all) = (activations.zero_rows(), activations.n_samples());
        note(&format!(
            "{} zero: never lit for epsilon > 0, always for epsilon <= 0",
            words::part(some as u64, all as u64, "row", ["is", "are"]),
        ));
    }
    let both = |&(i, j): &(u32, u32)| subset.contains(i) && subset.contains(j);
    let pairs = coordinates.basis().degenerate_pairs();
    let pairs: Vec<(u32, u32)> = pairs.iter().copied().filter(both).collect();
    if !pairs.is_empty() {
        let names = pairs.iter().map(|&(i, j)| Plane { i, j }.to_string());
        note(&format!(
            "{} of basis vectors {} parallel and no plane: {}",
            count(pairs.len() as u64, "pair"),
            if pairs.len() == 1 { "is" } else { "are" },
            first_few(names),
        ));
    }
}

/// Planes are made among some of the vectors only.
pub(super) fn among(choice: &NeuronChoice, subset: &Subset, is_standard: bool) {
    let (vectors, norms) = if is_standard {
        ("neuron", "norms are over all of them")
    } else {
        ("basis vector", "norms are over all neurons")
    };
    note(&format!(
        "planes are made among {} of {} ({choice}); {norms}",
        thousands(subset.len() as u64),
        count(subset.of_how_many() as u64, vectors),
    ));
}

/// `auto` had nothing to go on.
pub(super) fn auto_undefined() {
    note("every row is zero, so auto is undefined: epsilon is the paper's 0.9");
}

/// The spotlight among so many neurons: `epsilon 0.5 (half-angle 60.0°, 1.2% of isotropic data)`.
pub(super) fn cone(choice: EpsilonChoice, epsilon: Epsilon, neurons: usize) -> String {
    cone_chosen("", choice, epsilon, neurons)
}

fn cone_chosen(name: &str, choice: EpsilonChoice, epsilon: Epsilon, neurons: usize) -> String {
    format!(
        "epsilon {} ({name}half-angle {:.1}°, {} of isotropic data)",
        choice.tells(epsilon),
        epsilon.half_angle_deg(),
        percent(epsilon.null_share(neurons)),
    )
}

/// One line on what came out, with the ground under the number.
pub(super) fn result(
    what: &str,
    choice: EpsilonChoice,
    epsilon: Epsilon,
    neurons: usize,
    lit: &str,
    alignment: &Alignment,
) {
    let name = match choice {
        EpsilonChoice::Value(_) => String::new(),
        other => format!("{other}, "),
    };
    let index = alignment.index();
    let alignment = if index.is_nan() {
        "alignment undefined".to_owned()
    } else {
        format!("alignment {index:+.3}")
    };
    say(&format!(
        "{what} at {}: {lit}, {alignment}",
        cone_chosen(&name, choice, epsilon, neurons),
    ));
}

/// One line on planes against chance; nothing where they are not judged or dark.
pub(super) fn significance(significance: Option<&Significance>) {
    let Some(significance) = significance else {
        return;
    };
    say(&format!(
        "against isotropic data: {} of {} significant at a false discovery rate of {} \
         (Benjamini-Hochberg), {} tested in effect at {}",
        thousands(significance.significant(USUAL_RATE) as u64),
        count(significance.planes() as u64, "plane"),
        words::rate(USUAL_RATE),
        angles(significance.effective_angles(USUAL_RATE)),
        match significance.least_peak(USUAL_RATE) {
            Some(_) => "the lowest peak of these",
            None => "the highest peak",
        },
    ));
}

/// What a plane's largest count comes to against chance.
pub(super) fn chance(what: &str, chance: &Chance) {
    let among = if chance.ln_p < 0.0 {
        format!(
            "as the largest among {} in effect",
            angles(chance.effective_angles)
        )
    } else {
        "as the largest of all angles".to_owned()
    };
    say(&format!(
        "{what} against isotropic data: its peak is {} times what is expected, z = {}, p = {} \
         {among}",
        words::three_figures(chance.excess),
        words::three_figures(chance.z),
        words::probability(chance.ln_p),
    ));
}

/// `41 angles`.
fn angles(effective: f64) -> String {
    count(effective.round() as u64, "angle")
}

/// Nothing is lit: how near it was, and what would light something.
pub(super) fn dark(
    what: &str,
    (choice, epsilon): (EpsilonChoice, Epsilon),
    nearest: Option<f64>,
    auto: Option<Epsilon>,
) {
    let advice = auto.map_or_else(
        || "every row is zero".to_owned(),
        |auto| format!("--epsilon auto would be {}", auto.shown_text()),
    );
    let nearest = nearest.map_or_else(String::new, |nearest| {
        let nearest = Epsilon::clamped(nearest).shown_text();
        format!("the largest in-plane cosine is {nearest}, ")
    });
    say(&format!(
        "nothing is lit {what} at epsilon {}: {nearest}{advice}",
        choice.tells(epsilon),
    ));
}

/// Nothing is lit by spotlights that point somewhere: how near samples are to one, and from
/// where on half of them would be lit.
pub(super) fn dark_towards(
    what: &str,
    (choice, epsilon): (EpsilonChoice, Epsilon),
    largest: f64,
    half: Option<f64>,
) {
    // The rounding of a sine of 0 is none.
    let text = |cosine: f64| {
        let cosine = if cosine.abs() < EDGE { 0.0 } else { cosine };
        Epsilon::clamped(cosine).shown_text()
    };
    let half = half.map_or_else(String::new, |half| {
        format!(
            ", half of the samples would be lit at epsilon {}",
            text(half)
        )
    });
    say(&format!(
        "nothing is lit {what} at epsilon {}: the largest cosine is {}{half}",
        choice.tells(epsilon),
        text(largest),
    ));
}

pub(super) fn first_few(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(SHOWN);
    let mut text = names.take(SHOWN).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(" and ");
        text.push_str(&thousands(more as u64));
        text.push_str(" more");
    }
    text
}

/// A size as people say it.
#[allow(clippy::cast_precision_loss)] // one digit is shown
pub(super) fn bytes(n: u64) -> String {
    let n = n as f64;
    if n < 1e5 {
        format!("{:.1} kB", n / 1e3)
    } else if n < 1e9 {
        format!("{:.1} MB", n / 1e6)
    } else {
        format!("{:.1} GB", n / 1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_people_say_them() {
        assert_eq!(bytes(276 * 361 * 4), "0.4 MB");
        assert_eq!(bytes(1444), "1.4 kB");
        assert_eq!(bytes(12_110_192_640), "12.1 GB");
    }

    #[test]
    fn whatever_a_name_holds_a_line_is_a_line() {
        assert_eq!(one_line("é\n\u{1b}[31m"), "é\\n\\u{1b}[31m");
    }
}
