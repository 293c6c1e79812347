//! What a finding proposes to paste: put in its place, it mends what is told, and breaks nothing else.
//!
//! All fixtures of `rules/` are tried, and those of `remedies/`, in which rows say more than what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use accordant::diagnostic::{Code, Diagnostic, Level};
use accordant::session::Compilation;

use crate::rules;
use crate::support::compile_fixture_with;

type Said = BTreeMap<(Code, String), usize>;

/// What may be told next: in a sync of one row, which travels one way from now on, nothing follows the truth.
const NEXT: [Code; 1] = [Code::P005];

/// Proposals that show a form or stand for more than one line, and fixtures with two mistakes on one row.
fn apart(finding: &Diagnostic, path: &Path) -> bool {
    let block = finding
        .help
        .as_deref()
        .is_some_and(|h| h.contains('{') && h.contains("picklist"));
    let two_mistakes = ["wrong-kind.sync", "invalid-doubled.sync"];
    let form = finding.code == Code::T002 && finding.level == Level::Hint;
    form || finding.code == Code::P013
        || finding.code.family() == 'L'
        || block
        || two_mistakes.iter().any(|name| path.ends_with(name))
}

/// What is said at more than hint level, and how often.
fn loud(compilation: &Compilation) -> Said {
    let mut said = Said::new();
    for d in &compilation.findings {
        if d.level != Level::Hint {
            *said.entry((d.code, d.message.clone())).or_default() += 1;
        }
    }
    said
}

/// What is said after a paste and should not be: the finding again, or a new one.
fn amiss(finding: &Diagnostic, before: &Said, after: &Said) -> Vec<String> {
    let own = (finding.code, finding.message.clone());
    // of a finding that lists several rows the others stay
    let rest = finding.message.contains("so do ");
    let expected =
        |(code, _): &(Code, String)| NEXT.contains(code) || rest && *code == finding.code;
    let count = |said: &Said, what| said.get(what).copied().unwrap_or_default();
    let again = finding.level != Level::Hint && count(after, &own) >= count(before, &own);
    let new = after
        .keys()
        .filter(|what| !expected(what) && count(before, what) == 0);
    let mut amiss: Vec<String> = new.map(|(code, said)| format!("{code} {said}")).collect();
    amiss.extend(again.then(|| "it is said again".to_owned()));
    amiss
}

/// The lines that a finding proposes to paste, where nothing is left to be filled in.
fn proposals(finding: &Diagnostic) -> Vec<&str> {
    let help = finding.help.as_deref().unwrap_or_default();
    let lines = help.lines().filter_map(|l| l.strip_prefix("  "));
    let whole = |l: &&str| cells(l).is_some() && !l.contains('…') && !l.starts_with("route ");
    lines.filter(whole).collect()
}

/// What stands left and right of the arrow of a row.
fn cells(line: &str) -> Option<(&str, &str)> {
    let line = line.split("//").next().unwrap_or_default().trim();
    let arrows = [" <-> ", " <- ", " -> "];
    let (left, right) = arrows.iter().find_map(|a| line.split_once(a))?;
    let right = right.trim_start();
    let end = if right.starts_with('(') { ") " } else { " " };
    let right = right.split(end).next().unwrap_or_default();
    let headers = ["sync ", "picklist ", "fields ", "relation "];
    let row = !headers.iter().any(|h| left.starts_with(h));
    row.then(|| (left.trim(), right.trim_end_matches(',')))
}

/// The fixture with the row in place of the one between the same cells, else of the one that the finding stands on. Rows that
/// a map lacks go to its end.
fn pasted(text: &str, finding: &Diagnostic, proposal: &str) -> Option<String> {
    let start = finding.labels.first()?.span.start as usize;
    let told = text.get(..start)?.matches('\n').count();
    let mut lines: Vec<&str> = text.lines().collect();
    let adds = finding.help.as_deref()?.starts_with("add ");
    if adds {
        lines.insert(told, proposal);
        return Some(lines.join("\n"));
    }
    let wanted = cells(proposal);
    let same: Vec<usize> = (0..lines.len())
        .filter(|n| cells(lines[*n]) == wanted)
        .collect();
    let at = match same.as_slice() {
        [one] => *one,
        _ => Some(told).filter(|n| cells(lines[*n]).is_some())?,
    };
    lines[at] = proposal;
    Some(lines.join("\n"))
}

#[test]
fn what_a_finding_proposes_to_paste_mends_it_and_breaks_nothing() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/remedies");
    let mut folders = rules::rule_folders();
    folders.push(here);
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for folder in folders {
        let metadata = rules::metadata(&folder);
        for path in rules::specs(&folder) {
            let text = std::fs::read_to_string(&path).expect("readable");
            let compilation = compile_fixture_with(&text, &metadata);
            let before = loud(&compilation);
            for finding in &compilation.findings {
                if apart(finding, &path) {
                    continue;
                }
                for proposal in proposals(finding) {
                    let Some(mended) = pasted(&text, finding, proposal) else {
                        continue;
                    };
                    tried += 1;
                    let after = loud(&compile_fixture_with(&mended, &metadata));
                    let amiss = amiss(finding, &before, &after);
                    if !amiss.is_empty() {
                        wrong.push(format!(
                            "{}\n  {} {}\n  pasted {proposal}\n  {}",
                            path.display(),
                            finding.code,
                            finding.message,
                            amiss.join("\n  ")
                        ));
                    }
                }
            }
        }
    }
    println!("remedies pasted: {tried}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(tried >= 20, "{tried}");
}

/// A remedy that changes one thing on a row changes nothing else: who wins, by which links, under which condition.
#[test]
fn a_row_to_paste_keeps_what_the_row_says() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/remedies/clauses.sync");
    let text = std::fs::read_to_string(here).expect("readable");
    let compilation = compile_fixture_with(&text, &[]);
    let found = compilation.findings.iter();
    let proposed: BTreeSet<(Code, &str)> = found
        .flat_map(|d| proposals(d).into_iter().map(|line| (d.code, line)))
        .collect();
    let wanted = BTreeSet::from([
        (
            Code::T013,
            "subject <-> Subject  via trim, prefer crm unless blank, -> default \"Unknown\"",
        ),
        (
            Code::P003,
            "agent_id <- OwnerId  through Agent, blank clears",
        ),
        (
            Code::P003,
            "due_on <- DueOn__c  blank clears, when vip = true",
        ),
        (
            Code::P003,
            "country <-> Short__c  via { -> trim, <- upper } else keep, ask, -> on create",
        ),
        (Code::P010, "language <-> Origin__c  ask"),
    ]);
    assert_eq!(proposed, wanted);
}

/// Slips whose message names what was meant, or where it is.
#[test]
fn what_was_meant_is_named() {
    let sync = |row: &str| {
        format!(
            "sync Ticket: desk.ticket <-> crm.Case {{\n  truth desk\n  match subject = Subject\n  many desk hold\n  \
             many crm hold\n  delete keep\n  notes <-> Description\n  {row}\n}}\n"
        )
    };
    let slips = [
        (
            "language -> Language__c  via trunc(10)",
            Code::N004,
            "did you mean `truncate`?",
        ),
        (
            "language <-> Language__c  latest",
            Code::S001,
            "name the system that does: `latest else …`",
        ),
        (
            "language\u{a0}-> Language__c",
            Code::S001,
            "replace it with a plain blank",
        ),
        (
            "country -> Language__c  via\u{a0}trim",
            Code::S001,
            "replace it with a plain blank",
        ),
        (
            "\"Language\" <-> Language__c",
            Code::P010,
            "name the field\n  language <-> Language__c",
        ),
        (
            "\"dear\" <-> Language__c",
            Code::P010,
            "name a field of `ticket` here, without quotes; `->` would give every record the value `dear`",
        ),
        (
            "amount -> Status",
            Code::T001,
            "map a field of the same kind",
        ),
    ];
    for (row, code, help) in slips {
        let compilation = compile_fixture_with(&sync(row), &[]);
        let errors = compilation
            .findings
            .iter()
            .filter(|d| d.level == Level::Error);
        let told: Vec<(Code, Option<&str>)> = errors.map(|d| (d.code, d.help.as_deref())).collect();
        assert_eq!(told, [(code, Some(help))], "{row}");
    }
}
