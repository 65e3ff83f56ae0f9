//! Names, numbers and symbols in the formats that captions are pasted into.

use crate::srm::Plane;
use crate::words::thousands;

/// A paper that is cited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paper {
    pub key: &'static str,
    pub arxiv: &'static str,
}

/// What a caption is pasted into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CaptionFormat {
    /// Anything: plain Unicode.
    Text,
    /// `CommonMark`.
    Markdown,
    /// LaTeX, in ASCII but for what names hold.
    Latex,
}

impl CaptionFormat {
    /// All of them, as they are offered.
    pub const ALL: [Self; 3] = [Self::Text, Self::Markdown, Self::Latex];

    /// In a word, as it is typed.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Latex => "latex",
        }
    }

    /// The citation of a paper, with the space before it.
    pub(super) fn citation(self, paper: Paper) -> String {
        let (key, arxiv) = (paper.key, paper.arxiv);
        match self {
            Self::Text => format!(" (Bird, 2025, arXiv:{arxiv})"),
            Self::Markdown => format!(" ([Bird, 2025](https://arxiv.org/abs/{arxiv}))"),
            Self::Latex => format!(r"~\cite{{{key}}}"),
        }
    }

    /// A name of a file or an array, whatever it holds.
    #[must_use]
    pub fn quoted(self, name: &str) -> String {
        let name = one_line(name);
        match self {
            Self::Text => name,
            Self::Markdown => code_span(&name),
            Self::Latex => format!(r"\texttt{{{}}}", latex(&name)),
        }
    }

    /// Words as they are.
    pub(super) fn words(self, words: &str) -> String {
        let words = one_line(words);
        match self {
            Self::Text => words,
            Self::Markdown => markdown(&words),
            Self::Latex => latex(&words),
        }
    }

    /// A number as people read it: `1,797`, `0.12`, `7.9e-7`.
    #[must_use]
    pub fn number(self, number: &str) -> String {
        match (self, number.split_once('e')) {
            (Self::Latex, None) if !number.contains(',') => number.to_owned(),
            (Self::Latex, _) => format!("${}$", inside(number)),
            (_, Some((mantissa, power))) => format!("{mantissa} × 10{}", raised(power)),
            (_, None) => number.to_owned(),
        }
    }

    /// So many of `noun`, which takes an `s` unless it is one.
    pub(crate) fn counted(self, n: u64, noun: &str) -> String {
        let plural = if n == 1 { "" } else { "s" };
        format!("{} {noun}{plural}", self.number(&thousands(n)))
    }

    /// A share such as `1.2%`.
    pub(crate) fn percent(self, share: &str) -> String {
        let number = self.number(share.trim_end_matches('%'));
        match self {
            Self::Text | Self::Markdown => format!("{number}%"),
            Self::Latex => format!(r"{number}\%"),
        }
    }

    /// An angle in degrees.
    pub(super) fn degrees(self, degrees: &str) -> String {
        match self {
            Self::Text | Self::Markdown => format!("{degrees}°"),
            Self::Latex => format!(r"${degrees}^\circ$"),
        }
    }

    /// A symbol and its value.
    pub(super) fn equation(self, symbol: &str, value: &str) -> String {
        match self {
            Self::Text | Self::Markdown => {
                let value = self.number(value).replace('-', "−");
                format!("{} = {value}", self.math(symbol))
            }
            Self::Latex => format!("${} = {}$", greek(symbol), inside(value)),
        }
    }

    /// Symbols as they are written in formulas.
    pub(super) fn math(self, symbols: &str) -> String {
        match self {
            Self::Markdown if symbols.chars().all(char::is_alphabetic) => format!("*{symbols}*"),
            Self::Text | Self::Markdown => symbols.to_owned(),
            Self::Latex => format!("${}$", greek(symbols)),
        }
    }

    /// `b_i` of that number.
    pub(super) fn vector(self, index: u32) -> String {
        match self {
            Self::Text => format!("b{}", lowered(index)),
            Self::Markdown => format!("*b*{}", lowered(index)),
            Self::Latex => format!("$b_{{{index}}}$"),
        }
    }

    /// `b_i` of any number.
    pub(super) fn any_vector(self) -> &'static str {
        match self {
            Self::Text => "bᵢ",
            Self::Markdown => "*b*ᵢ",
            Self::Latex => "$b_i$",
        }
    }

    /// `b_i ∧ b_j`.
    pub(crate) fn plane(self, Plane { i, j }: Plane) -> String {
        match self {
            Self::Text | Self::Markdown => format!("{} ∧ {}", self.vector(i), self.vector(j)),
            Self::Latex => format!(r"$b_{{{i}}} \wedge b_{{{j}}}$"),
        }
    }

    pub(super) fn plus_minus(self) -> &'static str {
        match self {
            Self::Text | Self::Markdown => "±",
            Self::Latex => r"$\pm$",
        }
    }
}

/// A number inside a formula of LaTeX.
fn inside(number: &str) -> String {
    match number.split_once('e') {
        Some((mantissa, power)) => format!(r"{mantissa} \times 10^{{{power}}}"),
        None => number.replace(',', "{,}"),
    }
}

fn greek(symbols: &str) -> String {
    symbols.replace('ε', r"\varepsilon").replace('π', r"\pi")
}

fn lowered(number: u32) -> String {
    let digit = |c: char| char::from_u32(u32::from('₀') + c.to_digit(10)?);
    number.to_string().chars().filter_map(digit).collect()
}

fn raised(power: &str) -> String {
    let digit = |c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' => '⁰',
        c => c
            .to_digit(10)
            .and_then(|digit| char::from_u32(u32::from('⁰') + digit))
            .unwrap_or(c),
    };
    power.chars().map(digit).collect()
}

/// Names may hold anything; a caption stays one line.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
                c.escape_default().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

/// Code in `CommonMark`: between more backticks than it holds in a row.
fn code_span(code: &str) -> String {
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // One space at each end is taken off again; without them a backtick at an end
    // would join the fence, and spaces of the name's own would go.
    let ends = |c| code.starts_with(c) || code.ends_with(c);
    let pad = if ends('`') || ends(' ') { " " } else { "" };
    format!("{fence}{pad}{code}{pad}{fence}")
}

fn markdown(text: &str) -> String {
    let special = |c: &char| c.is_ascii_punctuation() && !matches!(c, ',' | '.' | '-' | '(' | ')');
    let escaped = |c: char| [special(&c).then_some('\\'), Some(c)];
    text.chars().flat_map(escaped).flatten().collect()
}

fn latex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // Two would be a dash.
            '-' if out.ends_with('-') => out.push_str("{}-"),
            '\\' => out.push_str(r"\textbackslash{}"),
            '^' => out.push_str(r"\textasciicircum{}"),
            '~' => out.push_str(r"\textasciitilde{}"),
            // Plain, not curly, and no ligature.
            '`' => out.push_str(r"\textasciigrave{}"),
            '\'' => out.push_str(r"\textquotesingle{}"),
            '"' => out.push_str(r"{\char34}"),
            '<' => out.push_str(r"\textless{}"),
            '>' => out.push_str(r"\textgreater{}"),
            '|' => out.push_str(r"\textbar{}"),
            '{' | '}' | '$' | '&' | '#' | '%' | '_' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
