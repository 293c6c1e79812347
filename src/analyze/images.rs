//! What a map can write where a row applies it, held against the list of the row's target.

use super::{Applied, range, standing};
use crate::model::{Catalogued, Model};

/// The values that an applied map can write and that its target does not list as active, in the order of the map.
pub fn unknown_images<'m>(model: &'m Model, applied: &Applied) -> Vec<&'m str> {
    let map = model.maps.get(applied.map.index());
    let target = applied.target.and_then(|t| model.field(t));
    let (Some(map), Some(target), Some(row)) = (map, target, model.row(applied.row)) else {
        return Vec::new();
    };
    let possible = range(row, applied.from).values;
    let mut values = Vec::new();
    for row in map.rows.iter().filter(|r| r.arrow.goes_from(applied.from)) {
        let Some(image) = row.values.get(!applied.from).first() else {
            continue;
        };
        let image = image.value.as_str();
        let known = matches!(
            standing(target, image).0,
            Catalogued::Active | Catalogued::Unlisted
        );
        if !known && possible.iter().any(|v| v == image) && !values.contains(&image) {
            values.push(image);
        }
    }
    values
}
