//! Circles: what can be reached from itself.

use std::collections::BTreeMap;

/// Every set of more than one node that all reach one another (Tarjan's strongly connected components), the largest
/// first.
pub(crate) fn circles<'a>(arrows: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<Vec<&'a str>> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in arrows {
        next.entry(from).or_default().push(to);
        next.entry(to).or_default();
    }
    let mut search = Search {
        next: &next,
        seen: BTreeMap::new(),
        open: Vec::new(),
        circles: Vec::new(),
    };
    for node in next.keys() {
        if !search.seen.contains_key(node) {
            search.visit(node);
        }
    }
    let mut circles = search.circles;
    circles.sort_by_key(|circle| usize::MAX - circle.len());
    circles
}

struct Search<'g, 'a> {
    next: &'g BTreeMap<&'a str, Vec<&'a str>>,
    /// When a node was met, and the earliest that it reaches.
    seen: BTreeMap<&'a str, (usize, usize)>,
    open: Vec<&'a str>,
    circles: Vec<Vec<&'a str>>,
}

impl<'a> Search<'_, 'a> {
    fn visit(&mut self, node: &'a str) -> usize {
        let met = self.seen.len();
        self.seen.insert(node, (met, met));
        self.open.push(node);
        let mut low = met;
        for to in &self.next[node] {
            let reached = match self.seen.get(to) {
                None => self.visit(to),
                Some((met, _)) if self.open.contains(to) => *met,
                Some(_) => continue,
            };
            low = low.min(reached);
        }
        self.seen.insert(node, (met, low));
        if low == met {
            let first = self.open.iter().position(|open| *open == node);
            let mut circle = self.open.split_off(first.unwrap_or_default());
            if circle.len() > 1 {
                circle.sort_unstable();
                self.circles.push(circle);
            }
        }
        low
    }
}
