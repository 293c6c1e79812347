//! A table as far as a shape needs it: what it has, how it is asked, and what its cells say.

use std::path::Path;

use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{Connection, ErrorCode, Row};
use smol_str::SmolStr;

use crate::connect::{Ids, StoreError};
use crate::runtime::{Digest, Glance, Lookup, Meta, Presence, Record, Shape, Slot};
use crate::value::{Kind, Value, read_text, write_text};

/// A table as far as a shape needs it.
pub(super) struct Columns {
    pub(super) shape: Shape,
    /// The members that it really has.
    pub(super) meta: Meta,
    pub(super) affinities: Vec<Affinity>,
    pub(super) deleted: Affinity,
    /// Another name of the rowid, free of columns of that name.
    pub(super) rowid: &'static str,
    /// `SELECT rowid, members, fields FROM table`
    pub(super) select: String,
    pub(super) maker: Option<Ids>,
}

/// Whether SQLite keeps values of a column as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    Text,
    Other,
}

impl Affinity {
    /// By the rules of <https://sqlite.org/datatype3.html#determination_of_column_affinity>.
    fn of(declared: &str) -> Self {
        let declared = declared.to_ascii_uppercase();
        let text = ["CHAR", "CLOB", "TEXT"]
            .iter()
            .any(|word| declared.contains(word));
        if text && !declared.contains("INT") {
            Self::Text
        } else {
            Self::Other
        }
    }
}

/// A name as an identifier.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Columns {
    /// Looks a table up, and sees to it that its records are found fast by id and by unique fields.
    pub(super) fn of(db: &Connection, path: &Path, shape: &Shape) -> Result<Self, StoreError> {
        let wrong = |reason: String, remedy: String| StoreError::at(path, reason, remedy);
        let sql = |e| StoreError::sql(path, &e);
        let table = &shape.object;
        let declared = declared(db, table).map_err(sql)?;
        if declared.is_empty() {
            let remedy = format!("create the table `{table}`, or correct the name in the spec");
            return Err(wrong(format!("it has no table `{table}`"), remedy));
        }
        let column = |name: &SmolStr| {
            declared
                .iter()
                .find(|(n, _)| n.eq_ignore_ascii_case(name))
                .map(|(_, t)| t)
        };
        let present = |name: &Option<SmolStr>| name.clone().filter(|name| column(name).is_some());
        let meta = Meta {
            id: shape.meta.id.clone(),
            deleted: present(&shape.meta.deleted),
            modified: present(&shape.meta.modified),
            created: present(&shape.meta.created),
            merged_into: present(&shape.meta.merged_into),
        };
        let expected = |slot: &&Slot| slot.presence == Presence::Expected;
        let fields = shape.fields.iter().filter(expected).map(|slot| &slot.name);
        for name in std::iter::once(&meta.id).chain(fields) {
            if column(name).is_none() {
                let remedy = format!(
                    "add the column `{name}` to the table, or correct the name in the spec"
                );
                return Err(wrong(
                    format!("table `{table}` has no column `{name}`"),
                    remedy,
                ));
            }
        }
        let affinity = |name: &SmolStr| {
            column(name).map_or(Affinity::Other, |declared| Affinity::of(declared))
        };
        let taken = |name: &str| declared.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
        let rowid = ["rowid", "_rowid_", "oid"]
            .into_iter()
            .find(|name| !taken(name))
            .unwrap_or("rowid");
        let members = [
            Some(&meta.id),
            meta.deleted.as_ref(),
            meta.modified.as_ref(),
            meta.created.as_ref(),
        ];
        let members = members.into_iter().chain([meta.merged_into.as_ref()]);
        let mut columns = vec![rowid.to_owned()];
        columns.extend(
            members.map(|name| name.map_or_else(|| "NULL".to_owned(), |name| quoted(name))),
        );
        columns.extend(shape.fields.iter().map(|slot| match column(&slot.name) {
            Some(_) => quoted(&slot.name),
            None => "NULL".to_owned(),
        }));
        let columns = Self {
            affinities: shape
                .fields
                .iter()
                .map(|slot| affinity(&slot.name))
                .collect(),
            deleted: meta.deleted.as_ref().map_or(Affinity::Other, affinity),
            rowid,
            select: format!("SELECT {} FROM {}", columns.join(", "), quoted(table)),
            maker: None,
            shape: shape.clone(),
            meta,
        };
        columns.index(db, path)?;
        db.prepare_cached(&columns.select).map(drop).map_err(|_| {
            let reason = format!("`{table}` is not a table with row ids");
            wrong(
                reason,
                "make it an ordinary table, neither a view nor `WITHOUT ROWID`".to_owned(),
            )
        })?;
        Ok(columns)
    }

    /// Makes the indexes that are missing.
    fn index(&self, db: &Connection, path: &Path) -> Result<(), StoreError> {
        let table = &self.shape.object;
        let id = &self.meta.id;
        let lookups = self
            .shape
            .fields
            .iter()
            .filter(|slot| slot.lookup != Lookup::None && slot.name != *id)
            .map(|slot| (&slot.name, "", sought(slot, &quoted(&slot.name))));
        for (name, unique, terms) in std::iter::once((id, "UNIQUE", quoted(id))).chain(lookups) {
            if terms == quoted(name)
                && is_indexed(db, table, name, unique).map_err(|e| StoreError::sql(path, &e))?
            {
                continue;
            }
            let index = quoted(&format!("accordant_{table}_{name}"));
            let sql = format!(
                "CREATE {unique} INDEX IF NOT EXISTS {index} ON {} ({terms})",
                quoted(table)
            );
            db.execute_batch(&sql)
                .map_err(|error| match error.sqlite_error_code() {
                    Some(ErrorCode::ConstraintViolation) => StoreError::at(
                        path,
                        format!("two rows of table `{table}` have one value in the column `{id}`"),
                        "give every row an id of its own",
                    ),
                    _ => StoreError::sql(path, &error),
                })?;
        }
        Ok(())
    }

    pub(super) fn by_id(&self) -> String {
        format!("{} = ?", quoted(&self.meta.id))
    }

    /// Reads a row of `select`.
    pub(super) fn record(&self, row: &Row<'_>) -> Read<Record> {
        let id = match self.id(row)? {
            Ok(id) => id,
            Err(unread) => return Ok(Err(unread)),
        };
        let mut values = Vec::with_capacity(self.shape.fields.len());
        for (at, slot) in (FIRST..).zip(&self.shape.fields) {
            match interpret(slot.kind, row.get_ref(at)?) {
                Some(value) => values.push(value),
                None => return Ok(Err(not_text(id, slot))),
            }
        }
        let signs = match self.signs(row)? {
            Ok(signs) => signs,
            Err(reason) => return Ok(Err((Some(id), reason))),
        };
        Ok(Ok(Record {
            id,
            values: values.into(),
            deleted: signs.deleted,
            modified: signs.modified,
            created: signs.created,
            merged_into: match &self.meta.merged_into {
                Some(_) => text(row, 5)?,
                None => None,
            },
        }))
    }

    /// Reads of a row of `select` what tells whether its record is as it was. What cannot be read as a record cannot be glanced at.
    pub(super) fn glance(&self, row: &Row<'_>) -> Read<Glance> {
        let id = match self.id(row)? {
            Ok(id) => id,
            Err(unread) => return Ok(Err(unread)),
        };
        let mut digest = Digest::default();
        for (at, slot) in (FIRST..).zip(&self.shape.fields) {
            match (row.get_ref(at)?, slot.kind) {
                (ValueRef::Text(bytes), Kind::Text) if !bytes.is_empty() && is_text(bytes) => {
                    digest.text(bytes);
                }
                (raw, kind) => match interpret(kind, raw) {
                    Some(value) => digest.value(&value),
                    None => return Ok(Err(not_text(id, slot))),
                },
            }
        }
        let signs = match self.signs(row)? {
            Ok(signs) => signs,
            Err(reason) => return Ok(Err((Some(id), reason))),
        };
        Ok(Ok(Glance {
            id,
            deleted: signs.deleted,
            digest: digest.of_times(signs.modified, signs.created),
        }))
    }

    fn id(&self, row: &Row<'_>) -> Read<SmolStr> {
        Ok(text(row, 1)?.ok_or_else(|| {
            let reason = format!("it has no id: the column `{}` is empty", self.meta.id);
            (None, reason)
        }))
    }

    /// Reads what a row says beside its fields; the error is which column does not say it.
    fn signs(&self, row: &Row<'_>) -> rusqlite::Result<Result<Signs, String>> {
        let Meta {
            deleted,
            modified,
            created,
            ..
        } = &self.meta;
        let mut signs = Signs::default();
        for (at, column, kind, what) in [
            (2, deleted, Kind::Bool, "whether the record is deleted"),
            (3, modified, Kind::DateTime, "when the record was changed"),
            (4, created, Kind::DateTime, "when the record was made"),
        ] {
            let Some(column) = column else { continue };
            match (at, interpret(kind, row.get_ref(at)?)) {
                (_, Some(Value::Blank)) => {}
                (2, Some(Value::Bool(deleted))) => signs.deleted = deleted,
                (3, Some(Value::DateTime(instant))) => signs.modified = Some(instant),
                (4, Some(Value::DateTime(instant))) => signs.created = Some(instant),
                _ => return Ok(Err(format!("the column `{column}` does not say {what}"))),
            }
        }
        Ok(Ok(signs))
    }
}

/// What a row says of its record beside its fields.
#[derive(Default)]
struct Signs {
    deleted: bool,
    /// In milliseconds since 1970, as the next.
    modified: Option<i64>,
    created: Option<i64>,
}

/// What is read of a row; else its id, if it has one, and why it cannot be read.
pub(super) type Read<T> = rusqlite::Result<Result<T, (Option<SmolStr>, String)>>;

/// The place of the first field in a row of `select`.
const FIRST: usize = 6;

fn not_text(id: SmolStr, slot: &Slot) -> (Option<SmolStr>, String) {
    let reason = format!("the column `{}` holds bytes that are not text", slot.name);
    (Some(id), reason)
}

/// Whether bytes are UTF-8: mostly they are ASCII, which is seen eight bytes at a time.
fn is_text(bytes: &[u8]) -> bool {
    bytes.is_ascii() || std::str::from_utf8(bytes).is_ok()
}

/// The text of a member, if it has one.
fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<SmolStr>> {
    Ok(match interpret(Kind::Text, row.get_ref(at)?) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    })
}

/// What a lookup compares of a value: without case and outer blanks where its platform ignores them (letters beyond ASCII are
/// compared as they are).
pub(super) fn sought(slot: &Slot, value: &str) -> String {
    match &slot.lookup {
        Lookup::Unique(equality) if equality.fold_case => format!("lower(trim({value}))"),
        Lookup::Unique(equality) if equality.trim => format!("trim({value})"),
        Lookup::Unique(_) | Lookup::None => value.to_owned(),
    }
}

/// The columns of a table with their declared types.
fn declared(db: &Connection, table: &str) -> rusqlite::Result<Vec<(String, String)>> {
    let mut columns = db.prepare("SELECT name, type FROM pragma_table_xinfo(?)")?;
    columns
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// Whether a column has an index of its own, a unique one where that is asked.
fn is_indexed(db: &Connection, table: &str, column: &str, unique: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pragma_table_info(?1) GROUP BY pk > 0
                   HAVING pk > 0 AND count(*) = 1 AND max(name) = ?2 COLLATE NOCASE AND max(type) = 'INTEGER' COLLATE NOCASE)
               OR EXISTS (SELECT 1 FROM pragma_index_list(?1) l, pragma_index_info(l.name) i
                   WHERE l.partial = 0 AND (l.\"unique\" OR ?3 = '') GROUP BY l.name
                   HAVING count(*) = 1 AND max(i.name) = ?2 COLLATE NOCASE)";
    db.query_row(sql, [table, column, unique], |row| row.get(0))
}

/// A column's value as a kind, its text where it does not have the kind's form; none for bytes that are not text.
pub(super) fn interpret(kind: Kind, raw: ValueRef<'_>) -> Option<Value> {
    let as_kind = |text: &str| read_text(kind, text).unwrap_or_else(|_| Value::text(text));
    Some(match (raw, kind) {
        (ValueRef::Null, _) => Value::Blank,
        (ValueRef::Text(bytes), Kind::Text) => Value::text(std::str::from_utf8(bytes).ok()?),
        (ValueRef::Integer(0) | ValueRef::Text(b"0"), Kind::Bool) => Value::Bool(false),
        (ValueRef::Integer(1) | ValueRef::Text(b"1"), Kind::Bool) => Value::Bool(true),
        (ValueRef::Integer(at), Kind::DateTime) => Value::DateTime(at),
        (ValueRef::Integer(n), _) => as_kind(&n.to_string()),
        (ValueRef::Real(n), _) => as_kind(&n.to_string()),
        (ValueRef::Text(bytes), _) => as_kind(std::str::from_utf8(bytes).ok()?),
        (ValueRef::Blob(_), _) => return None,
    })
}

/// A value for a column.
pub(super) fn bound(value: &Value, affinity: Affinity) -> Sql {
    match value {
        Value::Blank => Sql::Null,
        Value::Bool(b) if affinity == Affinity::Other => Sql::Integer(i64::from(*b)),
        // A text that is a number becomes one by the column's affinity, without a detour through binary fractions.
        _ => Sql::Text(write_text(value)),
    }
}
