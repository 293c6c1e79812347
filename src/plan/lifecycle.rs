//! Lifecycles: stages that show in records of both systems which belong to one hub, and the moves between them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Expr, Origin};

/// Stages as rows over columns, and who may move a cluster from one to another. A cluster is a record of the hub column's object with
/// the records that its links and relations lead to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lifecycle {
    /// The declared name.
    pub name: SmolStr,
    /// Where it is declared.
    pub origin: Origin,
    /// Changes whenever anything else in it changes: what is remembered under another digest is recovered.
    pub digest: SmolStr,
    /// The columns, in the order of the spec. One of them is the hub.
    pub columns: Vec<StageColumn>,
    /// The stages, from the first to the last.
    pub stages: Vec<StageRow>,
    /// What conditions read, by the names that they use: all records of a cluster are one record to them, and its members are these.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub members: BTreeMap<SmolStr, Member>,
    /// The permitted moves.
    pub moves: Vec<StageMove>,
    /// The system whose move counts where both moved, and neither move follows on the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truth: Option<SmolStr>,
}

impl Lifecycle {
    /// The column of the hub.
    pub fn hub(&self) -> Option<&StageColumn> {
        self.columns.iter().find(|c| c.found == Found::Hub)
    }
}

/// A field in which the stage shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StageColumn {
    /// The declared name.
    pub name: SmolStr,
    /// The object, as a key of [`Plan::objects`](super::Plan::objects).
    pub object: SmolStr,
    /// The field.
    pub field: SmolStr,
    /// How a cluster's record is found.
    pub found: Found,
    /// The field that is true once a record was converted, where the platform converts records of the object. Such a record is read,
    /// and never written again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub converted: Option<SmolStr>,
}

/// How the record of a column is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It is the hub.
    Hub,
    /// This sync links it with the hub.
    Linked(SmolStr),
    /// Records of an object between both name it. It is read, and never written: which of several records somebody is in says where
    /// they are, and a move elsewhere leaves it as it is.
    Through(Through),
}

/// Records that lead from a hub to records of a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Through {
    /// The object of the records between both.
    pub object: SmolStr,
    /// Its reference to the near record.
    pub near: SmolStr,
    /// Its reference to the column's record.
    pub far: SmolStr,
    /// The sync that links the near record with the hub.
    pub sync: SmolStr,
    /// Which of several decides: the first of these of which there is any.
    pub choice: Vec<Pick>,
    /// The values of the column in which a record is closed.
    pub closed: Vec<SmolStr>,
}

/// Which of several records decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Pick {
    /// Which.
    pub rank: Rank,
    /// Of which ones; of all where it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<StageState>,
}

/// A place among several records. Of equals the one that changed last is taken, then that of the first id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// The one in the last stage.
    Furthest,
    /// The one that changed last.
    Latest,
    /// The one that was made first.
    Earliest,
}

/// Whether a record is still on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StageState {
    /// It is.
    Open,
    /// It is not.
    Closed,
}

/// A stage: what each column shows in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StageRow {
    /// Its name.
    pub name: SmolStr,
    /// The values of each column, the first of which is written; where there is none, nothing is.
    pub cells: Vec<Vec<SmolStr>>,
}

/// A move that a system may make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StageMove {
    /// The stage that is left.
    pub from: SmolStr,
    /// The stage that is entered.
    pub to: SmolStr,
    /// The system that may make it.
    pub by: SmolStr,
    /// Only by the conversion of a record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conversion: bool,
    /// When it is permitted: a condition over one record on the left, that of the lifecycle's members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    /// A field that does not move backwards is cleared, and set then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clear_first: bool,
}

/// What a condition may read of a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "compiler", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Member {
    /// A field of the record of a column.
    Field {
        /// The column.
        column: SmolStr,
        /// The field.
        field: SmolStr,
        /// A condition asks whether it has changed since the cluster was last settled: its value is remembered.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        watched: bool,
    },
    /// The instant at which a stage was entered last.
    Entered(SmolStr),
}
