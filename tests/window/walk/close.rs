//! The button that closes a window, pressed as a window manager does it.

use x11rb::connection::Connection;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, MapState};
use x11rb::rust_connection::RustConnection;

/// Asks the window of this process to close. Tells whether there was one.
pub(crate) fn ask(process: u32) -> bool {
    let (display, screen) = x11rb::connect(None).expect("the display answers");
    let root = display.setup().roots[screen].root;
    let atom = |name: &str| {
        let asked = display.intern_atom(false, name.as_bytes());
        asked
            .expect("the display answers")
            .reply()
            .expect("a name")
            .atom
    };
    let (owner, protocols, close) = (
        atom("_NET_WM_PID"),
        atom("WM_PROTOCOLS"),
        atom("WM_DELETE_WINDOW"),
    );
    // Nobody decorates windows here, so each lies directly on the root.
    let tree = display
        .query_tree(root)
        .expect("the display answers")
        .reply();
    let windows = tree.expect("a tree of windows").children;
    let Some(window) = windows.into_iter().find(|&window| {
        visible(&display, window)
            && property(&display, window, owner, AtomEnum::CARDINAL.into()).contains(&process)
            && property(&display, window, protocols, AtomEnum::ATOM.into()).contains(&close)
    }) else {
        return false;
    };
    let message = ClientMessageEvent::new(32, window, protocols, [close, 0, 0, 0, 0]);
    let sent = display.send_event(false, window, EventMask::NO_EVENT, message);
    // Waits for the display: a message may be lost whose sender hangs up at once.
    sent.expect("the display answers")
        .check()
        .expect("and passes it on");
    true
}

/// An application has windows that are never seen, with the same properties.
fn visible(display: &RustConnection, window: u32) -> bool {
    let asked = display.get_window_attributes(window);
    asked
        .ok()
        .and_then(|asked| asked.reply().ok())
        .is_some_and(|attributes| attributes.map_state == MapState::VIEWABLE)
}

fn property(display: &RustConnection, window: u32, name: u32, kind: u32) -> Vec<u32> {
    let asked = display.get_property(false, window, name, kind, 0, 16);
    // A window may be gone by the time that it is asked.
    let Ok(Ok(reply)) = asked.map(x11rb::cookie::Cookie::reply) else {
        return Vec::new();
    };
    reply.value32().into_iter().flatten().collect()
}
