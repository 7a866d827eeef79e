//! Curves of runs: their points, their tables, and what is drawn of them.

mod support;

use roxmltree::{Document, Node};
use salamander_compare::{Across, Comparison, Curve, Error, Metric, Plot, Point, RunSummary, Runs, View};
use support::{Folder, PLAN, train, twenty, validation};

fn read(folder: &Folder, metric: &str) -> Result<Comparison, Error> {
    let runs = Runs::find(folder.path()).expect("runs");
    Comparison::read(runs.all(), metric.parse().expect("a metric"))
}

fn one(lines: &str, metric: &str) -> Curve {
    let folder = Folder::new();
    let run = RunSummary::read(folder.run("gpt", "a", PLAN, lines)).expect("a run");
    Curve::read(&run, &metric.parse().expect("a metric")).expect("a curve")
}

fn point(step: u64, tokens: u64, seconds: f64, value: f64) -> Point {
    Point { step, tokens: Some(tokens), flops: None, seconds: Some(seconds), value }
}

#[test]
fn points_by_hand() {
    let curve = one(&twenty(), "validation loss");
    assert_eq!(curve.points, [point(10, 1000, 2.0, 2.5), point(20, 2000, 4.0, 2.75)]);
    let curve = one(&twenty(), "train loss");
    assert_eq!(curve.points.iter().map(|point| point.value).collect::<Vec<_>>(), [4.0, 3.0, 2.0, 1.0]);
    assert_eq!(one(&twenty(), "tokens/s").points[3], point(20, 2000, 4.0, 5178.1));
    assert_eq!(one(&twenty(), "accuracy").points[1].value, 0.5);
    assert!(one(&twenty(), "mfu").points.is_empty());
    // An older run that counted no tokens, and evaluated before it trained.
    let old = validation(0, "6.0") + "{\"split\":\"train\",\"step\":1,\"loss\":5.0}\n";
    assert_eq!(one(&old, "loss").points, [Point { step: 0, tokens: None, flops: None, seconds: None, value: 6.0 }]);
    assert_eq!(one(&old, "train loss").points[0].tokens, None);
}

#[test]
fn a_run_that_went_on() {
    let lines = [train(5, 4.0, 30.0), train(10, 3.0, 60.0), train(15, 2.0, 20.0), validation(15, "2.0")].concat();
    let seconds: Vec<_> = one(&lines, "train loss").points.iter().map(|point| point.seconds).collect();
    assert_eq!(seconds, [30.0, 60.0, 80.0].map(Some));
    assert_eq!(one(&lines, "loss").points, [point(15, 1500, 80.0, 2.0)]);
}

#[test]
fn the_table_below() {
    let folder = Folder::new();
    folder.run("gpt", "20261125T140500Z", PLAN, &twenty());
    folder.run("gpt", "20261125T140600Z", PLAN, &(twenty() + &validation(30, "null")));
    folder.run("gpt", "20261125T140700Z", PLAN, &train(5, 4.0, 1.0));
    let table = |metric: &str| read(&folder, metric).expect("curves").table().to_string();
    let rows = |table: &str| -> Vec<String> {
        table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    };
    let want = [
        "run best at step last at step",
        "A gpt/20261125T140500Z 2.5000 10 2.7500 20",
        "B gpt/20261125T140600Z 2.5000 10 NaN 30",
        "C gpt/20261125T140700Z - - - -",
    ];
    assert_eq!(rows(&table("loss")), want);
    assert_eq!(rows(&table("train loss"))[1], "A gpt/20261125T140500Z 1.0000 20 1.0000 20");
    assert_eq!(
        rows(&table("learning rate"))[..2],
        ["run lowest highest last at step", "A gpt/20261125T140500Z 0.0010 0.0010 0.0010 20"]
    );
    let said = read(&folder, "validation los").unwrap_err().to_string();
    assert!(
        said.starts_with("no report has `validation los`: there are ") && said.contains("validation loss"),
        "{said}"
    );
    let empty = Folder::new();
    empty.run("gpt", "a", PLAN, "");
    assert_eq!(
        read(&empty, "loss").unwrap_err().to_string(),
        "no report has `validation loss`: nothing is reported yet"
    );
}

fn curve(name: &str, values: &[f64]) -> Curve {
    let point = |(at, value): (usize, &f64)| point(10 * at as u64, 100 * at as u64, at as f64 * 60.0, *value);
    Curve { name: name.into(), points: values.iter().enumerate().map(point).collect() }
}

fn plot(curves: &[Curve], view: View) -> Result<Plot, String> {
    Plot::new(&Metric::default(), curves, view).map_err(|error| error.to_string())
}

fn number(node: Node, name: &str) -> f64 {
    node.attribute(name).unwrap_or_else(|| panic!("no {name}")).parse().expect("a number")
}

/// Every place a curve goes through.
fn places(svg: &str) -> Vec<Vec<(f64, f64)>> {
    let document = Document::parse(svg).expect("well-formed");
    let pair = |text: &str| text.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap();
    let of = |node: Node| match node.tag_name().name() {
        "polyline" => Some(node.attribute("points").expect("points").split(' ').map(pair).collect()),
        "circle" => Some(vec![(number(node, "cx"), number(node, "cy"))]),
        _ => None,
    };
    document.descendants().filter_map(of).collect()
}

fn texts(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("well-formed");
    let texts = document.descendants().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "text")));
    texts.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[track_caller]
fn all_inside(svg: &str) {
    let document = Document::parse(svg).expect("well-formed");
    let axes: Vec<_> = document.descendants().filter(|node| node.attribute("class") == Some("axis")).collect();
    let (up, across) = (axes[0], axes[axes.len() - 1]);
    let (left, right) = (number(across, "x1"), number(across, "x2"));
    let (top, bottom) = (number(up, "y1"), number(up, "y2"));
    for (x, y) in places(svg).into_iter().flatten() {
        assert!((left..=right).contains(&x) && (top..=bottom).contains(&y), "({x}, {y})");
    }
    let [_, _, width, height] = document
        .root_element()
        .attribute("viewBox")
        .map(|view| {
            let numbers: Vec<f64> = view.split(' ').map(|number| number.parse().unwrap()).collect();
            <[f64; 4]>::try_from(numbers).unwrap()
        })
        .unwrap();
    for text in document.descendants().filter(|node| node.tag_name().name() == "text") {
        assert!((0.0..width).contains(&number(text, "x")) && (0.0..height).contains(&number(text, "y")));
    }
}

#[test]
fn an_svg_by_hand() {
    let svg = plot(&[curve("gpt/a", &[4.0, 0.0, 2.0])], View::default()).unwrap().svg();
    // The axes end at 0 and 20 steps, at 0 and 4.
    assert_eq!(places(&svg), [[(70.0, 60.0), (455.0, 410.0), (840.0, 235.0)]]);
    let texts = texts(&svg);
    for text in
        ["validation loss", "validation loss (nats per target)", "step", "0", "10", "20", "1", "2", "3", "4", "gpt/a"]
    {
        assert!(texts.iter().any(|found| found == text), "{text} is not in {texts:?}");
    }
    assert!(svg.contains("@media (prefers-color-scheme: dark)") && !svg.contains("<script") && !svg.contains("url("));
    all_inside(&svg);
}

#[test]
fn names_are_written_out() {
    let name = "<b>&\"quotes\"' \u{1b}[31m\u{0}]]>";
    let svg = plot(&[curve(name, &[1.0, 2.0])], View::default()).unwrap().svg();
    assert!(texts(&svg).contains(&"<b>&\"quotes\"' \u{fffd}[31m\u{fffd}]]>".to_owned()), "{svg}");
}

#[test]
fn the_smooth_one_over_the_faint_one() {
    let values: Vec<_> = (0..30).map(|at| 5.0 - f64::from(at) * 0.1 + f64::from(at % 2)).collect();
    let view = View { smooth: Some(5), ..View::default() };
    let plot = plot(&[curve("a", &values)], view).unwrap();
    let svg = plot.svg();
    let label = "validation loss (nats per target), mean of 5 reports";
    assert!(texts(&svg).contains(&label.to_owned()) && plot.terminal(80, false).starts_with(label));
    let (faint, smooth) = (svg.find("c0 faint").unwrap(), svg.find("\"curve c0\" points").unwrap());
    assert!(faint < smooth, "the smooth one is drawn over it");
    let places = places(&svg);
    let rough = |places: &[(f64, f64)]| places.windows(2).map(|pair| (pair[1].1 - pair[0].1).abs()).sum::<f64>();
    assert!(places.len() == 2 && rough(&places[1]) < 0.6 * rough(&places[0]));
    assert!(!self::plot(&[curve("a", &values)], View::default()).unwrap().svg().contains("c0 faint"));
    all_inside(&svg);
}

#[test]
fn axes_of_every_kind() {
    let curves = [curve("a", &[100.0, 10.0, 1.0])];
    let drawn = |view| plot(&curves, view).unwrap().svg();
    let log = drawn(View { log: true, ..View::default() });
    assert_eq!(places(&log)[0][1], (455.0, 235.0), "10 is half way from 1 to 100");
    let tokens = drawn(View { across: Across::Tokens, ..View::default() });
    assert!(texts(&tokens).contains(&"tokens".to_owned()) && texts(&tokens).contains(&"200".to_owned()));
    let minutes = drawn(View { across: Across::Seconds, ..View::default() });
    assert!(texts(&minutes).contains(&"time (min)".to_owned()) && texts(&minutes).contains(&"2.0".to_owned()));
    let mut timeless = curve("gpt/old", &[1.0, 2.0]);
    timeless.points.iter_mut().for_each(|point| point.seconds = None);
    let said = plot(&[timeless], View { across: Across::Seconds, ..View::default() }).unwrap_err();
    assert_eq!(said, "gpt/old reports no seconds: draw it over the steps (`--x step`)");
}

#[test]
fn what_is_odd_is_drawn_or_refused() {
    let log = View { log: true, ..View::default() };
    for (values, view, pieces) in [
        (&[2.0][..], View::default(), &[1][..]),
        (&[3.0, 3.0, 3.0], View::default(), &[3]),
        (&[0.0, 0.0], View::default(), &[2]),
        (&[1.0, 2.0, f64::NAN, 3.0, f64::INFINITY, 4.0, 5.0], View::default(), &[2, 1, 2]),
        (&[1.0, 0.0, 2.0, -1.0], log, &[1, 1]),
        (&[f64::MIN, f64::MAX, 1.0], View::default(), &[3]),
        (&[1e-320, 1e300], log, &[2]),
    ] {
        let svg = plot(&[curve("a", values)], view).unwrap().svg();
        assert_eq!(places(&svg).iter().map(Vec::len).collect::<Vec<_>>(), pieces, "{values:?}");
        all_inside(&svg);
    }
    assert_eq!(
        plot(&[curve("a", &[f64::NAN])], View::default()).unwrap_err(),
        "`validation loss` has no value that can be drawn"
    );
    assert!(plot(&[curve("a", &[-1.0])], log).unwrap_err().contains("a logarithmic axis takes positive numbers"));
    assert!(plot(&[], View::default()).is_err());
    // An empty curve beside one that is not.
    let two = plot(&[curve("a", &[]), curve("b", &[1.0])], View::default()).unwrap();
    assert!(texts(&two.svg()).contains(&"a (nothing to draw)".to_owned()));
    assert!(two.terminal(80, false).contains("A a (nothing to draw)\nB b\n"));
}

#[test]
fn many_curves_differ() {
    let curves: Vec<_> = (0..14).map(|at| curve(&format!("run {at}"), &[f64::from(at), 1.0])).collect();
    let svg = plot(&curves, View::default()).unwrap().svg();
    let styles: Vec<_> = svg.lines().filter(|line| line.starts_with(".c") && line.contains("dasharray")).collect();
    let looks: std::collections::HashSet<_> = styles.iter().map(|line| line.split('{').nth(1).unwrap()).collect();
    assert_eq!((styles.len(), looks.len()), (14, 14));
    all_inside(&svg);
}

#[test]
fn a_file_of_it() {
    let folder = Folder::new();
    let plot = plot(&[curve("a", &[1.0, 2.0])], View::default()).unwrap();
    let path = folder.path().join("curves.svg");
    plot.write_svg(&path).expect("written");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), plot.svg());
    assert!(plot.write_svg(&folder.path().join("nowhere/curves.svg")).is_err());
}
