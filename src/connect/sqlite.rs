//! A SQLite database with a table an object and a column a field.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, Value as Sql, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, Row, params_from_iter};
use smol_str::SmolStr;

use super::table::{Change, Table, apply, refused, written};
use super::{BATCH, Capabilities, IdStyle, Ids, Lifetime, Store, StoreError, of_object};
use crate::runtime::{
    Cursor, Digest, Glance, Lookup, Meta, ObjectId, Outcome, Page, Presence, Record, Shape, Slot,
    Unreadable, Write,
};
use crate::value::{Kind, Value, read_text, write_text};

/// Prepared statements that are kept: the updates of different sets of columns are different statements.
const STATEMENTS: usize = 256;

/// One database. Writes are in one transaction from the first after a commit to the next commit.
pub struct Sqlite {
    path: PathBuf,
    style: IdStyle,
    db: Option<Connection>,
    tables: Vec<Columns>,
}

/// A table as far as a shape needs it.
struct Columns {
    shape: Shape,
    /// The members that it really has.
    meta: Meta,
    affinities: Vec<Affinity>,
    deleted: Affinity,
    /// Another name of the rowid, free of columns of that name.
    rowid: &'static str,
    /// `SELECT rowid, members, fields FROM table`
    select: String,
    maker: Option<Ids>,
}

/// Whether SQLite keeps values of a column as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Affinity {
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
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Sqlite {
    /// The store of a database file; `style` says what new ids look like.
    pub fn new(path: &Path, style: IdStyle) -> Self {
        Self {
            path: path.to_owned(),
            style,
            db: None,
            tables: Vec::new(),
        }
    }

    fn table(&mut self, object: ObjectId) -> Result<Handle<'_>, StoreError> {
        let columns = of_object(&mut self.tables, object)?;
        let db = self
            .db
            .as_ref()
            .ok_or_else(|| StoreError::unknown_object(object))?;
        Ok(Handle {
            db,
            path: &self.path,
            style: self.style,
            columns,
        })
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&self.path, flags)?;
        // Else statements are planned anew for each value that is bound to them.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.busy_timeout(Duration::from_secs(10))?;
        // A checkpoint waits for the disk: there is one for each 32 MiB.
        db.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8192;
             PRAGMA cache_size = -16384;",
        )?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(db)
    }
}

impl Store for Sqlite {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            batch: BATCH,
            cursors: Lifetime::Durable,
        }
    }

    fn open(&mut self, shapes: &[Shape]) -> Result<(), StoreError> {
        self.tables.clear();
        self.db = None;
        if !self.path.is_file() {
            let remedy = "create the database, or correct its path in the project file";
            return Err(StoreError::at(&self.path, "there is no such file", remedy));
        }
        let db = self
            .connect()
            .map_err(|e| StoreError::sql(&self.path, &e))?;
        for shape in shapes {
            self.tables.push(Columns::of(&db, &self.path, shape)?);
        }
        self.db = Some(db);
        Ok(())
    }

    fn scan(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let table = self.table(object)?;
        let met = table.scan(from, limit, |row, page| {
            let record = table.columns.record(row)?;
            Ok(record.map(|record| page.records.push(record)))
        });
        met.map_err(|e| StoreError::sql(table.path, &e))
    }

    fn skim(
        &mut self,
        object: ObjectId,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let table = self.table(object)?;
        let met = table.scan(from, limit, |row, page| {
            let glance = table.columns.glance(row)?;
            Ok(glance.map(|glance| page.glances.push(glance)))
        });
        met.map_err(|e| StoreError::sql(table.path, &e))
    }

    fn read(&mut self, object: ObjectId, ids: &[SmolStr]) -> Result<Vec<Record>, StoreError> {
        let table = self.table(object)?;
        table.read(ids).map_err(|e| StoreError::sql(table.path, &e))
    }

    fn find(
        &mut self,
        object: ObjectId,
        slot: u16,
        value: &Value,
    ) -> Result<Option<Record>, StoreError> {
        Ok(self
            .table(object)?
            .by_unique(slot, value)?
            .map(|(_, record)| record))
    }

    fn ids(&mut self, object: ObjectId) -> Result<Ids, StoreError> {
        Ok(self.table(object)?.maker()?.clone())
    }

    fn write(&mut self, object: ObjectId, writes: &[Write]) -> Result<Vec<Outcome>, StoreError> {
        let mut table = self.table(object)?;
        if table.db.is_autocommit() {
            table
                .db
                .execute_batch("BEGIN IMMEDIATE")
                .map_err(|e| StoreError::sql(table.path, &e))?;
        }
        writes
            .iter()
            .map(|write| apply(&mut table, write))
            .collect()
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        match &self.db {
            Some(db) if !db.is_autocommit() => db
                .execute_batch("COMMIT")
                .map_err(|e| StoreError::sql(&self.path, &e)),
            _ => Ok(()),
        }
    }

    fn close(&mut self) -> Result<(), StoreError> {
        self.commit()?;
        self.tables.clear();
        match self.db.take().map(Connection::close) {
            Some(Err((_, error))) => Err(StoreError::sql(&self.path, &error)),
            _ => Ok(()),
        }
    }
}

impl Columns {
    /// Looks a table up, and sees to it that its records are found fast by id and by unique fields.
    fn of(db: &Connection, path: &Path, shape: &Shape) -> Result<Self, StoreError> {
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

    fn by_id(&self) -> String {
        format!("{} = ?", quoted(&self.meta.id))
    }

    /// Reads a row of `select`.
    fn record(&self, row: &Row<'_>) -> Read<Record> {
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
        Ok(Ok(Record {
            id,
            values: values.into(),
            deleted: self.is_deleted(row)?,
            modified: instant(&self.meta.modified, row, 3)?,
            created: instant(&self.meta.created, row, 4)?,
            merged_into: match &self.meta.merged_into {
                Some(_) => text(row, 5)?,
                None => None,
            },
        }))
    }

    /// Reads of a row of `select` what tells whether its record is as it was. A text is not even looked at: one that is no text
    /// is not as it was.
    fn glance(&self, row: &Row<'_>) -> Read<Glance> {
        let id = match self.id(row)? {
            Ok(id) => id,
            Err(unread) => return Ok(Err(unread)),
        };
        let mut digest = Digest::default();
        for (at, slot) in (FIRST..).zip(&self.shape.fields) {
            match (row.get_ref(at)?, slot.kind) {
                (ValueRef::Text(bytes), Kind::Text) if !bytes.is_empty() => digest.text(bytes),
                (raw, kind) => match interpret(kind, raw) {
                    Some(value) => digest.value(&value),
                    None => return Ok(Err(not_text(id, slot))),
                },
            }
        }
        let modified = instant(&self.meta.modified, row, 3)?;
        let created = instant(&self.meta.created, row, 4)?;
        Ok(Ok(Glance {
            id,
            deleted: self.is_deleted(row)?,
            digest: digest.of_times(modified, created),
        }))
    }

    fn id(&self, row: &Row<'_>) -> Read<SmolStr> {
        Ok(text(row, 1)?.ok_or_else(|| {
            let reason = format!("it has no id: the column `{}` is empty", self.meta.id);
            (None, reason)
        }))
    }

    fn is_deleted(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        Ok(self.meta.deleted.is_some()
            && interpret(Kind::Bool, row.get_ref(2)?) == Some(Value::Bool(true)))
    }
}

/// What is read of a row; else its id, if it has one, and why it cannot be read.
type Read<T> = rusqlite::Result<Result<T, (Option<SmolStr>, String)>>;

/// The place of the first field in a row of `select`.
const FIRST: usize = 6;

fn not_text(id: SmolStr, slot: &Slot) -> (Option<SmolStr>, String) {
    let reason = format!("the column `{}` holds bytes that are not text", slot.name);
    (Some(id), reason)
}

/// The text of a member, if it has one.
fn text(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<SmolStr>> {
    Ok(match interpret(Kind::Text, row.get_ref(at)?) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    })
}

/// The instant of a member, if the table has it.
fn instant(name: &Option<SmolStr>, row: &Row<'_>, at: usize) -> rusqlite::Result<Option<i64>> {
    Ok(match name {
        Some(_) => interpret(Kind::DateTime, row.get_ref(at)?)
            .as_ref()
            .and_then(millis),
        None => None,
    })
}

/// What a lookup compares of a value: without case and outer blanks where its platform ignores them (letters beyond ASCII are
/// compared as they are).
fn sought(slot: &Slot, value: &str) -> String {
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

const fn millis(value: &Value) -> Option<i64> {
    match value {
        Value::DateTime(at) => Some(*at),
        _ => None,
    }
}

/// A column's value as a kind, its text where it does not have the kind's form; none for bytes that are not text.
fn interpret(kind: Kind, raw: ValueRef<'_>) -> Option<Value> {
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
fn bound(value: &Value, affinity: Affinity) -> Sql {
    match value {
        Value::Blank => Sql::Null,
        Value::Bool(b) if affinity == Affinity::Other => Sql::Integer(i64::from(*b)),
        // A text that is a number becomes one by the column's affinity, without a detour through binary fractions.
        _ => Sql::Text(write_text(value)),
    }
}

/// What a lookup makes of deleted records.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dead {
    Found,
    PassedOver,
}

/// A table with its connection.
struct Handle<'a> {
    db: &'a Connection,
    path: &'a Path,
    style: IdStyle,
    columns: &'a mut Columns,
}

impl Handle<'_> {
    /// Goes through the next rows; `meet` adds what it reads of one to the page.
    fn scan(
        &self,
        from: Option<Cursor>,
        limit: usize,
        meet: impl Fn(&Row<'_>, &mut Page) -> Read<()>,
    ) -> rusqlite::Result<Page> {
        let rowid = self.columns.rowid;
        let sql = format!(
            "{} WHERE {rowid} > ? ORDER BY {rowid} LIMIT ?",
            self.columns.select
        );
        let mut find = self.db.prepare_cached(&sql)?;
        let start = from.map_or(i64::MIN, decoded);
        let limit = limit.max(1);
        let mut rows = find.query([start, i64::try_from(limit).unwrap_or(i64::MAX)])?;
        let mut page = Page::default();
        let (mut last, mut met) = (start, 0);
        while let Some(row) = rows.next()? {
            last = row.get(0)?;
            met += 1;
            if let Err((id, reason)) = meet(row, &mut page)? {
                let place = format!(
                    "{}: table {}, row {last}",
                    self.path.display(),
                    self.columns.shape.object
                );
                page.unreadable.push(Unreadable {
                    place,
                    id,
                    reason,
                    duplicate: false,
                });
            }
        }
        page.next = (met == limit && last < i64::MAX).then(|| encoded(last));
        Ok(page)
    }

    /// Reads records by id, under one lock of the file.
    fn read(&self, ids: &[SmolStr]) -> rusqlite::Result<Vec<Record>> {
        let locked = self.db.is_autocommit();
        let _lock = locked
            .then(|| self.db.unchecked_transaction())
            .transpose()?;
        let condition = self.columns.by_id();
        let mut find = self.finding(&condition)?;
        let mut records = Vec::with_capacity(ids.len());
        for id in ids {
            let found = self.first_of(&mut find, Dead::Found, id.as_str())?;
            records.extend(found.map(|(_, record)| record));
        }
        Ok(records)
    }

    fn finding(&self, condition: &str) -> rusqlite::Result<CachedStatement<'_>> {
        self.db.prepare_cached(&format!(
            "{} WHERE {condition} ORDER BY {}",
            self.columns.select, self.columns.rowid
        ))
    }

    /// The first record for which this condition holds of a value; a deleted one is found by its id alone.
    fn first(
        &self,
        condition: &str,
        dead: Dead,
        value: &Sql,
    ) -> rusqlite::Result<Option<(i64, Record)>> {
        let mut find = self.finding(condition)?;
        self.first_of(&mut find, dead, value)
    }

    fn first_of(
        &self,
        find: &mut CachedStatement<'_>,
        dead: Dead,
        value: impl ToSql,
    ) -> rusqlite::Result<Option<(i64, Record)>> {
        let mut rows = find.query([value])?;
        while let Some(row) = rows.next()? {
            if let Ok(record) = self.columns.record(row)?
                && (!record.deleted || dead == Dead::Found)
            {
                return Ok(Some((row.get(0)?, record)));
            }
        }
        Ok(None)
    }

    /// The maker of ids, which knows all that there are.
    fn maker(&mut self) -> Result<&mut Ids, StoreError> {
        if self.columns.maker.is_none() {
            let mut maker = Ids::new(self.style, &self.columns.shape.object);
            self.observe(&mut maker)
                .map_err(|e| StoreError::sql(self.path, &e))?;
            self.columns.maker = Some(maker);
        }
        self.columns
            .maker
            .as_mut()
            .ok_or_else(|| StoreError::unknown_object(ObjectId(0)))
    }

    fn observe(&self, maker: &mut Ids) -> rusqlite::Result<()> {
        let sql = format!(
            "SELECT {} FROM {}",
            quoted(&self.columns.meta.id),
            quoted(&self.columns.shape.object)
        );
        let mut all = self.db.prepare(&sql)?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            if let Some(Value::Text(id)) = interpret(Kind::Text, row.get_ref(0)?) {
                maker.observe(&id);
            }
        }
        Ok(())
    }

    fn bind(&self, slot: u16, value: &Value) -> Sql {
        bound(
            value,
            self.columns
                .affinities
                .get(usize::from(slot))
                .copied()
                .unwrap_or(Affinity::Other),
        )
    }

    fn name(&self, slot: u16) -> String {
        quoted(
            self.columns
                .shape
                .fields
                .get(usize::from(slot))
                .map_or("", |slot| &slot.name),
        )
    }

    /// Executes a statement that writes one record; a broken constraint is a refusal.
    fn execute(&self, sql: &str, values: Vec<Sql>, done: Outcome) -> Result<Outcome, StoreError> {
        let executed = self
            .db
            .prepare_cached(sql)
            .and_then(|mut write| write.execute(params_from_iter(values)));
        match executed {
            Ok(0) => Ok(Outcome::Gone),
            Ok(_) => Ok(done),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                let reason = match error {
                    rusqlite::Error::SqliteFailure(_, Some(reason)) => reason,
                    other => other.to_string(),
                };
                let column = reason.rsplit('.').next().unwrap_or_default();
                let slot = self
                    .columns
                    .shape
                    .fields
                    .iter()
                    .zip(0_u16..)
                    .find(|(slot, _)| slot.name == column);
                Ok(refused(
                    &self.columns.shape,
                    slot.map(|(_, at)| at),
                    &reason,
                ))
            }
            Err(error) => Err(StoreError::sql(self.path, &error)),
        }
    }
}

/// Row ids of both signs as cursors: small ones of either sign are small numbers.
const fn encoded(rowid: i64) -> Cursor {
    Cursor(((rowid << 1) ^ (rowid >> 63)).cast_unsigned())
}

const fn decoded(cursor: Cursor) -> i64 {
    (cursor.0 >> 1).cast_signed() ^ -((cursor.0 & 1).cast_signed())
}

impl Table for Handle<'_> {
    type Key = i64;

    fn shape(&self) -> &Shape {
        &self.columns.shape
    }

    fn by_id(&mut self, id: &str) -> Result<Option<(i64, Record)>, StoreError> {
        let found = self.first(
            &self.columns.by_id(),
            Dead::Found,
            &Sql::Text(id.to_owned()),
        );
        found.map_err(|e| StoreError::sql(self.path, &e))
    }

    fn by_unique(&mut self, slot: u16, value: &Value) -> Result<Option<(i64, Record)>, StoreError> {
        let field = self.columns.shape.fields.get(usize::from(slot));
        let Some(field) = field else { return Ok(None) };
        let condition = format!(
            "{} = {}",
            sought(field, &quoted(&field.name)),
            sought(field, "?")
        );
        let found = self.first(&condition, Dead::PassedOver, &self.bind(slot, value));
        found.map_err(|e| StoreError::sql(self.path, &e))
    }

    fn insert(&mut self, values: &[(u16, Value)]) -> Result<Outcome, StoreError> {
        let id = self.maker()?.next_id();
        let mut names = vec![quoted(&self.columns.meta.id)];
        let mut bound = vec![Sql::Text(id.to_string())];
        for (slot, value) in values {
            let name = self.name(*slot);
            if !value.is_blank() && !names.contains(&name) {
                names.push(name);
                bound.push(self.bind(*slot, value));
            }
        }
        let marks = vec!["?"; names.len()].join(", ");
        let table = quoted(&self.columns.shape.object);
        let sql = format!(
            "INSERT INTO {table} ({}) VALUES ({marks})",
            names.join(", ")
        );
        self.execute(&sql, bound, Outcome::Written { id, created: true })
    }

    fn change(
        &mut self,
        key: i64,
        before: &Record,
        change: Change<'_>,
    ) -> Result<Outcome, StoreError> {
        let table = quoted(&self.columns.shape.object);
        let rowid = self.columns.rowid;
        let mut values = Vec::new();
        let sql = match change {
            Change::Remove => format!("DELETE FROM {table} WHERE {rowid} = ?"),
            Change::Archive => {
                let Some(name) = &self.columns.meta.deleted else {
                    let reason = "this table has no column that marks a deleted record";
                    return Ok(refused(&self.columns.shape, None, reason));
                };
                values.push(bound(&Value::Bool(true), self.columns.deleted));
                format!("UPDATE {table} SET {} = ? WHERE {rowid} = ?", quoted(name))
            }
            Change::Set(changes) => {
                let sets: Vec<_> = changes
                    .iter()
                    .map(|(slot, _)| format!("{} = ?", self.name(*slot)))
                    .collect();
                values.extend(changes.iter().map(|(slot, value)| self.bind(*slot, value)));
                format!("UPDATE {table} SET {} WHERE {rowid} = ?", sets.join(", "))
            }
        };
        values.push(Sql::Integer(key));
        self.execute(&sql, values, written(&before.id))
    }
}
