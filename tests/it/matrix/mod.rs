//! What must hold when anything fails at any moment: every outside call spoilt in every way, every journal point cut off.
//!
//! Which calls and which points there are is found by a clean run, so that a new one is met without being listed here.
//! What is asked of each end is in `truth`; ARCHITECTURE.md says why.

#![allow(
    clippy::print_stdout,
    reason = "what came of each case is the matrices' very result"
)]

mod at_once;
mod calls;
mod crash;
mod dice;
mod fault;
mod flow;
mod spoil;
mod storm;
mod table;
mod truth;
