//! The courses: their tables as files, and a walk through every state that a run can get into by them.

mod walk;
mod world;

use narrows_core::run::course::{
    ALL, CONNECT, Course, DELIVER, DISCONNECT, EXTRA, ROLL, ROTATE, Row, SWEEP, TAKE_BACK,
};

use walk::Task;
use world::Kind;

/// Each task with what it obeys.
fn tasks() -> Vec<Task> {
    let alone = |kind, course| Task {
        kind,
        course,
        back: None,
    };
    vec![
        Task {
            back: Some(TAKE_BACK),
            ..alone(Kind::Connect, CONNECT)
        },
        alone(Kind::Rotate, ROTATE),
        alone(Kind::Roll, ROLL),
        alone(Kind::Disconnect, DISCONNECT),
        alone(Kind::Deliver, DELIVER),
        alone(Kind::Sweep, SWEEP),
        alone(Kind::Extra, EXTRA),
    ]
}

#[test]
fn the_tables_are_those_in_the_file() {
    let tables: Vec<String> = ALL.iter().map(ToString::to_string).collect();
    let told = tables.join("\n\n");
    assert_eq!(
        told.trim_end(),
        include_str!("golden/courses.txt").trim_end(),
        "a changed step, order or need is to be seen in review:\n{told}"
    );
}

#[test]
fn every_state_of_every_course_keeps_what_must_hold_and_reaches_an_end() {
    let mut told = Vec::new();
    for task in tasks() {
        let found = task.walk();
        if let Some((why, way)) = found.broken {
            panic!("{}: {why}, after {way:#?}", task.course.name);
        }
        told.push(format!("{} {}", task.course.name, found.states));
    }
    eprintln!("courses: states walked: {}; 0 violations", told.join(", "));
}

#[test]
fn without_any_one_need_of_any_step_something_does_not_hold() {
    let mut idle = Vec::new();
    for task in tasks() {
        let tables = [Some(task.course), task.back];
        for (place, table) in tables.into_iter().enumerate() {
            for (row, need) in needs(table) {
                let table = table.expect("it has rows");
                let without = dropped(&table, row, need);
                let weaker = match place {
                    0 => Task {
                        course: without,
                        ..task
                    },
                    _ => Task {
                        back: Some(without),
                        ..task
                    },
                };
                let (word, need) = (table.rows[row].word, table.rows[row].needs[need]);
                let name = format!("{}/{word}: {need}", table.name);
                match weaker.walk().broken {
                    Some((why, way)) => {
                        eprintln!("dropped {name} → {why}\n    after {}", way.join(", "));
                    }
                    None => idle.push(name),
                }
            }
        }
    }
    assert!(idle.is_empty(), "nothing depends on these: {idle:#?}");
}

/// Each need of a table, by its row and its place there.
fn needs(table: Option<Course>) -> Vec<(usize, usize)> {
    let rows = table.map_or(&[][..], |table| table.rows);
    let each = rows.iter().enumerate();
    each.flat_map(|(place, row)| (0..row.needs.len()).map(move |need| (place, need)))
        .collect()
}

/// The table without one need.
fn dropped(table: &Course, row: usize, need: usize) -> Course {
    let mut rows: Vec<Row> = table.rows.to_vec();
    let mut needs = rows[row].needs.to_vec();
    needs.remove(need);
    // A table is made for the whole of a process, and a test is one.
    rows[row].needs = needs.leak();
    Course {
        rows: rows.leak(),
        ..*table
    }
}
