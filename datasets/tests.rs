//! The table of data sets: every line leads to a set with a card, and what is said of a set is understood or refused.

use std::{collections::HashSet, fs, path::Path};

use super::*;

fn refused(name: &str, options: &Options) -> String {
    load(name, options, &mut |_| {}).unwrap_err().to_string()
}

#[test]
fn an_unknown_name_gets_the_nearest() {
    let message = refused("storys", &Options::default());
    let names = ALL.iter().map(|set| set.name).collect::<Vec<_>>().join(", ");
    assert_eq!(message, format!("there is no data set `storys`; did you mean `stories`? There are: {names}"));
    let message = refused("imagenet", &Options::default());
    assert_eq!(message, format!("there is no data set `imagenet`. There are: {names}"));
}

#[test]
fn every_data_set_has_a_card_and_a_name_of_its_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: HashSet<String> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("mod.rs").is_file())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    for set in ALL {
        let card = fs::read_to_string(root.join(set.name).join("README.md")).unwrap();
        for part in ["Source", "Licence", "Form", "Split", "Expected counts"] {
            assert!(card.contains(&format!("**{part}**")), "the card of {} has no {part}", set.name);
        }
        for word in set.variants.iter().chain(set.sizes.iter().map(|size| &size.name)) {
            assert!(card.contains(&format!("`{word}`")), "the card of {} does not explain `{word}`", set.name);
        }
        if set.origin == Origin::Generated {
            assert!(card.contains("**Oracle**"), "the card of {} has no oracle", set.name);
        }
        assert!(folders.remove(set.name), "{} is there twice, or has no folder", set.name);
    }
    assert!(folders.is_empty(), "not in the table: {folders:?}");
}

#[test]
fn the_table_can_be_read() {
    for set in ALL {
        assert!((10..=110).contains(&set.summary.chars().count()), "{}: {}", set.name, set.summary);
        assert!(set.name.len() <= 16 && !set.summary.ends_with('.'), "{}", set.name);
        assert!(set.sizes.iter().all(|size| (size.least..=size.most).contains(&size.default)), "{}", set.name);
    }
    assert_eq!(format!("{:<10}|", Origin::Generated), "generated |");
}

#[test]
fn a_file_takes_the_place_of_what_would_be_generated() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.txt");
    let lines: String = (0..100).map(|number| format!("{number}\tno. {number}\n")).collect();
    fs::write(&path, &lines).unwrap();
    let table = folder.path().join("mine.csv");
    fs::write(&table, (0..100).map(|number| format!("{number},no. {}\n", number % 2)).collect::<String>()).unwrap();
    for set in ALL.iter().filter(|set| set.origin != Origin::Real) {
        let columns = if set.shape == Shape::Labelled { vec!["1".into(), "2".into()] } else { Vec::new() };
        let data = if set.shape == Shape::Labelled { &table } else { &path };
        let options = Options { data: Some(data.clone()), columns, ..Options::default() };
        match (set.shape, set.load(&options, &mut |_| {})) {
            (Shape::Text, Ok(Corpus::Text(text))) => assert_eq!(text.train.concat() + &text.validation[0], lines),
            (Shape::Pairs, Ok(Corpus::Pairs(pairs))) => {
                assert_eq!(pairs.train[0].1, format!("no. {}", pairs.train[0].0))
            }
            (Shape::Labelled, Ok(Corpus::Labelled { classes, .. })) => assert_eq!(classes, ["no. 0", "no. 1"]),
            (Shape::Tagged | Shape::Questions, Err(Error::Meaningless { option: "`--data`", .. })) => {}
            (shape, other) => panic!("{} is not made of {shape}: {other:?}", set.name),
        }
    }
}

#[test]
fn what_means_nothing_for_a_set_is_refused() {
    let said = Options::default;
    let path = || Some("mine.txt".into());
    for (name, options, complaint) in [
        ("stories", Options { variant: Some("x".into()), ..said() }, "has no variant `x`; there is but one"),
        ("copy", Options { variant: Some("x".into()), ..said() }, "has no variant `x`; there are: fixed, varied"),
        ("stories", Options { sizes: [("digits".into(), 3)].into(), ..said() }, "has no size digits = 3; it has none"),
        (
            "addition",
            Options { sizes: [("digits".into(), 19)].into(), ..said() },
            "has no size digits = 19; there are: digits (digits of each number, 1 to 18)",
        ),
        ("stories", Options { target: path(), data: path(), ..said() }, "takes no `--target`: it is not made of pairs"),
        ("dialect", Options { target: path(), ..said() }, "takes no `--target`: without `--data`"),
        ("dialect", Options { columns: vec!["a".into()], ..said() }, "takes no `--column`: without `--data`"),
        ("multi30k", Options { target: path(), data: path(), ..said() }, "takes no `--target`: the form of its files"),
        ("sst2", Options { columns: vec!["a".into()], data: path(), ..said() }, "takes no `--column`: the form of"),
        ("tags", Options { data: path(), ..said() }, "takes no `--data`: no file can take the place"),
        (
            "copy",
            Options { data: path(), variant: Some("varied".into()), ..said() },
            "takes no `--data`: its variants and sizes",
        ),
    ] {
        let message = refused(name, &options);
        assert!(message.starts_with(&format!("the data set `{name}` {complaint}")), "{message}");
    }
    for name in ["text", "pairs", "labelled"] {
        let options = Options { columns: vec!["a".into()], ..said() };
        let expected = format!("the data set `{name}` is a file of yours: give its path with `--data FILE`");
        assert_eq!(refused(name, &options), expected);
    }
}

/// Every set that is generated, of one seed and the next: the same for ever, and not the same.
#[test]
fn generated_sets_hang_on_their_seed_alone() {
    for set in ALL.iter().filter(|set| set.origin == Origin::Generated) {
        let load = |seed| set.load(&Options { seed, ..Options::default() }, &mut |_| panic!("a download")).unwrap();
        let first = load(1);
        assert_eq!(first, load(1), "{}", set.name);
        assert_ne!(first, load(2), "{}", set.name);
    }
}
