//! Both forms of the files are read, and what is there is all there.

use std::collections::HashSet;

use super::*;
use crate::fetch::by_hand;

#[test]
fn the_counts_are_those_of_the_card() {
    let Some(Corpus::Labelled { splits, classes }) = by_hand(&DATA_SET, None) else { return };
    assert_eq!((splits.counts(), classes.len()), ([4_000, 999, 0], 4));
    let texts = |news: &[Labelled]| news.iter().map(|news| news.text.clone()).collect::<HashSet<_>>();
    assert!(texts(&splits.train).is_disjoint(&texts(&splits.validation)));
    let counts: Vec<_> = (0..4).map(|label| splits.train.iter().filter(|news| news.label == label).count()).collect();
    assert_eq!(counts, [1_020, 1_006, 1_020, 954]);
}

#[test]
fn titles_and_descriptions_are_one_text() {
    let folder = tempfile::tempdir().unwrap();
    for (name, lines) in [("train.csv", 100), ("test.csv", 10)] {
        let line =
            |number: usize| format!("\"{}\",\"Title {name} {number}\",\"It \"\"says\"\" so.\"\n", 1 + number % 4);
        std::fs::write(folder.path().join(name), (0..lines).map(line).collect::<String>()).unwrap();
    }
    let data = Some(folder.path().to_owned());
    let options = Options { data, variant: Some(FULL.into()), ..Options::default() };
    let Corpus::Labelled { splits, .. } = DATA_SET.load(&options, &mut |_| {}).unwrap() else { panic!("not labelled") };
    assert_eq!(splits.counts(), [95, 5, 10]);
    assert_eq!(splits.test[3], Labelled { text: "Title test.csv 3 It \"says\" so.".into(), label: 3 });
}

#[test]
fn a_label_that_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.csv");
    std::fs::write(&path, "1,a,b\n5,a,b\n").unwrap();
    let error = official(&path).unwrap_err().to_string();
    assert!(error.contains("test.csv:2: `4` is no label"), "{error}");
}
