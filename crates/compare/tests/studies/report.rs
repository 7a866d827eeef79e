//! The report as a file, and as a browser shows it.

use std::{fs, path::Path, process::Command};

use salamander_compare::Matched;
use serde_json::Value;

use crate::{run, study};

#[test]
fn the_report_stands_for_itself() {
    let folder = tempfile::tempdir().unwrap();
    let results = run(&study(&["sorter", "sorter:size.n_heads=1"], Matched::Flops, None, folder.path())).0.unwrap();
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    let parts = ["What may be said", "Quality and cost", "From how far back", "What sets them apart", "size.n_heads"];
    for part in parts.into_iter().chain(["prefers-color-scheme: dark"]) {
        assert!(page.contains(part), "{part}");
    }
    // Nothing is fetched: what is drawn stands in the page.
    assert!(!page.contains("<script") && !page.contains("<link") && page.matches("data:image/svg+xml").count() == 4);
    // As XML it is well-formed, but for the line that says it is HTML and two tags that HTML never closes.
    let strict = ["<meta ", "<img "].iter().fold(page.replace("<!doctype html>", ""), |page, tag| closed(&page, tag));
    assert!(roxmltree::Document::parse(&strict).is_ok(), "{strict}");
    let table: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("results.json")).unwrap()).unwrap();
    assert_eq!(table["contenders"].as_array().unwrap().len(), 2);
    let lines = fs::read_to_string(folder.path().join("results.csv")).unwrap();
    assert!(lines.starts_with("contender,seed,name,value\nsorter,1,"), "{lines}");
    let losses = lines.lines().filter(|line| line.contains(",loss,")).count();
    assert_eq!(losses, results.trials.iter().flatten().count());
}

#[test]
fn what_each_writes_stands_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let mut study = study(&["transformer-nano", "gru-dialect"], Matched::Tokens, None, folder.path());
    study.seeds = vec![1];
    let results = run(&study).0.unwrap();
    let scores = results.trials.iter().flatten().map(|trial| &trial.scores);
    assert!(scores.clone().count() == 2 && scores.clone().all(|scores| scores.contains_key("bleu")));
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    let written = page.split_once("What they write").unwrap().1;
    for name in ["transformer-nano", "gru-dialect"] {
        let (_, own) = written.split_once(&format!("<h3>{name}</h3>")).unwrap();
        assert_eq!(own.split("</pre>").next().unwrap().matches(" -&gt; ").count(), 3, "{own}");
    }
}

/// Every tag that begins so, closed as XML wants it.
fn closed(page: &str, tag: &str) -> String {
    let mut pieces = page.split(tag);
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |whole, piece| whole + tag + &piece.replacen('>', "/>", 1))
}

/// What a browser may be called.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// Measures the page it stands in, and leaves what it finds in the title.
const MEASURE: &str = r#"<script>
addEventListener("load", () => {
  const numbers = colour => colour.match(/[\d.]+/g).map(Number);
  const page = getComputedStyle(document.body), images = [...document.images];
  document.title = JSON.stringify({
    page: numbers(page.backgroundColor), text: numbers(page.color),
    letters: Math.min(...[...document.querySelectorAll("p, li, td, th, pre")].map(e => parseFloat(getComputedStyle(e).fontSize))),
    width: document.documentElement.scrollWidth, window: innerWidth,
    images: images.length, drawn: images.filter(image => image.complete && image.naturalWidth > 0).length,
    fetched: performance.getEntriesByType("resource").map(entry => entry.name).filter(name => !name.startsWith("data:")),
    rows: document.querySelectorAll("tbody tr").length,
  });
});
</script>"#;

/// What the page is like in a browser, if there is one here.
fn seen(page: &Path, more: &[&str]) -> Option<Value> {
    let folder = tempfile::tempdir().unwrap();
    let measured = folder.path().join("page.html");
    let text = fs::read_to_string(page).unwrap();
    fs::write(&measured, text.replace("</body>", &format!("{MEASURE}</body>"))).unwrap();
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let usual = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--dump-dom",
        &profile,
    ];
    let address = format!("file://{}", measured.display());
    let called = |browser: &&str| Command::new(browser).args(usual).args(more).arg(&address).output().ok();
    let output = BROWSERS.iter().find_map(called)?;
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    let title = shown.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    let (title, _) = title.unwrap_or_else(|| panic!("no page: {}", String::from_utf8_lossy(&output.stderr)));
    Some(serde_json::from_str(title).unwrap_or_else(|_| panic!("not measured: {title}")))
}

/// The contrast of text and page as WCAG 2.1 defines it.
fn contrast(seen: &Value) -> f64 {
    let luminance = |colour: &str| {
        let channel = |at: usize| {
            let share = seen[colour][at].as_f64().unwrap() / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2)
    };
    let (text, page) = (luminance("text"), luminance("page"));
    (text.max(page) + 0.05) / (text.min(page) + 0.05)
}

#[test]
fn a_browser_shows_it_wide_and_narrow_light_and_dark() {
    let folder = tempfile::tempdir().unwrap();
    run(&study(&["sorter", "sorter:size.n_heads=1"], Matched::Tokens, None, folder.path())).0.unwrap();
    let page = folder.path().join("report.html");
    let (light, dark) = ("--blink-settings=preferredColorScheme=1", "--blink-settings=preferredColorScheme=0");
    for (size, scheme) in
        [("--window-size=1200,900", light), ("--window-size=500,900", light), ("--window-size=500,900", dark)]
    {
        let Some(seen) = seen(&page, &[size, scheme]) else {
            eprintln!("skipped: no browser");
            return;
        };
        assert_eq!((&seen["images"], &seen["drawn"]), (&4.into(), &4.into()), "{seen}");
        assert_eq!(seen["fetched"].as_array().map(Vec::len), Some(0), "{seen}");
        // What is wider than the window is moved alone, not with the page.
        assert!(seen["width"].as_u64() <= seen["window"].as_u64(), "{seen}");
        assert!(seen["letters"].as_f64() >= Some(13.0) && contrast(&seen) >= 7.0, "{seen}");
        assert!(seen["rows"].as_u64() > Some(4), "{seen}");
        assert_eq!(seen["page"][0].as_f64().unwrap() < 128.0, scheme == dark, "{seen}");
    }
}
