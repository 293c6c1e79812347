//! Names, paths, references.

use smol_str::SmolStr;

use super::{Builder, Node, child};
use crate::source::Spanned;
use crate::syntax::ast::{Arrow, FieldRef, Name, ObjectRef, Path, Quotes, SideField, SideFields};
use crate::syntax::grammar::Rule;

/// Whether a token is a name, a value or a text.
pub(super) const fn is_name(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::word | Rule::xword | Rule::escaped | Rule::text | Rule::code
    )
}

/// What an arrow says.
pub(super) fn arrow_of(symbol: &str) -> Arrow {
    match symbol {
        "->" => Arrow::Right,
        "<-" => Arrow::Left,
        _ => Arrow::Both,
    }
}

impl Builder {
    pub(super) fn name(&mut self, node: &Node) -> Name {
        let span = self.token(node);
        let written = node.as_str();
        let inside = written
            .get(1..written.len().saturating_sub(1))
            .unwrap_or_default();
        match node.as_rule() {
            Rule::escaped => Name {
                text: SmolStr::new(inside),
                span,
                quotes: Quotes::Backtick,
            },
            Rule::text => Name {
                text: self.unescape(inside, span),
                span,
                quotes: Quotes::Double,
            },
            _ => Name {
                text: SmolStr::new(written),
                span,
                quotes: Quotes::Bare,
            },
        }
    }

    /// The names among the children.
    pub(super) fn names(&mut self, node: &Node) -> Vec<Name> {
        node.clone()
            .into_inner()
            .filter(|n| is_name(n.as_rule()))
            .map(|n| self.name(&n))
            .collect()
    }

    /// The first name among the children.
    pub(super) fn first_name(&mut self, node: &Node) -> Option<Name> {
        self.nth_name(node, 0)
    }

    /// A name among the children, by its position among them.
    pub(super) fn nth_name(&mut self, node: &Node, n: usize) -> Option<Name> {
        node.clone()
            .into_inner()
            .filter(|n| is_name(n.as_rule()))
            .nth(n)
            .map(|n| self.name(&n))
    }

    /// The names of the `names` among the children.
    pub(super) fn name_list(&mut self, node: &Node) -> Option<Vec<Name>> {
        child(node, Rule::names).map(|n| self.names(&n))
    }

    pub(super) fn arrow(&self, node: &Node) -> Spanned<Arrow> {
        Spanned::new(arrow_of(node.as_str()), self.token(node))
    }

    pub(super) fn path(&mut self, node: &Node) -> Path {
        Path {
            parts: self.names(node),
            span: self.span(node),
        }
    }

    pub(super) fn object_ref(&mut self, node: &Node) -> Option<ObjectRef> {
        let objects = child(node, Rule::objects)?;
        let system = self.first_name(node)?;
        let span = system.span.to(self.span(&objects));
        Some(ObjectRef {
            system,
            objects: self.names(&objects),
            span,
        })
    }

    pub(super) fn field_ref(&mut self, node: &Node) -> Option<FieldRef> {
        Some(FieldRef {
            object: self.object_ref(node)?,
            field: self.nth_name(node, 1)?,
            span: self.span(node),
        })
    }

    pub(super) fn side_field(&mut self, node: &Node) -> Option<SideField> {
        Some(SideField {
            side: self.first_name(node)?,
            field: self.nth_name(node, 1)?,
            span: self.span(node),
        })
    }

    pub(super) fn side_fields(&mut self, node: &Node) -> Option<SideFields> {
        let fields = match child(node, Rule::name_list) {
            Some(list) => self.names(&list),
            None => vec![self.nth_name(node, 1)?],
        };
        Some(SideFields {
            side: self.first_name(node)?,
            fields,
            span: self.span(node),
        })
    }
}
