//! Every state of a course that a run can get into, breadth-first: each step done, failed, unanswered, or cut off by the
//! death of the process before and after its effect; then taken up by finishing or undoing, with a broad token or
//! without, as often as there is anything new. The walk takes any step that the table allows, not only the next one.

use std::collections::{HashMap, VecDeque};

use narrows_core::record::Phase;
use narrows_core::run::course::{Course, Fact, Mark, Marks};

use super::world::{Kind, Life, Way, Which, World};

/// A task with the tables that it obeys.
#[derive(Clone, Copy)]
pub(crate) struct Task {
    pub kind: Kind,
    pub course: Course,
    /// The table by which a connect is taken back.
    pub back: Option<Course>,
}

/// What a walk found.
pub(crate) struct Found {
    pub states: usize,
    /// The first invariant that does not hold, with the shortest way to it.
    pub broken: Option<(String, Vec<String>)>,
}

impl Task {
    /// Where it begins.
    fn starts(&self) -> Vec<World> {
        let begun = World {
            open: true,
            first: true,
            pasted: true,
            has_platform: true,
            ..World::default()
        };
        let connected = World {
            new: Life::Lives,
            new_kept: true,
            listed: Which::New,
            platform: Which::New,
            ..begun
        };
        let turning = World {
            old: Life::Lives,
            old_kept: true,
            listed: Which::Old,
            platform: Which::Old,
            ..begun
        };
        let alone = |world: World| World {
            has_platform: false,
            platform: Which::Nothing,
            ..world
        };
        let mut delivered = Marks::default();
        delivered.note("deliver", Phase::Done);
        match self.kind {
            Kind::Connect => vec![begun, alone(begun)],
            Kind::Rotate | Kind::Roll => vec![turning, alone(turning)],
            Kind::Disconnect => vec![
                connected,
                World {
                    pasted: false,
                    ..connected
                },
            ],
            Kind::Deliver => vec![World {
                platform: Which::Nothing,
                unsure: true,
                pasted: false,
                ..connected
            }],
            Kind::Sweep => vec![World {
                new_kept: false,
                listed: Which::Nothing,
                ..alone(connected)
            }],
            Kind::Extra => [begun, turning]
                .into_iter()
                .flat_map(|world| [true, false].map(|pasted| World { pasted, ..world }))
                .flat_map(|world| {
                    [Marks::default(), delivered].map(|marks| World { marks, ..world })
                })
                .collect(),
        }
    }

    /// The table that a pass goes by.
    fn table(&self, way: Way) -> &Course {
        match (way, &self.back) {
            (Way::Undo | Way::Insist, Some(back)) => back,
            _ => &self.course,
        }
    }

    /// Whether a pass of this way takes this step, if its table allows it.
    fn takes(&self, world: &World, step: &str) -> bool {
        match (self.kind, world.way) {
            // What a run made is taken back by itself where it cannot go on.
            (Kind::Connect | Kind::Rotate, Way::Finish) => step != "undo-mint" || world.first,
            (Kind::Rotate, _) => matches!(step, "undo-mint" | "destroy"),
            (Kind::Disconnect, Way::Undo) => step == "undo",
            (Kind::Disconnect, _) => step != "undo",
            // Each is made once; another of the same run has a walk of its own.
            (Kind::Extra, _) if step == "mint-extra" => !world.first || world.new == Life::No,
            _ => true,
        }
    }

    fn ways(&self) -> &'static [Way] {
        match self.kind {
            Kind::Connect | Kind::Disconnect => &[Way::Finish, Way::Undo, Way::Insist],
            Kind::Rotate => &[Way::Finish, Way::Undo],
            _ => &[Way::Finish],
        }
    }

    /// What is done between the steps and has no word: the list, and the end of the run.
    fn acts(&self, world: &World) -> Vec<(&'static str, World)> {
        let mut acts = Vec::new();
        let facts = world.facts(self.kind);
        let mut act = |name, may: bool, world: World| {
            if may {
                acts.push((name, world));
            }
        };
        let taking = match (self.kind, world.way) {
            (Kind::Connect, Way::Undo | Way::Insist) => world.marks.done("undo"),
            (Kind::Disconnect, Way::Finish | Way::Insist) => world.marks.done("nominate"),
            _ => false,
        };
        let listed = world.listed != Which::Nothing;
        let off = World {
            listed: Which::Nothing,
            unsure: false,
            ..*world
        };
        act("off the list", taking && listed, off);
        let on = World {
            listed: Which::New,
            unsure: world.has_platform && world.platform != Which::New,
            ..*world
        };
        let joins = self.kind == Kind::Connect
            && world.way == Way::Finish
            && (world.marks.begun("deliver") || !world.has_platform)
            && self.course.may(&world.marks, facts, "deliver").is_ok();
        let back = self.kind == Kind::Disconnect
            && world.way == Way::Undo
            && world.marks.done("undo")
            && self.course.may(&world.marks, facts, "undo").is_ok();
        act("on the list", joins && !listed, on);
        // What the platform holds is not known then, and the list says so.
        let again = World { unsure: true, ..on };
        act("on the list", back && *world != again, again);
        let turned = self.kind == Kind::Extra && world.marks.done("deliver-extra");
        act("in use", turned && world.listed != Which::New, on);
        let made = self.kind == Kind::Extra && world.marks.begun("mint-extra") && !world.named;
        act(
            "named",
            made,
            World {
                named: true,
                ..*world
            },
        );
        let closed = World {
            open: false,
            insisted: world.insisted || world.way == Way::Insist,
            ..*world
        };
        act("closed", self.may_close(world), closed);
        acts
    }

    fn may_close(&self, world: &World) -> bool {
        let mut marks = world.marks;
        let nothing = matches!(marks.of("mint"), Mark::Not | Mark::Failed);
        match (self.kind, world.way) {
            (Kind::Connect, Way::Finish) => {
                let listed = world.listed == Which::New && !marks.begun("undo");
                nothing || self.course.taken_back(&marks) || listed
            }
            (Kind::Connect | Kind::Disconnect, Way::Insist) => {
                marks.done("forget") && world.listed == Which::Nothing
            }
            (Kind::Connect, Way::Undo) => {
                let back = self.table(world.way);
                marks.done("undo") && back.ended(&marks)
            }
            (Kind::Disconnect, Way::Undo) => marks.done("undo") && world.unsure,
            (Kind::Disconnect, Way::Finish) => {
                self.course.ended(&marks)
                    && (world.listed == Which::Nothing || !marks.begun("nominate"))
            }
            (Kind::Rotate, _) => {
                // Kept and found again is kept, whatever the journal had time to say.
                if !world.first && (world.new_kept || marks.done("swap")) {
                    marks.note("keep", Phase::Done);
                }
                self.course.ended(&marks)
            }
            (Kind::Roll, _) => {
                let tried = !world.has_platform || marks.begun("deliver");
                !world.new_kept || self.course.ended(&marks) && (tried || !marks.begun("roll"))
            }
            (Kind::Extra, _) => world.facts(self.kind).has(Fact::Named),
            (Kind::Deliver | Kind::Sweep, _) => true,
        }
    }

    /// What others do meanwhile.
    fn weather(&self, world: &World) -> Vec<(&'static str, World)> {
        let mut weather = Vec::new();
        match self.kind {
            // Somebody deletes the value of a token that nobody uses yet.
            Kind::Connect | Kind::Rotate
                if world.new_kept && world.listed != Which::New && !world.lost =>
            {
                let lost = World {
                    new_kept: false,
                    lost: true,
                    ..*world
                };
                weather.push(("the vault loses the value", lost));
            }
            Kind::Deliver if world.listed == Which::New => {
                let rotated = World {
                    old: Life::Lives,
                    old_kept: true,
                    new: Life::Dead,
                    new_kept: false,
                    listed: Which::Old,
                    platform: Which::Old,
                    ..*world
                };
                weather.push(("a rotation went by", rotated));
            }
            Kind::Sweep if world.listed == Which::Nothing && world.new == Life::Lives => {
                let used = World {
                    new_kept: true,
                    listed: Which::New,
                    ..*world
                };
                weather.push(("a connection uses it", used));
            }
            _ => {}
        }
        weather
    }

    /// Walks every state. Stops at the first that must not be.
    pub(crate) fn walk(&self) -> Found {
        let mut from: HashMap<World, Option<(World, String)>> = HashMap::new();
        let mut queue = VecDeque::new();
        let mut open = Vec::new();
        for start in self.starts() {
            from.insert(start, None);
            queue.push_back(start);
        }
        let broken = |why: &str,
                      at: &World,
                      last: Option<String>,
                      from: &HashMap<World, Option<(World, String)>>| {
            let mut way: Vec<String> = last.into_iter().collect();
            let mut at = *at;
            while let Some(Some((before, step))) = from.get(&at) {
                way.push(step.clone());
                at = *before;
            }
            way.reverse();
            Some((why.to_owned(), way))
        };
        while let Some(world) = queue.pop_front() {
            if let Some(why) = world.broken(self.kind) {
                let broken = broken(why, &world, None, &from);
                return Found {
                    states: from.len(),
                    broken,
                };
            }
            if !world.open {
                continue;
            }
            open.push(world);
            let mut reached: Vec<(String, World)> = Vec::new();
            let table = self.table(world.way);
            let facts = world.facts(self.kind);
            for row in table.rows {
                if !self.takes(&world, row.word)
                    || table.may(&world.marks, facts, row.word).is_err()
                {
                    continue;
                }
                if let Some(why) = world.forbids(self.kind, row.word) {
                    let broken = broken(why, &world, Some(row.word.to_owned()), &from);
                    return Found {
                        states: from.len(),
                        broken,
                    };
                }
                for went in world.went(self.kind, row.word) {
                    let step = format!("{} {}", row.word, went.how);
                    if went.killed {
                        reached.extend(self.resumed(&went.world, &step));
                    } else {
                        reached.push((step, went.world));
                    }
                }
            }
            let quiet = self.acts(&world).into_iter().chain(self.weather(&world));
            reached.extend(quiet.map(|(step, world)| (step.to_owned(), world)));
            reached.extend(self.resumed(&world, "cut off"));
            for (step, next) in reached {
                if let std::collections::hash_map::Entry::Vacant(free) = from.entry(next) {
                    free.insert(Some((world, step)));
                    queue.push_back(next);
                }
            }
        }
        let mut ends = HashMap::new();
        let stuck = open.iter().find(|world| !self.has_an_end(world, &mut ends));
        let why = "21: with a broad token and working lines, every run can be ended";
        Found {
            states: from.len(),
            broken: stuck.and_then(|world| broken(why, world, None, &from)),
        }
    }

    /// The process is dead, and the run is taken up in each way, with a broad token and without.
    fn resumed(&self, world: &World, step: &str) -> Vec<(String, World)> {
        let mut all = Vec::new();
        for way in self.ways() {
            for pasted in [false, true] {
                let with = if pasted { " with a broad token" } else { "" };
                let step = format!("{step}; taken up: {way:?}{with}");
                all.push((step, world.taken_up(*way, pasted)));
            }
        }
        all
    }

    /// Whether the run comes to its end from here where it is taken up with a broad token and nothing goes wrong.
    fn has_an_end(&self, world: &World, known: &mut HashMap<World, bool>) -> bool {
        let mut ways = self.ways().iter().filter(|way| **way != Way::Insist);
        // Nobody promises that for what the vault itself has lost.
        world.lost
            || ways.any(|way| {
                let taken_up = world.taken_up(*way, true);
                *known.entry(taken_up).or_insert_with(|| self.ends(taken_up))
            })
    }

    fn ends(&self, mut world: World) -> bool {
        let mut tried: Vec<&str> = Vec::new();
        for _ in 0..64 {
            if !world.open {
                return world.broken(self.kind).is_none();
            }
            let table = self.table(world.way);
            let facts = world.facts(self.kind);
            let acts = self.acts(&world);
            let quiet = acts
                .iter()
                .find(|(name, _)| !matches!(*name, "closed" | "on the list"));
            if let Some((_, next)) = quiet {
                world = *next;
                continue;
            }
            let other = |word: &str| tried.contains(&word) || !self.takes(&world, word);
            let undoes = table.undo.filter(|undo| {
                world.way == Way::Undo
                    && !tried.contains(undo)
                    && table.may(&world.marks, facts, undo).is_ok()
            });
            let next =
                undoes.or_else(|| table.next(&world.marks, facts, other).map(|row| row.word));
            if let Some(word) = next {
                tried.push(word);
                let mut went = world.went(self.kind, word).into_iter();
                let well = went.find(|went| matches!(went.how, "done" | "seen"));
                match well {
                    Some(went) => world = went.world,
                    None => world.marks.note(word, Phase::Failed),
                }
                continue;
            }
            match acts.last() {
                Some((_, next)) => world = *next,
                None => return false,
            }
        }
        false
    }
}
