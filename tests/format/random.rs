//! Random specs, written as untidily as the language allows.

use proptest::prelude::*;

fn word() -> BoxedStrategy<String> {
    prop_oneof![
        6 => "[a-z][a-z_0-9]{0,12}",
        3 => "[A-Z][A-Za-z0-9]{0,10}(__c)?",
        1 => "`[a-z ]{1,8}`",
    ]
    .prop_filter("no word that means something there", |w| {
        let taken = "else keep reject blank none true false not and or in is changed conversion within by when as route";
        !taken.split(' ').any(|t| t == w) && !w.trim_matches('`').is_empty()
    })
    .boxed()
}

fn text() -> BoxedStrategy<String> {
    "[A-Za-z /&.,;(){}|'-]{0,14}"
        .prop_map(|t| format!("\"{t}\""))
        .boxed()
}

fn value() -> BoxedStrategy<String> {
    prop_oneof![word(), text()].boxed()
}

fn arrow() -> BoxedStrategy<String> {
    prop_oneof![Just("->"), Just("<-"), Just("<->")]
        .prop_map(str::to_owned)
        .boxed()
}

fn blank() -> BoxedStrategy<String> {
    prop_oneof![6 => Just(" "), 2 => Just("   "), 1 => Just("\t")]
        .prop_map(str::to_owned)
        .boxed()
}

fn list(of: BoxedStrategy<String>, sign: &'static str, most: usize) -> BoxedStrategy<String> {
    (
        prop::collection::vec(of, 1..=most),
        prop_oneof![Just(""), Just(" "), Just("\n      ")],
    )
        .prop_map(move |(all, gap)| all.join(&format!("{sign}{gap}")))
        .boxed()
}

fn expr() -> BoxedStrategy<String> {
    let number = prop_oneof![
        Just("5"),
        Just("1_000.5"),
        Just("90 days"),
        Just("18%"),
        Just("2027-06-30")
    ];
    let leaf = prop_oneof![
        word(),
        text(),
        number.prop_map(str::to_owned),
        word().prop_map(|w| format!(".{w}")),
        (word(), word()).prop_map(|(a, b)| format!("{a}.{b}")),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let sign = prop_oneof![
            Just("and"),
            Just("or"),
            Just("="),
            Just("!="),
            Just(">="),
            Just("<"),
            Just("+"),
            Just("-"),
            Just("*")
        ];
        prop_oneof![
            (inner.clone(), sign, inner.clone(), blank())
                .prop_map(|(a, s, b, gap)| format!("{a}{gap}{s} {b}")),
            inner.clone().prop_map(|a| format!("( {a})")),
            inner.clone().prop_map(|a| format!("not ({a})")),
            (word(), list(inner.clone(), ",", 3)).prop_map(|(f, a)| format!("{f}({a})")),
            (word(), list(inner, ",", 3)).prop_map(|(f, a)| format!("{f} in ({a})")),
            word().prop_map(|w| format!("{w} is set")),
            word().prop_map(|w| format!("{w}  changed")),
        ]
        .boxed()
    })
    .boxed()
}

/// At most one clause of a kind: two of them would be a finding.
fn clauses() -> BoxedStrategy<String> {
    let via = prop_oneof![
        word().prop_map(|w| format!("via {w}")),
        (word(), expr()).prop_map(|(w, e)| format!("via  {w}({e}) else keep")),
        (word(), word()).prop_map(|(a, b)| format!("via {{-> {a}, <- each {b}}}")),
    ];
    let authority = prop_oneof![
        word().prop_map(|w| format!("prefer {w} unless blank")),
        word().prop_map(|w| format!("latest else {w}")),
        word().prop_map(|w| format!("{w} wins")),
        Just("ask".to_owned()),
    ];
    let rest = prop_oneof![
        Just("-> on create, <- blank keeps".to_owned()),
        text().prop_map(|t| format!("default {t}")),
        expr().prop_map(|e| format!("when {e}")),
        Just("through ( A|B )".to_owned()),
        Just("currency a,b".to_owned()),
    ];
    (
        prop::option::of(via),
        prop::option::of(authority),
        prop::option::of(rest),
        prop_oneof![Just(", "), Just(","), Just(",\n        ")],
    )
        .prop_map(|(a, b, c, sign)| {
            [a, b, c]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(sign)
        })
        .boxed()
}

fn row() -> BoxedStrategy<String> {
    let side = prop_oneof![4 => word().prop_map(|w| format!("x{}", w.trim_matches('`').replace(' ', "_"))), 1 => text(), 1 => expr().prop_map(|e| format!("({e})"))];
    (side.clone(), blank(), arrow(), side, blank(), clauses())
        .prop_map(|(left, gap, arrow, right, gap2, clauses)| {
            format!("{left}{gap}{arrow}{right}{gap2}{clauses}")
        })
        .boxed()
}

fn map_row() -> BoxedStrategy<String> {
    (list(value(), ",", 3), arrow(), blank(), value())
        .prop_map(|(l, a, gap, r)| format!("{l}{gap}{a}{gap}{r}"))
        .boxed()
}

/// Lines of a block with their comments, blank lines and separators.
fn lines(of: BoxedStrategy<String>) -> BoxedStrategy<String> {
    let end = prop_oneof![6 => Just("\n"), 1 => Just(" // said, here\n"), 1 => Just("\n\n\n"), 1 => Just("\n  /// documented\n"), 1 => Just(" ; ")];
    prop::collection::vec((of, end), 0..8)
        .prop_map(|all| {
            all.into_iter()
                .map(|(line, end)| format!("   {line}{end}"))
                .collect::<String>()
                + "\n"
        })
        .boxed()
}

fn item() -> BoxedStrategy<String> {
    prop_oneof![
        (word(), arrow(), lines(row()), 0..2).prop_map(|(n, a, body, comment)| {
            let comment = if comment == 0 { "" } else { "// head" };
            format!("sync {n} :hubspot.a {a} salesforce.( B|C ) {{{comment}\n{body}}}")
        }),
        (word(), arrow(), lines(map_row()))
            .prop_map(|(n, a, body)| format!("picklist {n}: h.a.b {a} s.B.c\n{{\n{body}}} // end")),
        (word(), expr()).prop_map(|(n, e)| format!("const {n}={e}")),
        (word(), list(value(), ",", 4))
            .prop_map(|(n, v)| format!("normalize {n}: text {{ {v} -> {n}; else -> keep }}")),
        (text(), word(), expr()).prop_map(|(t, f, e)| format!(
            "test {t} {{\n given h.c ann {{ {f} = {e}, b = \"x\" }}\n settle\n}}"
        )),
        (word(), word(), expr()).prop_map(|(n, c, e)| format!(
            "lifecycle {n} {{\n column {c} h.c.s\n a: x|\"y z\",none\n a,b->c by h,when {e}\n}}"
        )),
        (text(), expr(), expr()).prop_map(|(t, c, e)| format!(
            "automation s {t} {{\n when A.b,A.c  changes and {c}\n when {c}\n sets A.b={e}\n writes A.c,A.d\n}}"
        )),
    ]
    .boxed()
}

/// A whole file.
pub fn spec() -> BoxedStrategy<String> {
    let gap = prop_oneof![
        Just("\n"),
        Just("\n\n\n"),
        Just("\n// between\n"),
        Just("\r\n")
    ];
    prop::collection::vec((item(), gap), 0..6)
        .prop_map(|all| {
            all.into_iter()
                .map(|(item, gap)| item + gap)
                .collect::<String>()
        })
        .boxed()
}
