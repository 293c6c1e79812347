//! What does not fit the grammar, in words for people: what was expected, what stands there, what was probably meant.

use pest::error::{Error, ErrorVariant, InputLocation};

use super::cut::{Range, word_at};
use super::grammar::Rule;
use super::keywords::{ITEMS, STATEMENTS};
use super::recover::Reader;
use super::words::friendly;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text;

/// More expectations than this help nobody.
const MAX_EXPECTED: usize = 4;

/// The words that begin clauses of rows.
const CLAUSES: &[&str] = &[
    "via", "through", "prefer", "latest", "ask", "blank", "on", "fill", "default", "enforce",
    "currency", "when", "as",
];

/// A piece that its entry rule refuses.
pub(super) fn unexpected(
    reader: &Reader,
    rule: Rule,
    range: Range,
    error: &Error<Rule>,
) -> Diagnostic {
    let piece = reader.slice(range);
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    if let Some(amiss) = no_blank(reader, range, at) {
        return amiss;
    }
    let at = skip_blanks(piece, at);
    // `=` was read, and the second one of `==` is what does not fit.
    let doubled = piece
        .split_at_checked(at)
        .is_some_and(|(read, rest)| read.ends_with('=') && rest.starts_with('='));
    let at = at - usize::from(doubled);
    let found = token_at(piece, at);
    let span = reader.span((range.0 + at, range.0 + at + found.len()));
    if found.starts_with('"') && !closed(found, '"') {
        return Diagnostic::new(Code::S001, "this text has no closing quote")
            .at(span, "")
            .help("end it with `\"` on the same line; a quote within a text is written `\\\"`");
    }
    if let Some(amiss) = no_clause(reader, rule, range, (at, found), error) {
        return amiss;
    }
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives.as_slice(),
        ErrorVariant::CustomError { .. } => &[],
    };
    let guess = Guess {
        piece,
        rule,
        at,
        found,
        expected,
    };
    let said = if found.is_empty() {
        "the end of the line".to_owned()
    } else {
        text::quoted(&shortened(found))
    };
    let names = expectations(expected, found.is_empty());
    let message = if doubled || names.is_empty() || names.len() > MAX_EXPECTED {
        format!("{said} does not fit here")
    } else {
        format!("expected {}, found {said}", text::either(&names))
    };
    let diagnostic = Diagnostic::new(Code::S001, message).at(span, "");
    match guess.help() {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// Signs that look like a blank or like nothing, and that no blank of the grammar is.
fn no_blank(reader: &Reader, (start, end): Range, at: usize) -> Option<Diagnostic> {
    let rest = reader.slice((start + at, end));
    let odd = |c: char| {
        let unseen = matches!(
            c,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        );
        unseen || c.is_whitespace() && !c.is_ascii()
    };
    let (n, sign) = rest
        .char_indices()
        .find(|(_, c)| !c.is_ascii_whitespace())?;
    let name = match sign {
        '\u{a0}' | '\u{202f}' => "a no-break space",
        c if c.is_whitespace() => "a blank of another width",
        _ => "a sign that cannot be seen",
    };
    let place = start + at + n;
    odd(sign).then(|| {
        let code = u32::from(sign);
        Diagnostic::new(Code::S001, format!("{name} (U+{code:04X}) stands here"))
            .at(reader.span((place, place + sign.len_utf8())), "")
            .help("replace it with a plain blank")
    })
}

/// What stands where a clause of a row is to begin, and is none: a word that begins no clause, or, after a comma too many, the next
/// row. Any word may be a system that `wins`, so the grammar takes it and misses what follows.
fn no_clause(
    reader: &Reader,
    rule: Rule,
    range: Range,
    (at, found): (usize, &str),
    error: &Error<Rule>,
) -> Option<Diagnostic> {
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return None;
    };
    let near = |word: &str| text::closest(word, ["wins"]).is_some();
    if rule == Rule::row && positives.contains(&Rule::k_wins) {
        let read = reader.slice(range).get(..at)?.trim_end();
        if read.ends_with(" latest") {
            let end = range.0 + read.len();
            let message = "`latest` does not say who wins where time cannot tell";
            return Some(
                Diagnostic::new(Code::S001, message)
                    .at(reader.span((end - "latest".len(), end)), "")
                    .help("name the system that does: `latest else …`"),
            );
        }
    }
    if rule != Rule::row || positives.as_slice() != [Rule::k_wins] || near(found) {
        return None;
    }
    let read = reader.slice(range).get(..at)?.trim_end();
    let start = read.rfind(|c: char| !(c.is_alphanumeric() || c == '_'))? + 1;
    let word = read.get(start..)?;
    let span = |at: usize, len: usize| reader.span((range.0 + at, range.0 + at + len));
    if found.starts_with(['-', '<']) {
        let comma = read.get(..start)?.rfind(',')?;
        let message = "a clause follows this comma, and there is the next row";
        return Some(
            Diagnostic::new(Code::S001, message)
                .at(span(comma, 1), "")
                .help("remove the comma, or write the clause"),
        );
    }
    let message = format!("{} begins no clause", text::quoted(&shortened(word)));
    let help = match text::closest(word, CLAUSES.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("a clause begins with one of: {}", CLAUSES.join(" ")),
    };
    Some(
        Diagnostic::new(Code::S001, message)
            .at(span(start, word.len()), "")
            .help(help),
    )
}

/// Lines of a file that begin no item.
pub(super) fn stray(reader: &Reader, range: Range) -> Diagnostic {
    if let Some(amiss) = no_blank(reader, range, 0) {
        return amiss;
    }
    let line = reader.slice(range);
    let found = token_at(line, 0);
    let span = reader.span((range.0, range.0 + found.len()));
    if found == "}" {
        return Diagnostic::new(Code::S001, "this `}` closes nothing")
            .at(span, "")
            .help("remove it, or look above for a block that ends too early");
    }
    let message = format!("{} begins no declaration", text::quoted(&shortened(found)));
    let diagnostic = Diagnostic::new(Code::S001, message).at(span, "");
    let word = word_at(line, 0);
    match text::closest(word, ITEMS.iter().copied()).filter(|_| !word.is_empty()) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None if line.contains("->") || line.contains("<-") => {
            diagnostic.help("rows stand in the `{ }` of a `sync`")
        }
        None => diagnostic.help(format!(
            "a declaration begins with one of: {}",
            ITEMS.join(" ")
        )),
    }
}

/// A statement in a block that does not take it.
pub(super) fn misplaced(word: &str, span: Span) -> Diagnostic {
    let (owner, help) = match word {
        "ends" => (
            "a `relation`",
            "a `sync` names its two objects in its first line",
        ),
        _ => (
            "a `sync`",
            "`fields` hold rows, `...Name` and what a blank does; move this into the syncs that use them",
        ),
    };
    Diagnostic::new(Code::S001, format!("`{word}` stands in {owner}, not here"))
        .at(span, "")
        .help(help)
}

/// An item that ends before its block.
pub(super) fn missing_block(word: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::S001,
        format!("expected `{{`, found the end of this `{word}`"),
    )
    .at(span, "")
    .help("what belongs to it stands in `{ }` behind it, with the `{` on the same line")
}

/// A line that begins with none of the words of its block.
pub(super) fn unknown_line(line: Span, word: &str, block: &str, known: &[&str]) -> Diagnostic {
    let span = if word.is_empty() {
        line
    } else {
        Span {
            end: line.start + word.len() as u32,
            ..line
        }
    };
    let quoted: Vec<String> = known.iter().map(|w| text::quoted(w)).collect();
    let message = format!("a line of {block} begins with {}", text::either(&quoted));
    let diagnostic = Diagnostic::new(Code::S001, message).at(span, "");
    match text::closest(word, known.iter().copied()).filter(|_| !word.is_empty()) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None => diagnostic,
    }
}

/// The expectations by their names, each once, without those that nobody would think of.
fn expectations(rules: &[Rule], at_end: bool) -> Vec<&'static str> {
    let minor = |rule: &Rule| {
        matches!(
            rule,
            Rule::dot
                | Rule::infix
                | Rule::postfix
                | Rule::prefix
                | Rule::arguments
                | Rule::fallback
        ) || matches!(
            rule,
            Rule::k_else | Rule::escaped | Rule::COMMENT | Rule::gap | Rule::k_each
        )
    };
    let major = rules.iter().any(|r| !minor(r) && *r != Rule::EOI);
    let mut out: Vec<&'static str> = Vec::new();
    for rule in rules {
        let name = friendly(*rule);
        let skip = minor(rule) && (major || rules.len() > 2) || *rule == Rule::EOI && at_end;
        if !skip && !out.contains(&name) {
            out.push(name);
        }
    }
    out
}

/// All that there is to guess from.
struct Guess<'a> {
    piece: &'a str,
    rule: Rule,
    at: usize,
    found: &'a str,
    expected: &'a [Rule],
}

impl Guess<'_> {
    fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    fn help(&self) -> Option<String> {
        self.sign()
            .or_else(|| self.word())
            .or_else(|| self.several_words())
    }

    /// Signs of other languages.
    fn sign(&self) -> Option<String> {
        let arrow = self.expects(Rule::arrow) || self.expects(Rule::right_arrow);
        let meant = match self.found {
            "=>" | "==>" | "-->" | "→" | "⇒" | "—>" | "–>" | ">" if arrow => "->",
            "<=" | "<==" | "<--" | "←" | "⇐" | "<" if arrow => "<-",
            "<=>" | "<-->" | "↔" | "⇔" | "<>" | "=" | "==" if arrow => "<->",
            "<-" | "<->" if self.expects(Rule::right_arrow) => "->",
            "==" => "=",
            "&&" | "&" => "and",
            "||" => "or",
            "!" => "not",
            "<>" => "!=",
            "=" if self.expects(Rule::colon) => ":",
            ":" | ":=" if self.expects(Rule::equals) => "=",
            ":" if matches!(self.expected, [Rule::word, ..] | [Rule::value, ..]) => {
                return Some("no `:` stands here".to_owned());
            }
            "'" | "‘" | "’" | "“" | "”" | "„" => {
                return Some("a text stands in double quotes: `\"…\"`".to_owned());
            }
            "/*" | "/" | "#" | "--" if !arrow => {
                return Some("comments begin with `//`".to_owned());
            }
            "[" if self.expects(Rule::list) || self.expects(Rule::open) => "(",
            _ => return None,
        };
        Some(format!("write `{meant}` here"))
    }

    /// Words that are nearly right, or in the wrong place.
    fn word(&self) -> Option<String> {
        let word = word_at(self.found, 0);
        let first = word_at(self.piece, 0);
        if self.rule == Rule::row && self.expects(Rule::arrow) {
            let meant = text::closest(first, STATEMENTS.iter().map(|(w, _)| *w));
            return meant
                .filter(|_| !first.is_empty())
                .map(|meant| format!("did you mean `{meant}`?"));
        }
        if word.is_empty() {
            return None;
        }
        if word == "ignoring" && self.expects(Rule::colon) {
            return Some("what it takes comes first: `: text, ignoring …`".to_owned());
        }
        if self.rule == Rule::row
            && self.expects(Rule::EOI)
            && (CLAUSES.contains(&word) || self.wins())
        {
            return Some("clauses are separated by commas".to_owned());
        }
        let mut words: Vec<&str> = self.expected.iter().map(|r| friendly(*r)).collect();
        if self.expects(Rule::clause) {
            words.extend(CLAUSES);
        }
        let candidates = words.iter().flat_map(|w| alternatives(w));
        text::closest(word, candidates).map(|meant| format!("did you mean `{meant}`?"))
    }

    /// Whether `salesforce wins` stands here.
    fn wins(&self) -> bool {
        self.piece.get(self.at..).is_some_and(|rest| {
            rest.split_whitespace()
                .nth(1)
                .is_some_and(|w| w.starts_with("wins"))
        })
    }

    /// A value of several words that lacks its quotes.
    fn several_words(&self) -> Option<String> {
        let values = matches!(
            self.rule,
            Rule::map_row | Rule::stage | Rule::partition_row | Rule::route_row
        );
        if !values
            || !self.found.starts_with(|c: char| {
                c.is_alphanumeric() || matches!(c, '/' | '&' | '-' | '.' | '\'')
            })
        {
            return None;
        }
        let before = self.piece.get(..self.at)?;
        let start = [",", "->", "<-", "|", ":"]
            .iter()
            .filter_map(|s| before.rfind(s).map(|n| n + s.len()))
            .max();
        let rest = self.piece.get(start.unwrap_or(0)..)?;
        let end = [",", "->", "<-", "|", "//"]
            .iter()
            .filter_map(|s| rest.find(s))
            .min()
            .unwrap_or(rest.len());
        let value = rest.get(..end)?.trim().trim_matches('"');
        if value.is_empty() || value.contains('"') {
            return None;
        }
        if let Some(rest) = value.strip_prefix("else ") {
            return Some(format!(
                "in a table an arrow stands before it: `else -> {rest}`"
            ));
        }
        Some(format!(
            "a value that is more than one plain word stands in quotes: `\"{value}\"`"
        ))
    }
}

/// The words in backticks of a friendly name, or the word itself.
fn alternatives(name: &'static str) -> impl Iterator<Item = &'static str> {
    let quoted = name.contains('`');
    name.split('`')
        .enumerate()
        .filter(move |(n, _)| quoted == (n % 2 == 1))
        .map(|(_, w)| w)
}

fn skip_blanks(piece: &str, mut at: usize) -> usize {
    loop {
        let rest = piece.get(at..).unwrap_or_default();
        let code = rest.trim_start();
        at += rest.len() - code.len();
        if !code.starts_with("//") {
            return at;
        }
        at += code.find('\n').unwrap_or(code.len());
    }
}

fn closed(found: &str, quote: char) -> bool {
    found.len() > 1 && found.ends_with(quote) && !found.ends_with("\\\"")
}

/// The token at a place, as a person would see it: a word, a text, a number, a run of signs.
fn token_at(piece: &str, at: usize) -> &str {
    let rest = piece.get(at..).unwrap_or_default();
    let sign = |c: char| "<>=-!&|:→←↔⇒⇐⇔—–+*/~".contains(c);
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let Some(first) = rest.chars().next() else {
        return "";
    };
    let len = match first {
        '"' => {
            let line = rest.split('\n').next().unwrap_or(rest);
            let mut escaped = false;
            let close = line.char_indices().skip(1).find(|(_, c)| {
                let closes = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                closes
            });
            close.map_or(line.trim_end().len(), |(n, _)| n + 1)
        }
        c if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
        c if sign(c) => rest.find(|c| !sign(c)).unwrap_or(rest.len()),
        c => c.len_utf8(),
    };
    rest.get(..len).unwrap_or_default()
}

/// At most forty characters of a token, without line breaks.
fn shortened(found: &str) -> String {
    let clean = found.replace('`', "'");
    if clean.chars().count() <= 40 {
        return clean;
    }
    clean.chars().take(39).chain(['…']).collect()
}
