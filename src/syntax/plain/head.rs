//! Headers of maps and syncs.

use super::Scanner;
use crate::source::{FileId, Spanned};
use crate::syntax::ast::{Arrow, FieldRef, Name, ObjectRef, PicklistEnds};
use crate::syntax::cut::Range;

/// Reads `picklist NAME: field <-> field`.
pub(crate) fn picklist(file: FileId, text: &str, head: Range) -> Option<(Name, PicklistEnds)> {
    let mut scanner = Scanner::new(file, text, head);
    scanner.keyword("picklist")?;
    let name = scanner.name()?;
    scanner.sign(b':')?;
    let left = scanner.field_ref()?;
    let arrow = scanner.arrow()?;
    let right = scanner.field_ref()?;
    let ends = PicklistEnds { left, arrow, right };
    scanner.is_done().then_some((name, ends))
}

/// Reads `sync NAME: object <-> object`.
pub(crate) fn sync(
    file: FileId,
    text: &str,
    head: Range,
) -> Option<(Name, ObjectRef, Spanned<Arrow>, ObjectRef)> {
    let mut scanner = Scanner::new(file, text, head);
    scanner.keyword("sync")?;
    let name = scanner.name()?;
    scanner.sign(b':')?;
    let left = scanner.object_ref()?;
    let arrow = scanner.arrow()?;
    let right = scanner.object_ref()?;
    scanner.is_done().then_some((name, left, arrow, right))
}

impl Scanner<'_> {
    fn object_ref(&mut self) -> Option<ObjectRef> {
        let system = self.name()?;
        self.sign(b'.')?;
        let object = self.name()?;
        let span = system.span.to(object.span);
        Some(ObjectRef {
            system,
            objects: vec![object],
            span,
        })
    }

    fn field_ref(&mut self) -> Option<FieldRef> {
        let object = self.object_ref()?;
        self.sign(b'.')?;
        let field = self.name()?;
        let span = object.span.to(field.span);
        Some(FieldRef {
            object,
            field,
            span,
        })
    }
}
