//! Ids: positions in the arenas of the model and of its catalogs.

use crate::catalog::{FieldIdx, ObjectIdx};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The id as a position.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        })*
    };
}

ids! {
    /// A system of [`Model::systems`](super::Model::systems).
    SystemId
    /// A map of [`Model::maps`](super::Model::maps).
    MapId
    /// A table of [`Model::normalizers`](super::Model::normalizers).
    NormalizeId
    /// A sync of [`Model::syncs`](super::Model::syncs).
    SyncId
    /// A relation of [`Model::relations`](super::Model::relations).
    RelationId
    /// A block of shared rows, by its order in the project.
    FieldsId
}

/// An object of a system's catalog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// The system.
    pub system: SystemId,
    /// The object in the system's catalog.
    pub object: ObjectIdx,
}

/// A field of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldRef {
    /// The object.
    pub object: ObjectRef,
    /// The field in the object.
    pub field: FieldIdx,
}

/// A row of a sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId {
    /// The sync.
    pub sync: SyncId,
    /// Position in its rows.
    pub row: u32,
}
