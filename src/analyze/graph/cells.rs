//! Numbers for the cells of a model, so that what is known of each stands in a table.

use crate::model::{FieldRef, Model};

/// A value for every cell: every field of every object that the systems of a model have.
pub(super) struct Table<T> {
    /// Where the fields of an object begin, by system and object.
    first: Vec<Vec<usize>>,
    values: Vec<T>,
}

impl<T: Clone> Table<T> {
    /// The same value for every cell.
    pub fn new(model: &Model, value: T) -> Self {
        let mut count = 0;
        let mut of_system = |catalog: Option<usize>| -> Vec<usize> {
            let catalog = catalog.and_then(|at| model.catalogs.at(at));
            let objects = catalog.into_iter().flat_map(|c| &c.objects);
            objects
                .map(|object| {
                    let first = count;
                    count += object.fields.len();
                    first
                })
                .collect()
        };
        let first = model.systems.iter().map(|s| of_system(s.catalog)).collect();
        Self {
            first,
            values: vec![value; count],
        }
    }

    fn number(&self, cell: FieldRef) -> Option<usize> {
        let system = self.first.get(cell.object.system.index())?;
        let first = system.get(cell.object.object.0 as usize)?;
        Some(first + cell.field.0 as usize)
    }

    pub fn get(&self, cell: FieldRef) -> Option<&T> {
        self.values.get(self.number(cell)?)
    }

    pub fn get_mut(&mut self, cell: FieldRef) -> Option<&mut T> {
        let number = self.number(cell)?;
        self.values.get_mut(number)
    }
}
