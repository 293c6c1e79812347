//! Short cuts for those who read the tree.

use super::{Block, Row, SyntaxTree};
use super::{Expr, ExprKind, Fields, Item, Name, Relation, Sync, SyncLine};

impl SyntaxTree {
    /// The items that could be read, in order.
    pub fn sound(&self) -> impl Iterator<Item = &Item> {
        self.items
            .iter()
            .map(|line| &line.node)
            .filter(|item| !matches!(item, Item::Broken))
    }
}

impl Item {
    /// The name that the item gives to something, where it gives one that others can refer to.
    pub const fn name(&self) -> Option<&Name> {
        match self {
            Self::System(i) => Some(&i.name),
            Self::Const(i) => Some(&i.name),
            Self::Function(i) => Some(&i.name),
            Self::Picklist(i) => Some(&i.name),
            Self::Normalize(i) => Some(&i.name),
            Self::Sync(i) => Some(&i.name),
            Self::Fields(i) => Some(&i.name),
            Self::Relation(i) => Some(&i.name),
            Self::Lifecycle(i) => Some(&i.name),
            Self::Metric(i) => Some(&i.name),
            Self::Signoff(i) => Some(&i.name),
            Self::Test(i) => Some(&i.name),
            Self::Use(_) | Self::Model(_) | Self::Budget(_) | Self::Volume(_) | Self::Route(_) => {
                None
            }
            Self::Automation(_) | Self::Allow(_) | Self::Broken => None,
        }
    }
}

fn rows(body: &Block<SyncLine>) -> impl Iterator<Item = &Row> {
    body.nodes().filter_map(|line| {
        if let SyncLine::Row(row) = line {
            Some(row)
        } else {
            None
        }
    })
}

impl Sync {
    /// Its own rows, those of its `fields` not included.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        rows(&self.body)
    }
}

impl Fields {
    /// Its own rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        rows(&self.body)
    }
}

impl Relation {
    /// Its rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        rows(&self.body)
    }
}

impl Expr {
    /// The expression without the parentheses around it.
    pub fn ungrouped(&self) -> &Self {
        let mut expr = self;
        while let ExprKind::Group(inner) = &expr.node {
            expr = inner;
        }
        expr
    }
}
