//! What a formula is: a tree of operators, calls and references, each with its place in the text.

use std::ops::Range;

use smol_str::SmolStr;

/// A formula that has been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Formula {
    /// What it computes.
    pub root: Expr,
}

/// An expression, and its place in the text of the formula, in bytes.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it is.
    pub node: Node,
    /// Where it is written.
    pub span: Range<usize>,
}

/// Two expressions are equal if they say the same, wherever they are written.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

/// The forms of an expression. One meaning has one form: `a || b || c` is the call `OR(a, b, c)`, `a && b` is
/// `AND(a, b)`, `!a` and `NOT a` are `NOT(a)`; brackets are gone.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A text, without its quotes and escapes.
    Text(SmolStr),
    /// A number as it is written: digits, at most one point.
    Number(SmolStr),
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// `NULL`.
    Null,
    /// A field, a variable or a global.
    Reference(Reference),
    /// A function; its name is in upper case.
    Call {
        /// Its name: `ISPICKVAL`.
        function: SmolStr,
        /// The arguments.
        arguments: Vec<Expr>,
    },
    /// A sign before an operand; true for a minus.
    Sign {
        /// Whether it is a minus.
        minus: bool,
        /// The operand.
        operand: Box<Expr>,
    },
    /// An operator between two operands.
    Binary {
        /// The operator.
        operator: Operator,
        /// The left operand.
        left: Box<Expr>,
        /// The right operand.
        right: Box<Expr>,
    },
    /// Named parameters in square brackets, as `URLFOR` takes them.
    Pairs(Vec<(SmolStr, Expr)>),
}

/// Something that a formula reads: the parts of `Account.Owner.Name`, `$User.Id`, `{!Loop.Field__c}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// The names between the dots, as they are written; never empty.
    pub path: Vec<SmolStr>,
    /// Whether it is written in the braces of flows.
    pub merge: bool,
}

impl Reference {
    /// The first name if it is a global such as `$User`, `$Record` or `$Record__Prior`.
    pub fn global(&self) -> Option<&str> {
        let first = self.path.first()?;
        first.starts_with('$').then_some(first.as_str())
    }

    /// Whether two references name the same: case does not matter in the names of Salesforce.
    pub fn names_the_same(&self, other: &Self) -> bool {
        self.merge == other.merge
            && self.path.len() == other.path.len()
            && self
                .path
                .iter()
                .zip(&other.path)
                .all(|(a, b)| a.eq_ignore_ascii_case(b))
    }
}

/// An operator between two operands, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=` or `==`.
    Equal,
    /// `<>` or `!=`.
    Unequal,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `+`: numbers, days to a date, or texts.
    Add,
    /// `-`.
    Subtract,
    /// `&`: texts.
    Concatenate,
    /// `^`. Looser than `*` and `/`: `2 * 3 ^ 2` is 36.
    Power,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
}

impl Operator {
    /// Whether it compares two values, and gives true or false.
    pub const fn is_comparison(self) -> bool {
        matches!(
            self,
            Self::Equal
                | Self::Unequal
                | Self::Less
                | Self::LessOrEqual
                | Self::Greater
                | Self::GreaterOrEqual
        )
    }

    /// How it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Unequal => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Concatenate => "&",
            Self::Power => "^",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }

    /// How tightly it binds; `||` and `&&` are 1 and 2. All of them group from the left.
    pub(super) const fn strength(self) -> u8 {
        match self {
            Self::Equal | Self::Unequal => 3,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 4,
            Self::Add | Self::Subtract | Self::Concatenate => 5,
            Self::Power => 6,
            Self::Multiply | Self::Divide => 7,
        }
    }
}

impl Formula {
    /// What it reads, in the order of the text, each once.
    pub fn fields(&self) -> Vec<&Reference> {
        let mut found: Vec<&Reference> = Vec::new();
        self.root.visit(&mut |e| {
            if let Some(reference) = e.as_reference()
                && !found.iter().any(|f| f.names_the_same(reference))
            {
                found.push(reference);
            }
        });
        found
    }

    /// Whether it calls a function, named in upper case.
    pub fn calls(&self, function: &str) -> bool {
        self.root.calls(function)
    }

    /// Whether it looks at the record before the change: `ISCHANGED`, `PRIORVALUE`, `ISNEW`, `ISCLONE`, `$Record__Prior`.
    pub fn reads_the_past(&self) -> bool {
        let prior = |r: &&Reference| {
            r.global()
                .is_some_and(|g| g.eq_ignore_ascii_case("$Record__Prior"))
        };
        ["ISCHANGED", "PRIORVALUE", "ISNEW", "ISCLONE"]
            .iter()
            .any(|f| self.calls(f))
            || self.fields().iter().any(prior)
    }
}

impl Expr {
    /// Calls a function on this expression and on all within it, outermost first, left to right.
    pub fn visit<'a>(&'a self, f: &mut impl FnMut(&'a Self)) {
        f(self);
        match &self.node {
            Node::Text(_) | Node::Number(_) | Node::Bool(_) | Node::Null | Node::Reference(_) => {}
            Node::Call { arguments, .. } => arguments.iter().for_each(|e| e.visit(f)),
            Node::Sign { operand, .. } => operand.visit(f),
            Node::Binary { left, right, .. } => {
                left.visit(f);
                right.visit(f);
            }
            Node::Pairs(pairs) => pairs.iter().for_each(|(_, e)| e.visit(f)),
        }
    }

    /// The expression with other ones in the place of those that are told of, outermost first, left to right; nothing is looked
    /// for within what is put there.
    #[must_use]
    pub fn replaced(&self, with: &mut impl FnMut(&Self) -> Option<Self>) -> Self {
        if let Some(other) = with(self) {
            return other;
        }
        let mut boxed = |e: &Self| Box::new(e.replaced(with));
        let node = match &self.node {
            Node::Call {
                function,
                arguments,
            } => Node::Call {
                function: function.clone(),
                arguments: arguments.iter().map(|a| a.replaced(with)).collect(),
            },
            Node::Sign { minus, operand } => Node::Sign {
                minus: *minus,
                operand: boxed(operand),
            },
            Node::Binary {
                operator,
                left,
                right,
            } => Node::Binary {
                operator: *operator,
                left: boxed(left),
                right: boxed(right),
            },
            Node::Pairs(pairs) => {
                let pairs = pairs.iter();
                Node::Pairs(pairs.map(|(n, e)| (n.clone(), e.replaced(with))).collect())
            }
            plain => plain.clone(),
        };
        Self {
            node,
            span: self.span.clone(),
        }
    }

    /// The reference, if it is one.
    pub const fn as_reference(&self) -> Option<&Reference> {
        match &self.node {
            Node::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.node {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is a call of a function, named in upper case, or has one in it.
    pub fn calls(&self, function: &str) -> bool {
        let mut found = false;
        self.visit(&mut |e| found |= e.as_call(function).is_some());
        found
    }

    /// The arguments, if it is a call of this function, named in upper case.
    pub fn as_call(&self, name: &str) -> Option<&[Self]> {
        match &self.node {
            Node::Call {
                function,
                arguments,
            } if function == name => Some(arguments),
            _ => None,
        }
    }

    /// The reference and the text, if it tests a picklist for one value: `ISPICKVAL(Stage, "Won")`, `TEXT(Stage) = "Won"`,
    /// or `Stage = "Won"` as flows write it, in either order.
    pub fn as_picklist_test(&self) -> Option<(&Reference, &str)> {
        if let Some([field, value]) = self.as_call("ISPICKVAL") {
            return Some((field.as_reference()?, value.as_text()?));
        }
        let Node::Binary {
            operator: Operator::Equal,
            left,
            right,
        } = &self.node
        else {
            return None;
        };
        match (left.as_text(), right.as_text()) {
            (None, Some(text)) => Some((left.picklist()?, text)),
            (Some(text), None) => Some((right.picklist()?, text)),
            _ => None,
        }
    }

    /// The reference itself, or the one in `TEXT(…)`.
    fn picklist(&self) -> Option<&Reference> {
        match self.as_call("TEXT") {
            Some([field]) => field.as_reference(),
            Some(_) => None,
            None => self.as_reference(),
        }
    }
}
