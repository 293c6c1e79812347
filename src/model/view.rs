//! Views: `Copy` pairs of the model and an id, so that rules read as sentences.

use rayon::prelude::*;
use smol_str::{SmolStr, format_smolstr};

use super::{Authority, End, FieldRef, Lane, Model, ObjectRef, Row, RowId, Sync, SyncId, System};
use crate::catalog::{Field, FieldType, Object, PickValue, Picklist};
use crate::platform::{Profile, Upsert};
use crate::side::{Side, Sides};
use crate::value::Kind;

/// A sync of a model.
#[derive(Clone, Copy, Debug)]
pub struct SyncView<'m> {
    /// The model.
    pub model: &'m Model,
    /// Which.
    pub id: SyncId,
    /// The sync itself.
    pub sync: &'m Sync,
    /// Its ends in the catalogs: every field of a row is looked up there.
    ends: Sides<Option<EndView<'m>>>,
}

/// The object of an end of a sync.
#[derive(Clone, Copy, Debug)]
struct EndView<'m> {
    object: &'m Object,
    system: &'m System,
}

/// A row of a sync.
#[derive(Clone, Copy, Debug)]
pub struct RowView<'m> {
    /// The sync that it stands in.
    pub sync: SyncView<'m>,
    /// Which.
    pub id: RowId,
    /// The row itself.
    pub row: &'m Row,
}

/// A field of a catalog.
#[derive(Clone, Copy, Debug)]
pub struct FieldView<'m> {
    /// The model.
    pub model: &'m Model,
    /// Which.
    pub id: FieldRef,
    /// The catalog's entry.
    pub field: &'m Field,
    /// The object.
    pub object: &'m Object,
    /// The system.
    pub system: &'m System,
}

impl Model {
    /// The syncs in the order of the spec.
    pub fn sync_views(&self) -> impl Iterator<Item = SyncView<'_>> {
        let syncs = self.syncs.iter().enumerate();
        syncs.map(|(at, sync)| self.view(at, sync))
    }

    /// The syncs side by side, in the order of the spec.
    pub fn par_sync_views(&self) -> impl IndexedParallelIterator<Item = SyncView<'_>> {
        let syncs = self.syncs.par_iter().enumerate();
        syncs.map(|(at, sync)| self.view(at, sync))
    }

    /// One sync.
    pub fn sync(&self, id: SyncId) -> Option<SyncView<'_>> {
        let sync = self.syncs.get(id.index())?;
        Some(self.view(id.index(), sync))
    }

    fn view<'m>(&'m self, at: usize, sync: &'m Sync) -> SyncView<'m> {
        let end = |end: &End| {
            let id = end.object?;
            let system = self.systems.get(id.system.index())?;
            let object = self.catalogs.at(system.catalog?)?.get(id.object)?;
            Some(EndView { object, system })
        };
        SyncView {
            model: self,
            id: SyncId(at as u32),
            sync,
            ends: Sides::new(end(&sync.ends.left), end(&sync.ends.right)),
        }
    }

    /// All rows of all syncs.
    pub fn rows(&self) -> impl Iterator<Item = RowView<'_>> {
        self.sync_views().flat_map(SyncView::rows)
    }

    /// One row.
    pub fn row(&self, id: RowId) -> Option<RowView<'_>> {
        let sync = self.sync(id.sync)?;
        let row = sync.sync.rows.get(id.row as usize)?;
        Some(RowView { sync, id, row })
    }

    /// A field's entry in its catalog; none only for a reference of another model.
    pub fn field(&self, id: FieldRef) -> Option<FieldView<'_>> {
        let system = self.systems.get(id.object.system.index())?;
        let object = self.catalogs.at(system.catalog?)?.get(id.object.object)?;
        let field = object.get(id.field)?;
        Some(FieldView {
            model: self,
            id,
            field,
            object,
            system,
        })
    }

    /// An object's entry in its catalog.
    pub fn object(&self, id: ObjectRef) -> Option<&Object> {
        let system = self.systems.get(id.system.index())?;
        self.catalogs.at(system.catalog?)?.get(id.object)
    }

    /// `salesforce.Account`.
    pub fn object_name(&self, id: ObjectRef) -> SmolStr {
        match (self.systems.get(id.system.index()), self.object(id)) {
            (Some(s), Some(o)) => format_smolstr!("{}.{}", s.name.node, o.name),
            _ => SmolStr::default(),
        }
    }

    /// `salesforce.Account.Tier__c`.
    pub fn field_name(&self, id: FieldRef) -> SmolStr {
        self.field(id)
            .map_or_else(SmolStr::default, |f| f.full_name())
    }
}

impl<'m> SyncView<'m> {
    /// Its rows.
    pub fn rows(self) -> impl Iterator<Item = RowView<'m>> {
        self.sync
            .rows
            .iter()
            .enumerate()
            .map(move |(i, row)| RowView {
                sync: self,
                id: RowId {
                    sync: self.id,
                    row: i as u32,
                },
                row,
            })
    }

    /// Its rows with each of their sides, the left one first.
    pub fn ways(self) -> impl Iterator<Item = (RowView<'m>, Side)> {
        let both = |row| Side::BOTH.into_iter().map(move |side| (row, side));
        self.rows().flat_map(both)
    }

    /// The object on a side.
    pub fn object(self, side: Side) -> Option<&'m Object> {
        Some(self.ends.get(side).as_ref()?.object)
    }

    /// A field of the object on a side; any other field of the catalogs, too.
    fn field(self, side: Side, id: FieldRef) -> Option<FieldView<'m>> {
        match self.ends.get(side) {
            Some(end) if self.sync.ends.get(side).object == Some(id.object) => Some(FieldView {
                model: self.model,
                id,
                field: end.object.get(id.field)?,
                object: end.object,
                system: end.system,
            }),
            _ => self.model.field(id),
        }
    }

    /// The fields of the object on a side.
    pub fn fields(self, side: Side) -> impl Iterator<Item = FieldView<'m>> {
        let ids = self.object(side).map_or(0, |o| o.fields.len() as u32);
        (0..ids).filter_map(move |i| {
            let field = crate::catalog::FieldIdx(i);
            let object = self.sync.ends.get(side).object?;
            self.field(side, FieldRef { object, field })
        })
    }

    /// The system on a side.
    pub fn system(self, side: Side) -> Option<&'m System> {
        self.model
            .systems
            .get(self.sync.ends.get(side).object?.system.index())
    }

    /// The profile of the system on a side.
    pub fn profile(self, side: Side) -> Option<&'m Profile> {
        self.system(side).map(|s| s.profile)
    }

    /// The declared name of the system on a side, for messages.
    pub fn side_name(self, side: Side) -> &'m str {
        self.system(side).map_or("", |s| s.name.node.as_str())
    }

    /// Whether records are created on a side.
    pub const fn creates(self, side: Side) -> bool {
        self.sync.create.get(side).is_some()
    }

    /// Whether records come into being on a side: by `create in`, or because activities are written there.
    pub fn makes(self, side: Side) -> bool {
        match self.sync.mode {
            super::Mode::Merge => self.creates(side),
            super::Mode::AppendOnly => self.sync.arrow.node.goes_from(!side),
            super::Mode::LinkOnly => false,
        }
    }

    /// Where it is said that records come into being on a side: the statement, else the header.
    pub fn made_at(self, side: Side) -> crate::source::Span {
        self.sync.create.get(side).unwrap_or(self.sync.header)
    }

    /// Whether anything says how two records are recognised as one: a match, or a key.
    pub const fn recognises(self) -> bool {
        !self.sync.keys.is_empty()
            || self.sync.stamp.left.is_some()
            || self.sync.stamp.right.is_some()
    }

    /// Whether it says that another sync's keys come first.
    pub fn yields_to(self, other: SyncId) -> bool {
        self.sync.yields_to.iter().any(|s| s.node == other)
    }

    /// Whether records of both sides are linked and updated.
    pub fn merges(self) -> bool {
        self.sync.mode == super::Mode::Merge
    }
}

impl<'m> RowView<'m> {
    /// The field on a side, where the cell is one.
    pub fn field(self, side: Side) -> Option<FieldView<'m>> {
        let id = self.row.cells.get(side).field()?;
        self.sync.field(side, id)
    }

    /// The lane that writes a side, with the field that it writes.
    pub fn writes(self, side: Side) -> Option<(&'m Lane, FieldView<'m>)> {
        Some((self.row.lanes.get(!side).as_ref()?, self.field(side)?))
    }

    /// The lane that starts at a side.
    pub const fn lane(self, from: Side) -> Option<&'m Lane> {
        self.row.lanes.get(from).as_ref()
    }

    /// Whether values travel both ways.
    pub const fn two_way(self) -> bool {
        self.row.lanes.left.is_some() && self.row.lanes.right.is_some()
    }

    /// Whether it is the currency that travels with an amount, and stands in the amount's row.
    pub fn is_companion(self) -> bool {
        !self.row.head.contains(self.row.arrow.span)
    }

    /// Whether its way back is not known: a side of it is computed, or its function has no inverse.
    pub fn cannot_go_back(self) -> bool {
        let computed = |side| matches!(self.row.cells.get(side).node, super::CellKind::Computed(_));
        let via = self.row.via.as_ref().map(|v| &v.kind);
        Side::BOTH.into_iter().any(computed) || matches!(via, Some(super::ViaKind::OneWay(_)))
    }

    /// Whether it brings its value as it is, without function, map or reference.
    pub fn passes(self, from: Side) -> bool {
        self.lane(from)
            .is_some_and(|l| matches!(l.value.node, super::ExprKind::Input))
    }

    /// The map that it applies, where that one depends on another row.
    pub fn dependent_map(self) -> Option<(super::MapId, &'m super::Within)> {
        let Some(super::ViaKind::Map(id)) = self.row.via.as_ref().map(|v| &v.kind) else {
            return None;
        };
        let map = self.sync.model.maps.get(id.index())?;
        Some((*id, map.within.as_ref()?))
    }

    /// The row of its sync with the values on which those of its map depend; none where no row has them.
    pub fn controller(self) -> Option<Self> {
        use super::{Controller, ViaKind};
        let (_, within) = self.dependent_map()?;
        let name = within.name.node.as_str();
        if within.by == Controller::Unknown {
            return None;
        }
        let applies = |row: &Self| match (within.by, row.row.via.as_ref().map(|v| &v.kind)) {
            (Controller::Map(map), Some(ViaKind::Map(applied))) => map == *applied,
            (Controller::Table(table), Some(ViaKind::Normalize(applied))) => table == *applied,
            _ => false,
        };
        let is_called = |row: &Self| {
            let mut fields = Side::BOTH.into_iter().filter_map(|s| row.field(s));
            fields.any(|f| f.name() == name)
        };
        let applying = self.sync.rows().find(applies);
        applying.or_else(|| self.sync.rows().find(is_called))
    }

    /// Who wins a conflict: what the row states, else the sync's truth.
    pub fn authority(self) -> Option<Authority> {
        match &self.row.authority {
            Some(stated) => Some(stated.node),
            None => self
                .sync
                .sync
                .truth
                .as_ref()
                .map(|t| Authority::Wins(t.node)),
        }
    }
}

impl<'m> FieldView<'m> {
    /// `salesforce.Account.Tier__c`.
    pub fn full_name(self) -> SmolStr {
        format_smolstr!(
            "{}.{}.{}",
            self.system.name.node,
            self.object.name,
            self.field.name
        )
    }

    /// The API name.
    pub fn name(self) -> &'m str {
        self.field.name.as_str()
    }

    /// The kind of its values.
    pub fn kind(self) -> Kind {
        self.field.ty.kind()
    }

    /// Whether it holds an amount of money.
    pub fn is_amount(self) -> bool {
        self.field.ty == crate::catalog::FieldType::Currency
    }

    /// The field of its object that says in what currency amounts are.
    pub fn currency_code(self) -> Option<Self> {
        let names = self.system.profile.currency_codes.iter();
        let field = names.copied().find_map(|n| self.object.field(n))?;
        let object = self.id.object;
        self.model.field(FieldRef { object, field })
    }

    /// Whether it says what a person has agreed to, or declined, as far as its name or label tells.
    pub fn is_consent(self) -> bool {
        const WORDS: &[&str] = &[
            "optout",
            "optedout",
            "optin",
            "consent",
            "unsubscribe",
            "donotcall",
            "legalbasis",
        ];
        self.is_called(WORDS)
    }

    /// The value of a box that declines, as far as the name or label of the field tells: true of an opt-out, false of an
    /// opt-in; none where it is about neither.
    pub fn declines(self) -> Option<bool> {
        const OUT: &[&str] = &["optout", "optedout", "unsubscribe", "donotcall"];
        const IN: &[&str] = &["optin", "optedin", "consent"];
        if self.is_called(OUT) {
            Some(true)
        } else {
            self.is_called(IN).then_some(false)
        }
    }

    /// Whether it names the person to whom a record belongs, as far as its name or label tells.
    pub fn is_owner(self) -> bool {
        !self.field.references.is_empty() && self.is_called(&["owner"])
    }

    fn is_called(self, words: &[&str]) -> bool {
        let letters = |s: &str| {
            s.chars()
                .filter(|c| c.is_alphanumeric())
                .flat_map(char::to_lowercase)
                .collect::<String>()
        };
        let (name, label) = (letters(&self.field.name), letters(&self.field.label));
        words.iter().any(|w| name.contains(w) || label.contains(w))
    }

    /// Whether a record cannot be without it.
    pub const fn never_blank(self) -> bool {
        self.field.required || !self.field.nillable
    }

    /// Whether it is a box that people tick: never blank, what nobody ticked is false.
    pub fn is_box(self) -> bool {
        self.kind() == Kind::Bool && !self.field.nillable && !self.field.calculated
    }

    /// The list of its values, where it has one that can be checked.
    pub fn picklist(self) -> Option<&'m Picklist> {
        self.field
            .picklist
            .as_deref()
            .filter(|p| !p.external && !p.values.is_empty())
    }

    /// The values that people can choose: active and visible.
    pub fn choices(self) -> impl Iterator<Item = &'m PickValue> {
        self.picklist()
            .into_iter()
            .flat_map(|p| &p.values)
            .filter(|v| v.active && !v.hidden)
    }

    /// Whether the platform refuses a value that is not in the list; otherwise it stores it, and reports count it apart.
    pub fn rejects_unknown(self) -> bool {
        self.picklist().is_some_and(|p| p.restricted)
    }

    /// Whether no two records can have the same value.
    pub fn identifies(self) -> bool {
        self.field.unique || self.field.ty == FieldType::Id
    }

    /// Whether the platform makes or finds a record by its value in one step.
    pub fn upserts(self) -> bool {
        match self.system.profile.upsert {
            Upsert::ExternalId => self.field.external_id || self.field.id_lookup,
            Upsert::Unique => self.field.unique,
            Upsert::Any => true,
        }
    }
}
