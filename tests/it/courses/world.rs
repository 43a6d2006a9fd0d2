//! A small model of the world that a course changes: what lives at Cloudflare, what the vault and the platform hold,
//! what the connection names. It knows nothing of tables but the words.

use narrows_core::record::Phase;
use narrows_core::run::course::{Fact, Facts, Marks};

/// A task, and so which tokens `old` and `new` are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// `new` is the token that is made.
    Connect,
    /// `new` takes the place of `old`.
    Rotate,
    /// Both are values of one token.
    Roll,
    /// `new` is the connection's.
    Disconnect,
    /// `new` is the connection's.
    Deliver,
    /// `new` is not used.
    Sweep,
    /// `new` takes the place of `old` beside the narrow token.
    Extra,
}

/// A token, or a value of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Life {
    #[default]
    No,
    Lives,
    Dead,
}

/// Which of them somebody has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Which {
    #[default]
    Nothing,
    Old,
    New,
}

/// What is wrong with a new token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Bad {
    #[default]
    No,
    /// Its policy is another one than was asked, which no endpoint shows.
    Policy,
    /// It can do what it should not.
    Reach,
}

/// Where a pass leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    #[default]
    Finish,
    Undo,
    /// Taken back, and forgotten here whatever is open.
    Insist,
}

/// The world, and who is at work on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is so or not, apart from the others"
)]
pub(crate) struct World {
    pub old: Life,
    pub new: Life,
    /// Another token that was made under the run, and that nothing goes on with.
    pub twin: Life,
    pub bad: Bad,
    pub old_kept: bool,
    pub new_kept: bool,
    /// Whether the new value is in memory.
    pub in_hand: bool,
    /// Whether the vault lost the new value by itself.
    pub lost: bool,
    pub has_platform: bool,
    pub platform: Which,
    /// What the connection names; nothing where it is not on the list.
    pub listed: Which,
    /// Whether the list says that the platform has not confirmed.
    pub unsure: bool,
    /// Whether the connection names `new` beside what is in use.
    pub named: bool,
    /// Whether the run said that these may be left.
    pub told_new: bool,
    pub told_twin: bool,
    /// Whether the person insisted on forgetting.
    pub insisted: bool,
    /// Whether the run is open.
    pub open: bool,
    /// Whether a broad token is at hand.
    pub pasted: bool,
    pub first: bool,
    pub way: Way,
    pub marks: Marks,
}

/// What came of a step.
pub(crate) struct Went {
    pub how: &'static str,
    pub world: World,
    /// Whether the process is dead.
    pub killed: bool,
}

/// Words that are written down and cause nothing outside.
const NOTES: [&str; 3] = ["nominate", "undo", "note-extra"];

/// Words of orders that only a broad token can give.
const ORDERS: [&str; 7] = [
    "fuse",
    "mint",
    "roll",
    "undo-mint",
    "destroy",
    "sweep",
    "mint-extra",
];

/// Whether any table, or the end of a run, tells a journal with this line from one without it. Where none does, many
/// worlds are one.
fn told_apart(word: &str, phase: Phase) -> bool {
    let passed = matches!(word, "fuse" | "destroy" | "sweep");
    let begun = matches!(
        word,
        "mint"
            | "keep"
            | "prove"
            | "deliver"
            | "swap"
            | "roll"
            | "undo-mint"
            | "mint-extra"
            | "keep-extra"
    );
    match phase {
        Phase::Done => !passed,
        Phase::Intent => begun,
        Phase::Failed => matches!(word, "mint" | "roll"),
    }
}

impl World {
    /// What whoever asks sees.
    pub(crate) fn facts(&self, kind: Kind) -> Facts {
        let lives = self.new == Life::Lives;
        let value = self.new_kept || self.in_hand;
        let unused = match kind {
            Kind::Extra => self.listed == Which::New || self.given_up(),
            _ => self.listed != Which::New,
        };
        Facts::NONE
            .when(Fact::Pasted, self.pasted)
            .when(Fact::First, self.first)
            .when(Fact::Kept, self.new_kept)
            .when(Fact::Proved, lives && value && self.bad == Bad::No)
            .when(
                Fact::Compared,
                self.bad != Bad::Policy && (self.pasted || self.marks.begun("prove")),
            )
            .when(Fact::Lives, lives)
            .when(Fact::HoldsOld, self.platform != Which::New)
            .when(Fact::Unlisted, self.listed == Which::Nothing)
            .when(
                Fact::Unneeded,
                self.way == Way::Insist || !lives || !self.new_kept,
            )
            .when(Fact::Current, self.listed == Which::New)
            .when(Fact::Unused, unused)
            .when(Fact::Named, self.names_new())
    }

    fn names_new(&self) -> bool {
        self.named || self.listed == Which::New || self.new != Life::Lives
    }

    /// Whether a token of its own did not come about, and is to be taken back.
    fn given_up(&self) -> bool {
        self.new != Life::No && self.platform != Which::New && self.bad != Bad::No
    }

    /// The worlds that a step makes of this one, where it comes about; none where it cannot.
    fn effects(&self, kind: Kind, word: &str) -> Vec<Self> {
        let now = *self;
        let one = |made: Self| vec![made];
        match word {
            "mint" | "mint-extra" => [Bad::No, Bad::Policy, Bad::Reach]
                .map(|bad| Self {
                    bad,
                    in_hand: true,
                    ..now.another()
                })
                .into(),
            "keep" if kind == Kind::Roll => one(now),
            "keep" | "keep-extra" => one(Self {
                new_kept: true,
                ..now
            }),
            "prove" => match (self.new, self.bad) {
                // A policy shows nowhere but in the comparison.
                (Life::Lives, Bad::No | Bad::Policy) => one(now),
                _ => Vec::new(),
            },
            "deliver" if !self.has_platform => one(now),
            // It is of another token than the connection's.
            "deliver-extra" if kind == Kind::Deliver => one(now),
            "deliver" | "deliver-extra" => one(Self {
                platform: Which::New,
                ..now
            }),
            "swap" => one(Self {
                listed: Which::New,
                unsure: self.has_platform && self.platform != Which::New,
                ..now
            }),
            "roll" => one(Self {
                old: Life::Dead,
                new_kept: self.new == Life::No,
                old_kept: false,
                ..now.another()
            }),
            "revoke" if kind == Kind::Rotate => self.ended(|world| &mut world.old),
            "revoke" => {
                let ended = self.ended(|world| &mut world.new);
                let both = ended
                    .into_iter()
                    .map(|world| world.ended(|world| &mut world.twin));
                both.flatten().collect()
            }
            "revoke-extra" if self.listed != Which::New && self.given_up() => {
                self.ended(|world| &mut world.new)
            }
            "revoke-extra" => self.ended(|world| &mut world.old),
            "forget-old" => one(Self {
                old_kept: false,
                ..now
            }),
            "forget" => one(Self {
                new_kept: false,
                insisted: self.insisted || self.way == Way::Insist,
                ..now
            }),
            "forget-extra" if self.listed == Which::New => one(Self {
                old_kept: false,
                ..now
            }),
            "forget-extra" => one(Self {
                new_kept: false,
                ..now
            }),
            "undo-mint" => one(Self {
                new: self.new.over(),
                twin: self.twin.over(),
                new_kept: false,
                in_hand: false,
                ..now
            }),
            "forget-platform" => one(Self {
                platform: Which::Nothing,
                ..now
            }),
            "sweep" => one(Self {
                new: Life::Dead,
                ..now
            }),
            "destroy" => one(Self {
                pasted: false,
                ..now
            }),
            _ => one(now),
        }
    }

    /// The same with one token more. The one that was there is another's from now on.
    fn another(self) -> Self {
        let before = self.new == Life::Lives;
        Self {
            new: Life::Lives,
            twin: if before { Life::Lives } else { self.twin },
            told_new: false,
            told_twin: self.told_twin || before && self.told_new,
            ..self
        }
    }

    /// Deletes a token with the broad one; without it, only looks whether it is dead.
    fn ended(&self, token: impl Fn(&mut Self) -> &mut Life) -> Vec<Self> {
        let mut world = *self;
        let life = token(&mut world);
        if *life == Life::Lives && !self.pasted {
            return Vec::new();
        }
        *life = life.over();
        vec![world]
    }

    /// Everything that can come of a step.
    pub(crate) fn went(&self, kind: Kind, word: &'static str) -> Vec<Went> {
        let noted = |mut world: Self, phases: &[Phase]| {
            for phase in phases.iter().filter(|phase| told_apart(word, **phase)) {
                world.marks.note(word, *phase);
            }
            world
        };
        let mut went = Vec::new();
        let mut add = |how, world, killed| went.push(Went { how, world, killed });
        if NOTES.contains(&word) || word == "keep" && kind == Kind::Roll {
            add("done", noted(*self, &[Phase::Done]), false);
            return went;
        }
        let effects = self.effects(kind, word);
        let looks = matches!(word, "revoke" | "revoke-extra") && !self.pasted;
        if looks {
            for world in effects {
                add("seen", noted(world, &[Phase::Done]), false);
            }
            return went;
        }
        add(
            "failed",
            noted(*self, &[Phase::Intent, Phase::Failed]),
            false,
        );
        add("killed before", noted(*self, &[Phase::Intent]), true);
        for world in effects {
            add("done", noted(world, &[Phase::Intent, Phase::Done]), false);
            // No answer, and it came about all the same.
            let silent = match word {
                // It is said that one may be left.
                "mint" | "mint-extra" => Self {
                    in_hand: false,
                    told_new: true,
                    ..world
                },
                "roll" => Self {
                    new_kept: false,
                    ..world
                },
                _ => world,
            };
            add(
                "unknown",
                noted(silent, &[Phase::Intent, Phase::Failed]),
                false,
            );
            add("killed after", noted(world, &[Phase::Intent]), true);
            let half = match word {
                "roll" => silent,
                // The token first, then its copy.
                "undo-mint" => Self {
                    new_kept: self.new_kept,
                    ..world
                },
                _ => continue,
            };
            add("killed half-way", noted(half, &[Phase::Intent]), true);
        }
        went
    }

    /// The same once the run is taken up.
    pub(crate) fn taken_up(&self, way: Way, pasted: bool) -> Self {
        Self {
            in_hand: false,
            first: false,
            way,
            pasted,
            ..*self
        }
    }

    /// What must hold of a step that is about to be taken, by its number in `ARCHITECTURE.md`.
    pub(crate) fn forbids(&self, kind: Kind, word: &str) -> Option<&'static str> {
        let uses_value = matches!(word, "prove" | "deliver" | "swap" | "deliver-extra");
        if ORDERS.contains(&word) && !self.pasted {
            return Some("7: the broad token is in memory alone, and nobody has it for this order");
        }
        if kind == Kind::Deliver && word == "deliver-extra" {
            let has = self.platform != Which::Nothing;
            return (!has)
                .then_some("extras: one is handed over where the platform has the connection");
        }
        if uses_value && !self.new_kept {
            return Some("2: the value is in the vault before anything else is done with it");
        }
        if matches!(word, "keep" | "keep-extra") && kind != Kind::Roll && !self.in_hand {
            return Some("2: there is no value that could be put into the vault");
        }
        if matches!(word, "deliver" | "deliver-extra") && self.has_platform {
            match self.bad {
                Bad::No => {}
                Bad::Policy => return Some("3: what was granted equals what was asked"),
                Bad::Reach => {
                    return Some(
                        "4: a token that can do something it should not is never delivered",
                    );
                }
            }
        }
        if word == "mint-extra" && !self.marks.done("deliver") {
            return Some("extras: one is made only where the platform has the connection");
        }
        let lives = self.new == Life::Lives;
        let gone = match (kind, word) {
            (Kind::Rotate, "forget-old") => self.old == Life::Lives,
            (_, "forget") => lives && self.new_kept && self.way != Way::Insist,
            (_, "forget-extra") if self.listed == Which::New => self.old == Life::Lives,
            (_, "forget-extra") => lives,
            _ => false,
        };
        gone.then_some("20: a value leaves the vault only once its token was seen refused")
    }

    /// What must hold at any moment.
    pub(crate) fn broken(&self, kind: Kind) -> Option<&'static str> {
        let of = |which| match which {
            Which::Nothing => None,
            Which::Old => Some((self.old, self.old_kept)),
            Which::New => Some((self.new, self.new_kept)),
        };
        let (held, listed) = (of(self.platform), of(self.listed));
        let dead = |one: Option<(Life, bool)>| one.is_some_and(|(life, _)| life != Life::Lives);
        match kind {
            Kind::Rotate | Kind::Deliver
                if dead(held) && held == of(Which::Old) && self.platform == Which::Old =>
            {
                return Some(
                    "16: the old token is not touched before the platform gave a receipt over the new one",
                );
            }
            Kind::Rotate if dead(held) => {
                return Some("19: a new token is undone only where the platform holds the old one");
            }
            Kind::Deliver if dead(held) => {
                return Some("17: the token that the platform holds lives");
            }
            Kind::Extra if self.platform == Which::Old && dead(held) => {
                return Some(
                    "extras: the one in use is not touched before its successor is acknowledged and named",
                );
            }
            _ => {}
        }
        // Rolled in place, what is on the list dies with the order; from the swap on it must hold again.
        let held_up = kind == Kind::Roll && self.listed == Which::Old;
        if !held_up && dead(listed) {
            return Some("17: the token that the connection names lives");
        }
        if !held_up && listed.is_some_and(|(_, kept)| !kept) {
            return Some("17: the vault holds the value of the token that the connection names");
        }
        if kind == Kind::Rotate
            && self.listed == Which::New
            && self.has_platform
            && self.platform != Which::New
        {
            return Some("16: the connection names the new token once the platform has it");
        }
        self.unaccounted(kind).or_else(|| {
            if self.open {
                None
            } else {
                self.unsettled(kind)
            }
        })
    }

    /// No token of ours lives that nothing accounts for.
    fn unaccounted(&self, kind: Kind) -> Option<&'static str> {
        const WHY: &str =
            "10, 18: a token lives that neither a connection nor an open run accounts for";
        if self.insisted || matches!(kind, Kind::Sweep | Kind::Deliver) {
            return None;
        }
        let run = match kind {
            Kind::Extra => self.open && !self.marks.done("note-extra"),
            _ => self.open && self.marks.done("nominate"),
        };
        let lives = |life: Life| life == Life::Lives;
        if kind == Kind::Roll {
            // What nobody has the value of is said when the run ends.
            let loose = lives(self.new) && self.listed != Which::New && self.open && !run;
            return loose.then_some(WHY);
        }
        let loose = lives(self.new)
            && !(run || self.listed == Which::New || self.named || self.told_new)
            || lives(self.twin) && !(run || self.told_twin)
            || kind == Kind::Rotate && lives(self.old) && !(run || self.listed == Which::Old);
        loose.then_some(WHY)
    }

    /// Once the run has ended, both sides name the same, and the vault holds what the list names and no more.
    fn unsettled(&self, kind: Kind) -> Option<&'static str> {
        if self.insisted || matches!(kind, Kind::Sweep | Kind::Extra) {
            return None;
        }
        if self.has_platform && self.platform != self.listed && !self.unsure {
            return Some("settled: what the platform holds is what the list names");
        }
        if kind == Kind::Roll {
            return None;
        }
        let more = self.new_kept && self.listed != Which::New
            || self.old_kept && self.listed != Which::Old;
        more.then_some("settled: the vault holds what the list names and no more")
    }
}

impl Life {
    fn over(self) -> Self {
        match self {
            Self::Lives => Self::Dead,
            other => other,
        }
    }
}
