//! T008: a function, a comparison or a condition that gets a value of another kind than it takes.

use crate::diagnostic::{Code, Diagnostic, rule};
use crate::model::{Expr, ExprKind};
use crate::platform::Setting;
use crate::source::Span;
use crate::syntax::ast::{self, Name, Param};
use crate::text::{closest, count, either, quoted};
use crate::value::library::{Arity, Function};
use crate::value::{Kind, Misread};

rule! {
    /// # What it checks
    /// Functions get as many arguments as they take and of the kinds that they take; a condition is true or false; a value
    /// beside a field can be a value of that field, and one in a `system` block is one that the setting has. What is written out as
    /// a time zone, a region or a count is one.
    ///
    /// # Why it matters
    /// A comparison of a number with a text never holds, and a filter that never holds syncs nothing. A function that does not take
    /// what the spec always gives it fails for every record.
    ///
    /// # Example
    /// ```sync,fail
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   from desk where opened_at > "soon"
    ///   subject -> Subject
    /// }
    /// ```
    /// ```sync,pass
    /// sync Ticket: desk.ticket -> crm.Case, append only {
    ///   from desk where opened_at > 2026-01-01
    ///   subject -> Subject
    /// }
    /// ```
    ///
    /// # How to fix
    /// Write a value of the kind that the message names, or convert the other side with a function.
    ///
    /// # How to waive
    /// It cannot be waived.
    pub T008
}

fn finding(message: String, span: Span, label: &str) -> Diagnostic {
    Diagnostic::new(Code::T008, message).at(span, label)
}

/// What is wrong with a call of a library function, if anything.
pub fn call(function: &Function, arguments: &[Expr], span: Span) -> Option<Diagnostic> {
    let help = || format!("{}: {}", signature(function), function.doc);
    if !function.takes(arguments.len()) {
        let message = format!(
            "`{}` does not take {}",
            function.name,
            count(arguments.len(), "value")
        );
        return Some(finding(message, span, "here").help(help()));
    }
    let last = function.params.last();
    let params = function
        .params
        .iter()
        .chain(std::iter::repeat(last).flatten());
    params.zip(arguments).find_map(|(param, argument)| {
        let found = argument.kind?;
        if param.kinds.is_empty() || param.kinds.contains(&found) {
            let ExprKind::Const(value) = &argument.node else {
                return None;
            };
            let failure = param.takes(value).err()?;
            let message = format!("`{}` cannot be called like this: {failure}", function.name);
            return Some(finding(message, argument.span, "written here").help(help()));
        }
        let wanted: Vec<&str> = param.kinds.iter().map(|k| k.phrase()).collect();
        let message = format!(
            "`{}` takes {} here, and gets {}",
            function.name,
            either(&wanted),
            found.phrase()
        );
        Some(finding(message, argument.span, "of the wrong kind").help(help()))
    })
}

/// A function as it is called: `e164(value, region)`.
fn signature(function: &Function) -> String {
    let params: Vec<String> = function
        .params
        .iter()
        .map(|p| match p.arity {
            Arity::One => p.name.to_owned(),
            Arity::Optional => format!("[{}]", p.name),
            Arity::Several => format!("{}, …", p.name),
        })
        .collect();
    format!("{}({})", function.name, params.join(", "))
}

/// A function of the spec with too few or too many arguments.
pub fn count_of(name: &Name, takes: usize, gets: usize, span: Span) -> Diagnostic {
    finding(
        format!(
            "`{}` takes {}, and gets {gets}",
            name.text,
            count(takes, "value")
        ),
        span,
        "here",
    )
}

/// An argument of another type than a function of the spec takes, if it is one.
pub fn argument(name: &Name, param: &Param, argument: &Expr) -> Option<Diagnostic> {
    let (takes, gets) = (kind_named(&param.kind.text)?, argument.kind?);
    (!alike(takes, gets)).then(|| {
        let message = format!(
            "`{}` takes a {} here, and gets a {}",
            name.text,
            takes.word(),
            gets.word()
        );
        finding(message, argument.span, "of the wrong kind")
            .at(param.name.span, "taken here")
            .help("convert it with a function, or let the parameter be of its type")
    })
}

/// A function of the spec that gives a value of another type than it says, if it does.
pub fn result(f: &ast::Function, body: &Expr) -> Option<Diagnostic> {
    let (says, gives) = (kind_named(&f.returns.text)?, body.kind?);
    (!alike(says, gives)).then(|| {
        let message = format!(
            "`{}` says that it gives a {}, and gives a {}",
            f.name.text,
            says.word(),
            gives.word()
        );
        finding(message, f.body.span, "what it gives")
            .at(f.returns.span, "what it says")
            .help("convert the value, or correct the type")
    })
}

/// A constant that is not a value.
pub fn not_a_value(name: &Name, span: Span) -> Diagnostic {
    let message = format!("`{}` is not a value that is written out", name.text);
    finding(message, span, "has to be computed")
        .help("write the value itself, or a list of values in brackets")
}

/// The types that parameters and results of functions have.
pub const TYPES: [(&str, Kind); 6] = [
    ("text", Kind::Text),
    ("number", Kind::Number),
    ("bool", Kind::Bool),
    ("date", Kind::Date),
    ("datetime", Kind::DateTime),
    ("time", Kind::Time),
];

/// The kind that a type of a function stands for.
pub fn kind_named(name: &str) -> Option<Kind> {
    TYPES.iter().find(|(n, _)| *n == name).map(|(_, k)| *k)
}

/// Whether a value of the one kind can stand where the other one is wanted: several values are read as texts.
fn alike(a: Kind, b: Kind) -> bool {
    let texts = |k| matches!(k, Kind::Text | Kind::Set);
    a == b || texts(a) && texts(b)
}

/// A value that the field beside it cannot hold.
pub fn value(span: Span, misread: &Misread) -> Diagnostic {
    finding(
        misread.to_string(),
        span,
        "cannot be a value of the field beside it",
    )
    .help(format!("write {}", misread.expected.phrase()))
}

/// A setting of a system with a value that it does not take.
pub fn setting(key: &Name, span: Span, found: &str, takes: Setting) -> Diagnostic {
    let words = match takes {
        Setting::Number => vec!["a number".to_owned()],
        Setting::Text => vec!["a text".to_owned()],
        Setting::Word(words) => words.iter().map(|w| quoted(w)).collect(),
    };
    let near = match takes {
        Setting::Word(words) => closest(found, words.iter().copied()),
        Setting::Number | Setting::Text => None,
    };
    let message = match found {
        "" => format!("`{}` does not take this", key.text),
        found => format!("`{}` is not `{found}`", key.text),
    };
    finding(message, span, "not a value of this setting").help(match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("write {}", either(&words)),
    })
}

/// Something that is neither true nor false where a condition stands.
pub fn not_a_condition(span: Span, kind: Option<Kind>) -> Diagnostic {
    let found = kind.map_or("something else", Kind::phrase);
    finding(
        format!("a condition is true or false, and this is {found}"),
        span,
        "not a condition",
    )
    .help("compare it with something, or ask whether it `is set`")
}

/// A list that stands elsewhere than behind `in`.
pub fn list_out_of_place(span: Span) -> Diagnostic {
    finding(
        "a list can only stand behind `in`".to_owned(),
        span,
        "a list",
    )
}

/// `changed` behind something that is not a field.
pub fn not_a_field(span: Span) -> Diagnostic {
    finding(
        "only a field can be asked whether it changed".to_owned(),
        span,
        "not a field",
    )
}

/// Something else than `case`, `punctuation` or `accents` behind `ignoring`.
pub fn ignoring(name: &Name) -> Diagnostic {
    finding(
        format!("a table cannot ignore `{}`", name.text),
        name.span,
        "not one of the three",
    )
    .help("write `case`, `punctuation` or `accents`")
}
