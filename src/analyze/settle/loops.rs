//! Loops among the silent steps of a space, and the longest way to rest where there are none.
//!
//! Strongly connected parts by Tarjan's algorithm (Depth-first search and linear graph algorithms, 1972), layer by layer: a
//! layer is closed under silent steps, so no loop leads from an earlier layer into a later one. Parts come out last ones
//! first, so the longest ways are known of all that a part leads to. A loop over a value that stands for all beyond the last
//! one is none: it counts as a way without an end.

use super::space::Space;

/// What is known of the silent steps so far.
#[derive(Debug, Default)]
pub(super) struct Loops {
    /// By node of a closed layer: the most rounds that write until rest.
    rest: Vec<u32>,
    /// By node of a closed layer: the most rounds until rest in which a row writes, or a rule runs later.
    moves: Vec<u32>,
    /// By node: when it was met; 0 is never.
    met: Vec<u32>,
    low: Vec<u32>,
    closed: Vec<bool>,
    clock: u32,
    open: Vec<u32>,
}

impl Loops {
    /// Closes a layer. The nodes of its parts in which something moves for ever; empty where there are none.
    pub fn close(&mut self, space: &Space<'_, '_>, layer: &[u32]) -> Vec<u32> {
        let count = space.nodes.len();
        self.rest.resize(count, 0);
        self.moves.resize(count, 0);
        self.met.resize(count, 0);
        self.low.resize(count, 0);
        self.closed.resize(count, false);
        let mut moving = Vec::new();
        for node in layer {
            if read(&self.met, *node) == 0 {
                self.search(space, *node, &mut moving);
            }
        }
        moving.sort_unstable();
        moving
    }

    /// The most rounds that write until rest, from any state.
    pub fn longest(&self) -> u32 {
        self.rest.iter().copied().max().unwrap_or(0)
    }

    /// The nodes of a closed layer from which something moves in at least so many rounds, in their order.
    pub fn late(&self, layer: &[u32], rounds: u32) -> Vec<u32> {
        let late = layer.iter().copied().filter(|n| self.moves(*n) >= rounds);
        let mut late: Vec<u32> = late.collect();
        late.sort_unstable();
        late
    }

    /// The most rounds from a node until rest in which something moves.
    pub fn moves(&self, node: u32) -> u32 {
        read(&self.moves, node)
    }

    fn search(&mut self, space: &Space<'_, '_>, root: u32, moving: &mut Vec<u32>) {
        let mut path: Vec<(u32, usize)> = vec![(root, 0)];
        self.enter(root);
        while let Some((node, step)) = path.last_mut() {
            let (node, edges) = (*node, space.steps(*node));
            if let Some(edge) = edges.get(*step) {
                *step += 1;
                if read(&self.met, edge.to) == 0 {
                    self.enter(edge.to);
                    path.push((edge.to, 0));
                } else if !read(&self.closed, edge.to) {
                    let low = read(&self.low, node).min(read(&self.met, edge.to));
                    write(&mut self.low, node, low);
                }
                continue;
            }
            path.pop();
            let low = read(&self.low, node);
            if let Some((parent, _)) = path.last() {
                let parent = *parent;
                let least = read(&self.low, parent).min(low);
                write(&mut self.low, parent, least);
            }
            if low == read(&self.met, node) {
                self.part(space, node, moving);
            }
        }
    }

    fn enter(&mut self, node: u32) {
        self.clock += 1;
        write(&mut self.met, node, self.clock);
        write(&mut self.low, node, self.clock);
        self.open.push(node);
    }

    /// A part is complete: all that was met since its root.
    fn part(&mut self, space: &Space<'_, '_>, root: u32, moving: &mut Vec<u32>) {
        let first = self.open.iter().rposition(|n| *n == root).unwrap_or(0);
        let part = self.open.split_off(first);
        let (mut writes, mut motions) = (0, 0);
        let mut moves = false;
        for edge in part.iter().flat_map(|n| space.steps(*n)) {
            // What is not closed yet is of this part.
            if read(&self.closed, edge.to) {
                writes = writes.max(read(&self.rest, edge.to) + u32::from(edge.wrote));
                motions = motions.max(self.moves(edge.to) + u32::from(edge.moved));
            } else {
                moves |= edge.moved;
            }
        }
        // where a value stands for others, the way back is none of theirs: they go on
        if moves && part.iter().any(|n| space.is_beyond(*n)) {
            let endless = space.limits.rounds;
            (writes, motions, moves) = (writes.max(endless), motions.max(endless), false);
        }
        for node in &part {
            write(&mut self.rest, *node, writes);
            write(&mut self.moves, *node, motions);
            write(&mut self.closed, *node, true);
        }
        if moves {
            moving.extend(part);
        }
    }
}

fn read<T: Copy + Default>(list: &[T], at: u32) -> T {
    list.get(at as usize).copied().unwrap_or_default()
}

fn write<T>(list: &mut [T], at: u32, value: T) {
    super::state::put(list, at as usize, value);
}
