//! The Python dict literal that a `.npy` header is: read, never evaluated.
//!
//! Strings, `True`, `False`, `None`, numbers, tuples and lists, nested at most
//! [`DEPTH`] deep: what NumPy writes, and nothing that Python would run.

use std::fmt;

/// Deepest nesting that is read; NumPy's own headers need three.
const DEPTH: usize = 16;

/// Most fields of a dict; NumPy's have three.
const MOST_FIELDS: usize = 16;

/// A value of the dict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Bool(bool),
    None,
    /// A whole number from 0 to 2^64 − 1.
    Whole(u64),
    /// Any other number, as written.
    Number(String),
    Tuple(Vec<Literal>),
    List(Vec<Literal>),
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "'{}'", shortened(text)),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::None => f.write_str("None"),
            Self::Whole(n) => write!(f, "{n}"),
            Self::Number(text) => f.write_str(&shortened(text)),
            Self::Tuple(_) => f.write_str("a tuple"),
            Self::List(_) => f.write_str("a list"),
        }
    }
}

/// Reads a whole dict literal. The error names the field it happened in.
pub(super) fn parse_dict(text: &str) -> Result<Vec<(String, Literal)>, String> {
    let mut parser = Parser { rest: text };
    let mut fields: Vec<(String, Literal)> = Vec::new();
    if !parser.eat('{') {
        return Err(format!(
            "a dict such as {{'descr': '<f4', …}} is needed, not {}",
            parser.here()
        ));
    }
    loop {
        if parser.eat('}') {
            break;
        }
        let name = match parser.value(0) {
            Ok(Literal::Text(name)) => name,
            Ok(other) => return Err(format!("{other} stands where a field's name belongs")),
            Err(what) => return Err(format!("a field's name {what}")),
        };
        let field = shortened(&name);
        if !parser.eat(':') {
            return Err(format!(
                "no colon follows the field `{field}`, but {}",
                parser.here()
            ));
        }
        let value = parser
            .value(0)
            .map_err(|what| format!("field `{field}` {what}"))?;
        if fields.iter().any(|(known, _)| *known == name) {
            return Err(format!("field `{field}` stands there twice"));
        }
        if fields.len() == MOST_FIELDS {
            return Err(format!("there are more than {MOST_FIELDS} fields"));
        }
        fields.push((name, value));
        if !parser.eat(',') && !parser.rest.trim_start().starts_with('}') {
            return Err(format!(
                "field `{field}` is followed by {}, which is no part of a plain literal \
                 (nothing is evaluated)",
                parser.here()
            ));
        }
    }
    if parser.rest.trim_start().is_empty() {
        Ok(fields)
    } else {
        Err(format!("{} follows the dict", parser.here()))
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    /// Takes `wanted` if it comes next, after any white space.
    fn eat(&mut self, wanted: char) -> bool {
        match self.rest.trim_start().strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// What comes next, for a message.
    fn here(&self) -> String {
        let rest = self.rest.trim();
        if rest.is_empty() {
            return "the end of the header".to_owned();
        }
        format!("`{}`", shortened(rest))
    }

    /// One value at `depth` brackets. The error is a sentence without its subject.
    fn value(&mut self, depth: usize) -> Result<Literal, String> {
        if depth > DEPTH {
            return Err(format!("is nested deeper than {DEPTH} brackets"));
        }
        self.rest = self.rest.trim_start();
        match self.rest.chars().next() {
            Some('\'' | '"') => self.text(),
            Some('(') => self.sequence(')', depth),
            Some('[') => self.sequence(']', depth).map(|items| match items {
                Literal::Tuple(items) => Literal::List(items),
                other => other,
            }),
            Some('+' | '-' | '.' | '0'..='9') => Ok(self.number()),
            _ => self.word(),
        }
    }

    fn sequence(&mut self, close: char, depth: usize) -> Result<Literal, String> {
        self.rest = &self.rest[1..];
        let mut items = Vec::new();
        let mut comma = false;
        loop {
            if self.eat(close) {
                break;
            }
            if !items.is_empty() && !comma {
                return Err(format!(
                    "has {} where a comma or `{close}` belongs (nothing is evaluated)",
                    self.here()
                ));
            }
            items.push(self.value(depth + 1)?);
            comma = self.eat(',');
        }
        // `(3)` is a number in brackets, `(3,)` a tuple.
        if close == ')' && items.len() == 1 && !comma {
            return Ok(items.swap_remove(0));
        }
        Ok(Literal::Tuple(items))
    }

    fn text(&mut self) -> Result<Literal, String> {
        let mut chars = self.rest.char_indices();
        let quote = chars.next().map(|(_, c)| c);
        let mut text = String::new();
        while let Some((at, c)) = chars.next() {
            if Some(c) == quote {
                self.rest = &self.rest[at + c.len_utf8()..];
                return Ok(Literal::Text(text));
            }
            if c != '\\' {
                text.push(c);
                continue;
            }
            match chars.next() {
                Some((_, escaped @ ('\\' | '\'' | '"'))) => text.push(escaped),
                Some((_, other)) => text.extend(['\\', other]),
                None => break,
            }
        }
        Err("has a string without its closing quote".to_owned())
    }

    fn number(&mut self) -> Literal {
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | '_')))
            .unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        // Python 2 marked long integers with an L.
        let digits = number.strip_suffix('L').unwrap_or(number);
        let whole = digits.bytes().all(|b| b.is_ascii_digit());
        match digits.parse() {
            Ok(n) if whole => Literal::Whole(n),
            _ => Literal::Number(number.to_owned()),
        }
    }

    fn word(&mut self) -> Result<Literal, String> {
        for (word, literal) in [
            ("True", Literal::Bool(true)),
            ("False", Literal::Bool(false)),
            ("None", Literal::None),
        ] {
            if let Some(rest) = self.rest.strip_prefix(word)
                && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            {
                self.rest = rest;
                return Ok(literal);
            }
        }
        Err(format!(
            "has {}, which is no plain literal (nothing is evaluated)",
            self.here()
        ))
    }
}

/// The first characters of `text`, safe to print.
pub(super) fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    let mut short: String = text
        .chars()
        .take(SHOWN)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: &Literal) {
        let fields = parse_dict(&format!("{{'x': {value}, }}  \n"));
        assert_eq!(
            fields,
            Ok(vec![("x".to_owned(), expected.clone())]),
            "{value}"
        );
    }

    fn check_error(text: &str, fragments: &[&str]) {
        let error = parse_dict(text).expect_err(text);
        for fragment in fragments {
            assert!(error.contains(fragment), "{text}: {error}: no {fragment}");
        }
    }

    #[test]
    fn values() {
        use Literal::{Bool, List, None, Number, Text, Tuple, Whole};
        check("'<f4'", &Text("<f4".into()));
        check(r#""a'b""#, &Text("a'b".into()));
        check(r"'a\'b\\'", &Text(r"a'b\".into()));
        check("True", &Bool(true));
        check("None", &None);
        check("()", &Tuple(vec![]));
        check("(20,)", &Tuple(vec![Whole(20)]));
        check("(20 , 6)", &Tuple(vec![Whole(20), Whole(6)]));
        check("(20L, 6L)", &Tuple(vec![Whole(20), Whole(6)]));
        check("(20)", &Whole(20));
        check("[20]", &List(vec![Whole(20)]));
        check("-3", &Number("-3".into()));
        check("3.0", &Number("3.0".into()));
        check("18446744073709551615", &Whole(u64::MAX));
        check(
            "18446744073709551616",
            &Number("18446744073709551616".into()),
        );
    }

    #[test]
    fn errors_name_the_field() {
        check_error("", &["a dict", "end of the header"]);
        check_error("[1]", &["a dict", "[1]"]);
        check_error("{'x': f(1)}", &["`x`", "f(1)", "nothing is evaluated"]);
        check_error("{'x': (f(1), 2)}", &["`x`", "f(1)"]);
        check_error("{'x': 2**9}", &["`x`", "**9"]);
        check_error("{'x': Truest}", &["`x`", "Truest"]);
        check_error("{'x': 'a", &["`x`", "closing quote"]);
        check_error("{'x': (1 2)}", &["`x`", "comma"]);
        check_error("{'x': (1, 2", &["`x`", "end of the header"]);
        check_error("{'x' 1}", &["`x`", "colon"]);
        check_error("{'x': 1, 'x': 2}", &["`x`", "twice"]);
        check_error("{'x': 1} 2", &["`2` follows"]);
        check_error("{1: 1}", &["1 stands where"]);
        check_error(
            &format!("{{'x': {}", "(".repeat(5000)),
            &["`x`", "deeper than 16"],
        );
    }
}
