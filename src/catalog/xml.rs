//! XML as a small tree: names without prefix, text, children. No document types, no entities but the five of XML and
//! numbered ones; nesting and size are limited.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// Deeper nesting than any metadata type has.
const MAX_DEPTH: usize = 40;

/// An element.
#[derive(Debug, Default)]
pub struct Node {
    /// Its name, without a prefix.
    pub name: String,
    /// The text directly in it.
    pub text: String,
    /// The elements directly in it.
    pub children: Vec<Node>,
    /// Byte offset of the element in its file.
    pub at: usize,
    /// Byte offset one past the element.
    pub end: usize,
}

impl Node {
    /// The first child of a name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|c| c.name == name)
    }

    /// The children of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |c| c.name == name)
    }

    /// The text of the first child of a name, without the blanks around it.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name)
            .map(|c| c.text.trim())
            .filter(|t| !t.is_empty())
    }

    /// The truth value of the first child of a name.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.text_of(name).map(|t| t.eq_ignore_ascii_case("true"))
    }

    /// The number of the first child of a name.
    pub fn number<N: std::str::FromStr>(&self, name: &str) -> Option<N> {
        self.text_of(name).and_then(|t| t.parse().ok())
    }
}

/// Why, and at which byte, a text is not XML that we read.
pub type Fault = (String, usize);

/// Reads a document; its root element.
///
/// # Errors
/// Where it is no XML, has a document type or an unknown entity, or is nested too deep.
pub fn parse(text: &str) -> Result<Node, Fault> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = vec![Node::default()];
    loop {
        let at = position(&reader);
        let event = reader.read_event().map_err(|e| {
            (
                plain(&e.to_string()),
                usize::try_from(reader.error_position()).unwrap_or(at),
            )
        })?;
        match event {
            Event::Start(_) if open.len() > MAX_DEPTH => {
                return Err((
                    format!("elements are nested more than {MAX_DEPTH} deep"),
                    at,
                ));
            }
            Event::Start(tag) => open.push(element(tag.local_name().as_ref(), at)),
            Event::Empty(tag) => {
                let node = element(tag.local_name().as_ref(), at);
                close(&mut open, node, position(&reader));
            }
            Event::End(_) => {
                let node = open.pop().unwrap_or_default();
                close(&mut open, node, position(&reader));
            }
            Event::Text(t) => append(&mut open, &t.xml10_content()),
            Event::CData(t) => append(&mut open, &t.xml10_content()),
            Event::GeneralRef(r) => append(
                &mut open,
                &entity(&r).ok_or_else(|| unknown_entity(&r, at))?,
            ),
            Event::DocType(_) => return Err(("a document type is not read".to_owned(), at)),
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    let mut top = open
        .pop()
        .filter(|_| open.is_empty())
        .ok_or(("an element is not closed".to_owned(), text.len()))?;
    top.children
        .pop()
        .filter(|_| top.children.is_empty())
        .ok_or(("there is no single root element".to_owned(), 0))
}

fn element(name: &str, at: usize) -> Node {
    Node {
        name: name.to_owned(),
        at,
        ..Node::default()
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

fn close(open: &mut [Node], node: Node, end: usize) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(Node { end, ..node });
    }
}

fn append(open: &mut [Node], text: &str) {
    if let Some(node) = open.last_mut() {
        node.text.push_str(&without_placeholders(text));
    }
}

/// The text without the placeholders that packages under development write where their namespace will stand.
pub fn without_placeholders(text: &str) -> Cow<'_, str> {
    if !text.contains("NAMESPACE") {
        return Cow::Borrowed(text);
    }
    let marks = [
        "%%%NAMESPACE%%%",
        "___NAMESPACE___",
        "%%%NAMESPACED_ORG%%%",
        "___NAMESPACED_ORG___",
    ];
    Cow::Owned(
        marks
            .iter()
            .fold(text.to_owned(), |text, mark| text.replace(mark, "")),
    )
}

fn entity(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c.to_string());
    }
    quick_xml::escape::resolve_xml_entity(reference).map(str::to_owned)
}

fn unknown_entity(reference: &BytesRef<'_>, at: usize) -> Fault {
    (
        format!(
            "the entity `{}` is not known",
            reference.replace(char::is_control, " ")
        ),
        at,
    )
}

/// One line, lower case at its start, without a full stop.
fn plain(message: &str) -> String {
    let message = message.replace(char::is_control, " ");
    let message = message.trim().trim_end_matches('.');
    let mut chars = message.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_lowercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn text_entities_and_empty_elements_are_read() {
        let root = parse(
            "<?xml version=\"1.0\"?><a xmlns=\"x\"><!-- c --><b>A &amp; &#66;</b><b/><c>1</c></a>",
        )
        .expect("reads");
        assert_eq!(root.text_of("b"), Some("A & B"));
        assert_eq!(root.all("b").count(), 2);
        assert_eq!(root.number::<u32>("c"), Some(1));
    }

    #[test]
    fn bad_documents_are_told_with_their_place() {
        for bad in [
            "",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            "<a>&nope;</a>",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse(&"<a>".repeat(100_000)).is_err());
        assert_eq!(
            parse("<a>\n<b></c></a>").map(|_| ()).map_err(|f| f.1 >= 4),
            Err(true)
        );
    }
}
