//! `within`: the map, table or field on whose values those of another map depend.
//!
//! A name comes in with the ends of its map; what it stands for goes out, and the rows that lack what their map depends on are
//! told. Which values stand under which is not asked here.

use smol_str::SmolStr;

use super::lookup::Cx;
use super::rules::unknown_name;
use super::symbols::{Space, Symbol};
use crate::model::{Controller, MapEnd, MapId, RowView, Within};
use crate::side::{Side, Sides};
use crate::source::Spanned;
use crate::syntax::ast::Name;

impl Cx<'_> {
    /// What `within` names: a map, a table, or a field beside those of the map.
    pub(super) fn within(&mut self, name: &Name, ends: &Sides<MapEnd>) -> Within {
        let by = match self.symbol(Space::Map, &name.text) {
            Some(Symbol::Map(map)) => Controller::Map(map),
            Some(Symbol::Normalize(table)) => Controller::Table(table),
            Some(Symbol::Poisoned) => Controller::Unknown,
            _ => self.field_beside(name, ends),
        };
        Within {
            name: Spanned::new(name.text.clone(), name.span),
            by,
        }
    }

    /// A field of an object that a map is declared for. Where no fields are declared, the rows that apply the map tell.
    fn field_beside(&mut self, name: &Name, ends: &Sides<MapEnd>) -> Controller {
        let fields = Side::BOTH.into_iter().flat_map(|s| &ends.get(s).fields);
        let mut objects: Vec<_> = fields.map(|f| f.object).collect();
        objects.dedup();
        let found = |o| self.find_field(o, &name.text).is_some();
        if objects.is_empty() || objects.iter().any(|o| found(*o)) {
            return Controller::Field;
        }
        if self.elsewhere(Space::Map, &name.text).is_some() {
            self.unknown(Space::Map, Space::Map.word(), name);
            return Controller::Unknown;
        }
        let mut known = self.visible(Space::Map);
        self.meant(self.module, &name.text, &known);
        let objects = objects.iter().filter_map(|o| self.model.object(*o));
        known.extend(objects.flat_map(|o| &o.fields).map(|f| f.name.clone()));
        let known = known.iter().map(SmolStr::as_str);
        let finding = unknown_name::describe("map or field", name, known);
        self.sink.push(finding);
        Controller::Unknown
    }
}

/// Tells maps that depend on themselves, once a circle, and rows beside which no row has what their map depends on, once a map.
/// Such a map depends on something unknown from here on.
pub(super) fn controllers(cx: &mut Cx<'_>) {
    if cx.model.maps.iter().all(|map| map.within.is_none()) {
        return;
    }
    let mut amiss: Vec<MapId> = Vec::new();
    let mut found = Vec::new();
    for row in cx.model.rows() {
        let Some((map, within)) = row.dependent_map() else {
            continue;
        };
        if amiss.contains(&map) || within.by == Controller::Unknown {
            continue;
        }
        let sync = row.sync.sync;
        let circle = around(row);
        if row.controller().is_none() && !cx.is_unread(sync.span) {
            amiss.push(map);
            found.push(unknown_name::no_controller(within, &sync.name.node, row));
        } else if !circle.is_empty() {
            let maps = circle.iter().filter_map(|r| r.dependent_map());
            let members = maps.filter_map(|(id, within)| {
                let map = cx.model.maps.get(id.index())?;
                Some((map.name.node.clone(), within.name.span))
            });
            found.push(unknown_name::circle(&members.collect::<Vec<_>>()));
            amiss.extend(circle.iter().filter_map(|r| Some(r.dependent_map()?.0)));
        }
    }
    for map in amiss {
        let map = cx.model.maps.get_mut(map.index());
        if let Some(within) = map.and_then(|m| m.within.as_mut()) {
            within.by = Controller::Unknown;
        }
    }
    found.into_iter().for_each(|f| cx.sink.push(f));
}

/// The rows by which the values of a row depend on themselves, the row first; none where they do not.
fn around(row: RowView<'_>) -> Vec<RowView<'_>> {
    let mut path = vec![row];
    let mut at = row.controller();
    while let Some(next) = at {
        if next.id == row.id {
            return path;
        }
        if path.iter().any(|r| r.id == next.id) {
            break;
        }
        path.push(next);
        at = next.controller();
    }
    Vec::new()
}
