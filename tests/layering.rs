//! Data runs downhill: which floor may use which, and the facts that hold of a single floor.
//!
//! The sources are read as text. A failing test names the line, what it uses, and what its floor may use.

use std::fs;
use std::path::{Path, PathBuf};

/// A floor and the floors that it may use, beside itself and the ground floor.
struct Floor(&'static str, &'static [&'static str]);

/// What everything may stand on; these four know nothing of the others but each other.
const GROUND: [&str; 4] = ["side", "source", "text", "value"];

/// The house, from the ground up.
const FLOORS: &[Floor] = &[
    Floor("side", &[]),
    Floor("source", &[]),
    Floor("text", &[]),
    Floor("value", &[]),
    // the hatch and what is behind it: a program that only runs plans has these floors alone
    Floor("plan", &[]),
    // one table for those who execute it and those who prove something of it
    Floor("merge", &["plan"]),
    Floor("runtime", &["plan", "merge"]),
    Floor("connect", &["plan", "runtime"]),
    // the compiler, downhill
    Floor("diagnostic", &[]),
    Floor("syntax", &["diagnostic"]),
    Floor("platform", &["diagnostic"]),
    Floor("manifest", &["diagnostic"]),
    Floor("catalog", &["diagnostic", "platform"]),
    Floor("formula", &["diagnostic"]),
    // the tests of a spec, where automations compute with formulas
    Floor("testing", &["plan", "runtime", "connect", "formula"]),
    Floor(
        "automation",
        &["diagnostic", "platform", "catalog", "formula"],
    ),
    // the words for directions, authorities and policies are the plan's; a waiver names a code
    Floor("model", &["diagnostic", "catalog", "platform", "plan"]),
    Floor(
        "resolve",
        &[
            "diagnostic",
            "syntax",
            "catalog",
            "platform",
            "manifest",
            "automation",
            "model",
            "formula",
        ],
    ),
    Floor(
        "analyze",
        &["catalog", "platform", "model", "merge", "formula"],
    ),
    Floor(
        "check",
        &[
            "diagnostic",
            "catalog",
            "platform",
            "model",
            "analyze",
            "formula",
        ],
    ),
    Floor(
        "lower",
        &[
            "plan",
            "diagnostic",
            "catalog",
            "platform",
            "model",
            "analyze",
            "check",
        ],
    ),
    Floor("emit", &["plan", "catalog", "model", "analyze", "check"]),
    // over all of it
    Floor("explain", COMPILER),
    Floor("session", COMPILER),
    Floor("cli", EVERYTHING),
];

const COMPILER: &[&str] = &[
    "plan",
    "merge",
    "diagnostic",
    "syntax",
    "platform",
    "manifest",
    "catalog",
    "formula",
    "automation",
    "model",
    "resolve",
    "analyze",
    "check",
    "lower",
    "emit",
];

const EVERYTHING: &[&str] = &[
    "plan",
    "merge",
    "runtime",
    "connect",
    "testing",
    "diagnostic",
    "syntax",
    "platform",
    "manifest",
    "catalog",
    "formula",
    "automation",
    "model",
    "resolve",
    "analyze",
    "check",
    "lower",
    "emit",
    "explain",
    "session",
];

/// Floors that say exactly what they may use, ground floor included, because less is the point of them.
const NARROW: &[Floor] = &[
    Floor("plan", &["side", "value"]),
    Floor("merge", &["side", "plan"]),
    Floor("diagnostic", &["source", "text"]),
];

/// Something that only some files may name: a path in the sources that contains these segments, one after the other.
struct Fact {
    segments: &'static [&'static str],
    only_in: &'static [&'static str],
    why: &'static str,
}

const FACTS: &[Fact] = &[
    Fact {
        segments: &["pest"],
        only_in: &["syntax/", "formula/"],
        why: "the grammar glue alone knows the parser",
    },
    Fact {
        segments: &["pest_derive"],
        only_in: &["syntax/", "formula/"],
        why: "as with pest",
    },
    Fact {
        segments: &["miette"],
        only_in: &["diagnostic/render.rs"],
        why: "findings are data until they are drawn",
    },
    Fact {
        segments: &["clap"],
        only_in: &["cli/"],
        why: "only the command line reads arguments",
    },
    Fact {
        segments: &["println!"],
        only_in: &["cli/"],
        why: "only the command line prints",
    },
    Fact {
        segments: &["print!"],
        only_in: &["cli/"],
        why: "only the command line prints",
    },
    Fact {
        segments: &["eprintln!"],
        only_in: &["cli/"],
        why: "only the command line prints",
    },
    Fact {
        segments: &["eprint!"],
        only_in: &["cli/"],
        why: "only the command line prints",
    },
    Fact {
        segments: &["dbg!"],
        only_in: &[],
        why: "a tool for the moment",
    },
    Fact {
        segments: &["std", "process"],
        only_in: &["cli/", "main.rs"],
        why: "only the command line exits",
    },
    Fact {
        segments: &["std", "env"],
        only_in: &["cli/", "connect/"],
        why: "the environment comes in as an argument",
    },
    Fact {
        segments: &["std", "fs"],
        only_in: &["cli/", "connect/"],
        why: "files come in through `source::Files`",
    },
    Fact {
        segments: &["std", "net"],
        only_in: &["connect/"],
        why: "only stores talk to the world",
    },
    Fact {
        segments: &["SystemTime"],
        only_in: &["cli/", "connect/"],
        why: "time comes in as an argument",
    },
    Fact {
        segments: &["Instant"],
        only_in: &["cli/", "connect/"],
        why: "time comes in as an argument",
    },
    Fact {
        segments: &["Timestamp", "now"],
        only_in: &["cli/", "connect/"],
        why: "time comes in as an argument",
    },
    Fact {
        segments: &["Zoned", "now"],
        only_in: &["cli/", "connect/"],
        why: "time comes in as an argument",
    },
];

/// A path in a source file, such as `crate::source::Span`, with groups taken apart; a macro call ends in `name!`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Use {
    line: usize,
    segments: Vec<String>,
}

#[test]
fn floors_use_only_the_floors_below_them() {
    let mut wrong = Vec::new();
    for (path, uses) in sources() {
        let Some(floor) = floor_of(&path) else {
            continue;
        };
        let Some(allowed) = allowed(floor) else {
            wrong.push(format!(
                "src/{path}: the floor `{floor}` is not in the table of tests/layering.rs"
            ));
            continue;
        };
        for used in &uses {
            let Some(target) = target(&path, used) else {
                continue;
            };
            if target != floor && !allowed.contains(&target) {
                let row = allowed.join(", ");
                wrong.push(format!(
                    "src/{path}:{}: `{}` uses `{target}`; `{floor}` may use: {row}",
                    used.line,
                    used.segments.join("::"),
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn single_floors_keep_their_secrets() {
    let mut wrong = Vec::new();
    for (path, uses) in sources() {
        for fact in FACTS
            .iter()
            .filter(|f| !f.only_in.iter().any(|room| path.starts_with(room)))
        {
            let named = |u: &&Use| {
                u.segments
                    .windows(fact.segments.len())
                    .any(|w| w == fact.segments)
            };
            for used in uses.iter().filter(named) {
                let rooms = if fact.only_in.is_empty() {
                    "nowhere".to_owned()
                } else {
                    fact.only_in.join(", ")
                };
                wrong.push(format!(
                    "src/{path}:{}: `{}` may stand in: {rooms} ({})",
                    used.line,
                    used.segments.join("::"),
                    fact.why,
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Every row names floors above it only, so the table has no circle.
#[test]
fn the_table_itself_runs_downhill() {
    for (i, Floor(name, uses)) in FLOORS.iter().enumerate() {
        let below: Vec<&str> = FLOORS[..i].iter().map(|f| f.0).collect();
        for used in *uses {
            assert!(
                below.contains(used),
                "`{name}` uses `{used}`, which does not stand below it"
            );
        }
    }
}

#[test]
fn paths_are_read_as_rust_reads_them() {
    let text = r##"
// use crate::cli::A;
/* crate::cli /* nested */ crate::cli */
use crate::{source::{Span, FileId as Id}, text, value::*};
const A: &str = "crate::cli \" crate::cli"; const B: &str = r#"crate::cli"#; const C: char = '"';
fn f<'a>(x: &'a crate::side::Side) { println!("crate::cli"); super::super::plan::load(); $crate::diagnostic::Code; }
#[cfg(test)]
mod tests {
    use crate::cli::B;
    fn g() { { "}" } }
}
use crate::resolve;
"##;
    let found: Vec<(usize, String)> = uses(text)
        .into_iter()
        .map(|u| (u.line, u.segments.join("::")))
        .collect();
    let wanted = [
        (4, "crate::source::Span"),
        (4, "crate::source::FileId"),
        (4, "crate::text"),
        (4, "crate::value::*"),
        (6, "crate::side::Side"),
        (6, "println!"),
        (6, "super::super::plan::load"),
        (6, "crate::diagnostic::Code"),
        (12, "crate::resolve"),
    ];
    for (line, path) in wanted {
        assert!(
            found.contains(&(line, path.to_owned())),
            "{path} is missing in {found:?}"
        );
    }
    assert!(
        !found.iter().any(|(_, path)| path.contains("cli")),
        "{found:?}"
    );
    let up = |path, text: &str| target(path, &uses(text)[0]);
    assert_eq!(
        up(
            "diagnostic/pages/syntax.rs",
            "super::super::super::check::x"
        ),
        Some("check")
    );
    assert_eq!(
        up("diagnostic/pages/syntax.rs", "super::super::page::x"),
        None
    );
    assert_eq!(up("diagnostic/mod.rs", "super::check"), Some("check"));
    assert_eq!(up("explain.rs", "super::check"), Some("check"));
}

fn allowed(floor: &str) -> Option<Vec<&'static str>> {
    if let Some(Floor(_, uses)) = NARROW.iter().find(|f| f.0 == floor) {
        return Some(uses.to_vec());
    }
    let Floor(_, uses) = FLOORS.iter().find(|f| f.0 == floor)?;
    Some(GROUND.iter().chain(*uses).copied().collect())
}

/// The floor of a file below `src`; none for the roots of library and program.
fn floor_of(path: &str) -> Option<&str> {
    let name = path.split_once('/').map_or(path, |(folder, _)| folder);
    Some(name.strip_suffix(".rs").unwrap_or(name)).filter(|name| !["lib", "main"].contains(name))
}

/// The floor that a path leads to, if it goes by way of the crate's root.
fn target(path: &str, used: &Use) -> Option<&'static str> {
    let modules = path.trim_end_matches(".rs").trim_end_matches("/mod");
    let depth = modules.split('/').count();
    let ups = used.segments.iter().take_while(|s| *s == "super").count();
    let name = match used.segments.first()?.as_str() {
        "crate" => used.segments.get(1)?,
        "super" if ups == depth => used.segments.get(ups)?,
        _ => return None,
    };
    FLOORS.iter().map(|f| f.0).find(|floor| floor == name)
}

/// All files below `src` with the paths that they name, sorted.
fn sources() -> Vec<(String, Vec<Use>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    assert!(files.len() > 10, "the sources are where they are expected");
    let relative = |p: &Path| {
        p.strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/")
    };
    files
        .iter()
        .map(|p| (relative(p), uses(&fs::read_to_string(p).unwrap())))
        .collect()
}

fn collect(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    line: usize,
    text: String,
}

/// The paths in a text, those of test modules left out.
fn uses(text: &str) -> Vec<Use> {
    let tokens = without_tests(&tokens(text));
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let starts = is_name(&tokens[at].text) && !(at > 0 && tokens[at - 1].text == "::");
        at = if starts {
            path(&tokens, at, &[], &mut out)
        } else {
            at + 1
        };
    }
    out
}

/// Reads the path at a token with its groups, and gives the token after it.
fn path(tokens: &[Token], mut at: usize, before: &[String], out: &mut Vec<Use>) -> usize {
    let line = tokens[at].line;
    let text = |at: usize| tokens.get(at).map_or("", |t| t.text.as_str());
    let mut segments = before.to_vec();
    loop {
        match text(at) {
            "{" => {
                at += 1;
                while at < tokens.len() && text(at) != "}" {
                    let item = is_name(text(at)) || text(at) == "*";
                    at = if item {
                        path(tokens, at, &segments, out)
                    } else {
                        at + 1
                    };
                }
                return at + 1;
            }
            name if is_name(name) || name == "*" => segments.push(name.to_owned()),
            _ => break,
        }
        at += 1;
        if text(at) != "::" {
            break;
        }
        at += 1;
    }
    if text(at) == "!"
        && text(at + 1) != "="
        && let Some(last) = segments.last_mut()
    {
        last.push('!');
    }
    // a renamed import is not another path
    if text(at) == "as" {
        at += 2;
    }
    out.push(Use { line, segments });
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Leaves out `#[cfg(test)] mod … { … }`: tests may look at what they like.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    const MARK: [&str; 8] = ["#", "[", "cfg", "(", "test", ")", "]", "mod"];
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let marked = tokens.len() - at > MARK.len()
            && MARK.iter().zip(&tokens[at..]).all(|(m, t)| *m == t.text);
        if !marked {
            out.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let mut depth = 0;
        for (i, token) in tokens.iter().enumerate().skip(at) {
            at = i + 1;
            match token.text.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                ";" if depth == 0 => break,
                _ => continue,
            }
            if depth == 0 {
                break;
            }
        }
    }
    out
}

/// Names, `::` and single signs, without comments and literals.
fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let get = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out = Vec::new();
    let (mut at, mut line) = (0, 1);
    while at < chars.len() {
        let start = at;
        match get(at) {
            '/' if get(at + 1) == '/' => {
                while at < chars.len() && get(at) != '\n' {
                    at += 1;
                }
            }
            '/' if get(at + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (get(at), get(at + 1)) {
                        ('/', '*') => (depth, at) = (depth + 1, at + 2),
                        ('*', '/') => (depth, at) = (depth - 1, at + 2),
                        _ => at += 1,
                    }
                    if depth == 0 || at >= chars.len() {
                        break;
                    }
                }
            }
            '"' => at = text_end(&chars, at + 1),
            'r' if get(at + 1) == '"' || (get(at + 1) == '#' && "#\"".contains(get(at + 2))) => {
                at = raw_text_end(&chars, at + 1);
            }
            // a lifetime has no closing quote right after its first letter
            '\'' if get(at + 1) == '\\' => at = char_end(&chars, at + 2),
            '\'' if get(at + 2) == '\'' => at += 3,
            c if c.is_alphabetic() || c == '_' => {
                while get(at).is_alphanumeric() || get(at) == '_' {
                    at += 1;
                }
                out.push(Token {
                    line,
                    text: chars[start..at].iter().collect(),
                });
            }
            ':' if get(at + 1) == ':' => {
                at += 2;
                out.push(Token {
                    line,
                    text: "::".to_owned(),
                });
            }
            c => {
                at += 1;
                if !c.is_whitespace() {
                    out.push(Token {
                        line,
                        text: c.to_string(),
                    });
                }
            }
        }
        line += chars[start..at.min(chars.len())]
            .iter()
            .filter(|c| **c == '\n')
            .count();
    }
    out
}

fn text_end(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn raw_text_end(chars: &[char], mut at: usize) -> usize {
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    at += hashes + 1;
    while at < chars.len() {
        if chars[at] == '"'
            && chars[at + 1..]
                .iter()
                .take(hashes)
                .filter(|c| **c == '#')
                .count()
                == hashes
        {
            return at + 1 + hashes;
        }
        at += 1;
    }
    at
}

fn char_end(chars: &[char], mut at: usize) -> usize {
    at += 1;
    while at < chars.len() && chars[at] != '\'' {
        at += 1;
    }
    at + 1
}
