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

/// Tells maps that depend on themselves, and rows beside which no row has what their map depends on; once a map. Such a map
/// depends on something unknown from here on.
pub(super) fn controllers(cx: &mut Cx<'_>) {
    let mut amiss: Vec<(MapId, _)> = Vec::new();
    for row in cx.model.rows() {
        let Some((map, within)) = row.dependent_map() else {
            continue;
        };
        let told = amiss.iter().any(|(m, _)| *m == map);
        if told || within.by == Controller::Unknown {
            continue;
        }
        let sync = row.sync.sync;
        if row.controller().is_none() && !cx.is_unread(sync.span) {
            amiss.push((
                map,
                unknown_name::no_controller(within, &sync.name.node, row),
            ));
        } else if leads_back(row) {
            amiss.push((map, unknown_name::within_itself(within)));
        }
    }
    for (map, finding) in amiss {
        let map = cx.model.maps.get_mut(map.index());
        if let Some(within) = map.and_then(|m| m.within.as_mut()) {
            within.by = Controller::Unknown;
        }
        cx.sink.push(finding);
    }
}

/// Whether the values of a row depend on themselves, by whatever rows between.
fn leads_back(row: RowView<'_>) -> bool {
    let mut at = row.controller();
    let mut seen = Vec::new();
    while let Some(next) = at {
        if next.id == row.id {
            return true;
        }
        if seen.contains(&next.id) {
            return false;
        }
        seen.push(next.id);
        at = next.controller();
    }
    false
}
