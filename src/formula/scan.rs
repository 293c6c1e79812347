//! A look at the text before it is parsed: what is unclosed is said where it was opened, and brackets are counted.

use super::FormulaError;

/// The longest formula that is read, in bytes. Salesforce takes 3,900 characters, 15,000 bytes once compiled.
const LONGEST: usize = 100_000;

/// How deep brackets may stand in each other, so that no text overflows the stack.
const DEEPEST: usize = 100;

/// Finds texts, comments and brackets that are not closed, and brackets that are too deep.
pub(super) fn scan(text: &str) -> Result<(), FormulaError> {
    if text.len() > LONGEST {
        return Err(FormulaError::new(
            LONGEST,
            format!("a formula has at most {LONGEST} bytes"),
        ));
    }
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut empty = true;
    while let Some((at, c)) = chars.next() {
        let comment = c == '/' && chars.next_if(|(_, next)| *next == '*').is_some();
        empty &= comment || c.is_ascii_whitespace();
        match c {
            '/' if comment => skip_comment(&mut chars, at)?,
            '"' | '\'' => skip_text(&mut chars, at, c)?,
            '(' | '[' | '{' => {
                open.push((at, closing(c)));
                if open.len() > DEEPEST {
                    let message = format!("brackets stand at most {DEEPEST} deep in each other");
                    return Err(FormulaError::new(at, message));
                }
            }
            ')' | ']' | '}' => match open.pop() {
                Some((_, wanted)) if wanted == c => {}
                Some((_, wanted)) => {
                    return Err(FormulaError::new(
                        at,
                        format!("`{c}` where `{wanted}` is missing"),
                    ));
                }
                None => return Err(FormulaError::new(at, format!("`{c}` closes nothing"))),
            },
            _ => {}
        }
    }
    match open.pop() {
        Some((at, wanted)) => Err(FormulaError::new(
            at,
            format!("this bracket is not closed by `{wanted}`"),
        )),
        None if empty => Err(FormulaError::new(0, "nothing is written here".to_owned())),
        None => Ok(()),
    }
}

type Chars<'a> = std::iter::Peekable<std::str::CharIndices<'a>>;

fn skip_text(chars: &mut Chars<'_>, at: usize, quote: char) -> Result<(), FormulaError> {
    while let Some((_, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            _ if c == quote => return Ok(()),
            _ => {}
        }
    }
    Err(FormulaError::new(at, "this text is not closed".to_owned()))
}

/// Skips to the end of a comment; `\*/` does not end it.
fn skip_comment(chars: &mut Chars<'_>, at: usize) -> Result<(), FormulaError> {
    let mut before = ['\0'; 2];
    for (_, c) in chars.by_ref() {
        if c == '/' && before.last() == Some(&'*') && before.first() != Some(&'\\') {
            return Ok(());
        }
        before.rotate_left(1);
        if let Some(last) = before.last_mut() {
            *last = c;
        }
    }
    Err(FormulaError::new(
        at,
        "this comment is not closed".to_owned(),
    ))
}

const fn closing(bracket: char) -> char {
    match bracket {
        '(' => ')',
        '[' => ']',
        _ => '}',
    }
}
