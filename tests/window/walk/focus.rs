//! Who gets what is typed.

use x11rb::protocol::xproto::{AtomEnum, ConnectionExt, InputFocus};
use x11rb::{CURRENT_TIME, NONE};

/// Takes the focus from whoever has it, as another window does that is opened.
pub(crate) fn take() {
    let (display, _) = x11rb::connect(None).expect("the display answers");
    let taken = display.set_input_focus(InputFocus::NONE, NONE, CURRENT_TIME);
    taken
        .expect("the display answers")
        .check()
        .expect("and lets go");
}

/// Whether a window of one of these processes has it.
pub(crate) fn is_with(processes: &[u32]) -> bool {
    let (display, _) = x11rb::connect(None).expect("the display answers");
    let asked = display.intern_atom(false, b"_NET_WM_PID");
    let owner = asked.expect("the display answers").reply().expect("a name");
    let focus = display.get_input_focus().expect("the display answers");
    let mut window = focus.reply().expect("an answer").focus;
    // It may lie with a part of the window: the whole one says whose it is. 0 and 1 are nobody and everybody.
    while window > 1 {
        let asked = display.get_property(false, window, owner.atom, AtomEnum::CARDINAL, 0, 1);
        let Ok(Ok(reply)) = asked.map(x11rb::cookie::Cookie::reply) else {
            return false;
        };
        if let Some(process) = reply.value32().and_then(|mut values| values.next()) {
            return processes.contains(&process);
        }
        let Ok(Ok(tree)) = display.query_tree(window).map(x11rb::cookie::Cookie::reply) else {
            return false;
        };
        window = tree.parent;
    }
    false
}
