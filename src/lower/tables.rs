//! Picklist maps and normalisation tables, those that rows use.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use super::Cx;
use crate::model::{MapId, NormalizeId, NormalizeTable, PicklistMap};
use crate::plan::{Fallback, Normalizer, ValueMap};
use crate::side::Side;
use crate::source::Spanned;
use crate::value::library::Folding;
use crate::value::{Kind, Value, read_text};

/// Between a controlling value and the value that depends on it.
const WITHIN: char = '\u{1f}';

impl Cx<'_> {
    /// Remembers a map, and gives its name in the plan.
    pub fn map_name(&mut self, id: MapId) -> SmolStr {
        self.maps.insert(id);
        let names = self.model.maps.iter().map(|m| &m.name);
        self.unique(names, id.index())
    }

    /// Remembers a table, and gives its name in the plan.
    pub fn table_name(&mut self, id: NormalizeId) -> SmolStr {
        self.normalizers.insert(id);
        let names = self.model.normalizers.iter().map(|m| &m.name);
        self.unique(names, id.index())
    }

    /// The declared name; with the file before it where another file has the same name.
    fn unique<'n>(
        &self,
        names: impl Iterator<Item = &'n Spanned<SmolStr>> + Clone,
        at: usize,
    ) -> SmolStr {
        let Some(own) = names.clone().nth(at) else {
            return SmolStr::default();
        };
        if names.filter(|n| n.node == own.node).count() == 1 {
            return own.node.clone();
        }
        let path = self.origin(own.span).file;
        format_smolstr!("{}.{}", path.trim_end_matches(".sync"), own.node)
    }

    /// The maps that were named.
    pub fn lower_maps(&mut self) -> BTreeMap<SmolStr, ValueMap> {
        let mut out = BTreeMap::new();
        for id in self.maps.clone() {
            let Some(map) = self.model.maps.get(id.index()) else {
                continue;
            };
            let lowered = ValueMap {
                origin: self.origin(map.name.span),
                forward: self.direction(map, Side::Left),
                backward: self.direction(map, Side::Right),
                otherwise: crate::side::Sides::new(Side::Left, Side::Right).map(|from| {
                    let stated = map.otherwise.get(from).as_ref();
                    stated.map(|o| self.fallback(map, from, &o.fallback))
                }),
                within: map.within.is_some(),
            };
            out.insert(self.map_name(id), lowered);
        }
        out
    }

    /// From a value of a side to the one that is written for it: the first row that takes it, its first value.
    fn direction(&self, map: &PicklistMap, from: Side) -> BTreeMap<SmolStr, Value> {
        let mut out = BTreeMap::new();
        for row in map.rows.iter().filter(|r| r.arrow.goes_from(from)) {
            let Some(image) = row.values.get(!from).first() else {
                continue;
            };
            for value in row.values.get(from) {
                let key = match &row.within {
                    Some(outer) => {
                        format_smolstr!("{}{WITHIN}{}", outer.get(from).value, value.value)
                    }
                    None => value.value.clone(),
                };
                let image = self.typed(map, !from, Value::text(&image.value));
                out.entry(key).or_insert(image);
            }
        }
        out
    }

    fn fallback(&self, map: &PicklistMap, from: Side, stated: &Fallback) -> Fallback {
        match stated {
            Fallback::Value(value) => Fallback::Value(self.typed(map, !from, value.clone())),
            other => other.clone(),
        }
    }

    /// A value in the kind of the fields that a map writes on a side; members of sets stay texts.
    fn typed(&self, map: &PicklistMap, side: Side, value: Value) -> Value {
        let fields = &map.ends.get(side).fields;
        let mut kinds = fields
            .iter()
            .filter_map(|f| self.model.field(*f))
            .map(|f| f.kind());
        match (kinds.next(), &value) {
            (Some(kind), Value::Text(text))
                if !matches!(kind, Kind::Text | Kind::Set) && kinds.all(|k| k == kind) =>
            {
                read_text(kind, text).unwrap_or(value)
            }
            _ => value,
        }
    }

    /// The tables that were named.
    pub fn lower_normalizers(&mut self) -> BTreeMap<SmolStr, Normalizer> {
        let mut out = BTreeMap::new();
        for id in self.normalizers.clone() {
            let Some(table) = self.model.normalizers.get(id.index()) else {
                continue;
            };
            let folding = table.folding();
            let otherwise = table.otherwise.as_ref();
            let lowered = Normalizer {
                origin: self.origin(table.name.span),
                ignore_case: folding.case,
                ignore_punctuation: folding.punctuation,
                ignore_accents: folding.accents,
                table: spellings(table, folding),
                otherwise: otherwise.map_or(Fallback::Keep, |o| o.fallback.clone()),
            };
            out.insert(self.table_name(id), lowered);
        }
        out
    }
}

/// Folded variants with their spellings. A spelling is its own variant, whatever the rows say of it.
fn spellings(table: &NormalizeTable, folding: Folding) -> BTreeMap<SmolStr, SmolStr> {
    let mut out = BTreeMap::new();
    for row in &table.rows {
        let spelling = &row.output.value;
        out.entry(folding.fold(spelling).into())
            .or_insert_with(|| spelling.clone());
    }
    for row in &table.rows {
        for variant in &row.variants {
            out.entry(folding.fold(&variant.value).into())
                .or_insert_with(|| row.output.value.clone());
        }
    }
    out
}
