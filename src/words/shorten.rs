//! Names shortened so that one can still tell them apart.

use std::collections::HashMap;

/// What of a name is kept, `kept` letters of it.
type Keep = fn(letters: &[char], shared: usize, kept: usize) -> String;

/// The ways to shorten, the first that tells the names apart being taken.
const WAYS: [Keep; 4] = [ends, end, beginning, difference];

/// The names, each that does not fit shortened with an ellipsis until it does. The middle
/// is left out; where that makes two different names alike, more of their ends, of their
/// beginnings, or of what follows the beginning that they share is kept instead, and where
/// nothing of that helps they are numbered. Equal names stay equal.
///
/// What fits no room at all is left at a letter or two.
#[must_use]
pub fn shortened(names: &[&str], fits: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut long: Vec<&str> = Vec::new();
    for name in names {
        if !long.contains(name) && !fits(name) {
            long.push(name);
        }
    }
    if long.is_empty() {
        return names.iter().map(|&name| name.to_owned()).collect();
    }
    let mut ways = WAYS.iter().map(|&way| all(&long, way, fits));
    let kept = |short: &[String]| {
        let mut seen: Vec<&str> = names
            .iter()
            .copied()
            .filter(|n| !long.contains(n))
            .collect();
        seen.dedup();
        short.iter().all(|short| {
            let new = !seen.contains(&short.as_str());
            seen.push(short);
            new
        })
    };
    let short = ways.find(|short| kept(short));
    let short = short.unwrap_or_else(|| numbered(&long, fits));
    let short: HashMap<&str, String> = long.into_iter().zip(short).collect();
    let of = |name: &&str| {
        short
            .get(name)
            .map_or_else(|| (*name).to_owned(), Clone::clone)
    };
    names.iter().map(of).collect()
}

fn all(names: &[&str], way: Keep, fits: &dyn Fn(&str) -> bool) -> Vec<String> {
    let shared = shared(names);
    let short = |name: &&str| {
        let letters: Vec<char> = name.chars().collect();
        most(letters.len(), &|kept| way(&letters, shared, kept), fits)
    };
    names.iter().map(short).collect()
}

/// The longest that fits of what `of` makes of fewer letters than there are.
fn most(letters: usize, of: &dyn Fn(usize) -> String, fits: &dyn Fn(&str) -> bool) -> String {
    let (mut least, mut most) = (1, letters.max(2));
    while least + 1 < most {
        let middle = usize::midpoint(least, most);
        if fits(&of(middle)) {
            least = middle;
        } else {
            most = middle;
        }
    }
    of(least)
}

/// Shortened in the middle and numbered in their order.
fn numbered(names: &[&str], fits: &dyn Fn(&str) -> bool) -> Vec<String> {
    let short = |(place, name): (usize, &&str)| {
        let letters: Vec<char> = name.chars().collect();
        let of = |kept| format!("{} ({})", ends(&letters, 0, kept), place + 1);
        most(letters.len(), &of, fits)
    };
    names.iter().enumerate().map(short).collect()
}

/// Letters that all begin with.
fn shared(names: &[&str]) -> usize {
    let Some((first, others)) = names.split_first() else {
        return 0;
    };
    let with = |other: &&str| {
        let both = first.chars().zip(other.chars());
        both.take_while(|(a, b)| a == b).count()
    };
    others.iter().map(with).min().unwrap_or(0)
}

fn ends(letters: &[char], _: usize, kept: usize) -> String {
    around(letters, kept.div_ceil(2), kept / 2)
}

fn end(letters: &[char], _: usize, kept: usize) -> String {
    around(letters, kept / 4, kept - kept / 4)
}

fn beginning(letters: &[char], _: usize, kept: usize) -> String {
    around(letters, kept, 0)
}

/// A few letters, then those from where the names differ on.
fn difference(letters: &[char], shared: usize, kept: usize) -> String {
    let few = (kept / 4).min(shared).min(3);
    let end = letters.len().min(shared + kept - few);
    let more = if end < letters.len() { "…" } else { "" };
    let text = |letters: &[char]| letters.iter().collect::<String>();
    format!(
        "{}…{}{more}",
        text(&letters[..few]),
        text(&letters[shared..end])
    )
}

/// So many letters of the beginning and of the end.
fn around(letters: &[char], head: usize, tail: usize) -> String {
    let head = letters[..head].iter();
    let tail = letters[letters.len() - tail..].iter();
    head.chain(['…'].iter()).chain(tail).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], most: usize, expected: &[&str]) {
        let fits = |text: &str| text.chars().count() <= most;
        assert_eq!(shortened(names, &fits), expected);
    }

    #[test]
    fn names_that_fit_stay_and_others_lose_their_middle() {
        check(&["cat", "dog"], 3, &["cat", "dog"]);
        check(&["cat", "hippopotamus"], 7, &["cat", "hip…mus"]);
        check(&["größengrößen"], 5, &["gr…en"]);
        check(&["ab"], 1, &["a…"]);
    }

    #[test]
    fn different_names_stay_different() {
        let (head, tail) = ("a".repeat(30), "z".repeat(30));
        let between = |middle: &str| format!("{head}{middle}{tail}");
        let lists = [
            ["0", "1", "2"].map(|n| format!("{head}{n}{}", "z".repeat(8))),
            ["0", "1", "2"].map(|n| format!("{}{n}{tail}", "a".repeat(8))),
            ["0", "1", "2"].map(between),
            ["0z", "1z", "10"].map(between),
            // What no piece of so few letters can tell apart.
            [
                format!("b{head}0{head}"),
                format!("b{head}1{head}"),
                format!("c{head}1{head}"),
            ],
        ];
        for list in lists {
            let names: Vec<&str> = list.iter().map(String::as_str).collect();
            let short = shortened(&names, &|text| text.chars().count() <= 12);
            let mut seen = short.clone();
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), 3, "{short:?}");
            assert!(short.iter().all(|s| s.chars().count() <= 12), "{short:?}");
        }
    }

    #[test]
    fn equal_names_stay_equal() {
        check(&["hippopotamus"; 2], 7, &["hip…mus"; 2]);
    }
}
