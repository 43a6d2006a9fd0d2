//! The sandbox's command.

fn main() {}
