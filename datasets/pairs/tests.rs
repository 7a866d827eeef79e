//! Pairs are read in every form they come in, and no source is in two parts.

use super::*;

fn pairs_of(contents: &str) -> Result<Vec<Pair>, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pairs.tsv");
    std::fs::write(&path, contents).unwrap();
    open(&path)
}

fn numbered(range: std::ops::Range<usize>) -> String {
    range.map(|number| format!("{number}\t-{number}\n")).collect()
}

#[test]
fn pairs_are_read_whatever_stands_around_them() {
    let contents = format!("Go.\tVa !\tCC-BY 2.0\r\n\n a b \t c\r\n{}", numbered(0..20));
    let pairs = pairs_of(&contents).unwrap();
    assert_eq!(pairs.len(), 22);
    assert_eq!(pairs[0], ("Go.".into(), "Va !".into()));
    assert_eq!(pairs[1], ("a b".into(), "c".into()));
}

#[test]
fn a_wrong_line_is_named() {
    for (line, problem) in [("no tab", "no tab"), ("\ttarget", "source is empty"), ("source\t ", "target is empty")] {
        let error = pairs_of(&format!("a\tb\n\n{line}\n")).unwrap_err().to_string();
        assert!(error.contains(".tsv:3: ") && error.contains(problem), "{error}");
    }
    assert!(matches!(pairs_of(&numbered(0..19)), Err(Error::TooShort { found: 19, least: 20, .. })));
    let same = "a\tb\n".repeat(30);
    assert!(matches!(pairs_of(&same), Err(Error::TooShort { found: 1, unit: "different sources", .. })));
}

#[test]
fn no_source_is_in_two_parts_and_nothing_is_lost() {
    for count in [20, 39, 1000] {
        // Each source twice, with different targets.
        let pairs: Vec<Pair> = (0..2 * count).map(|n| (format!("source {}", n % count), n.to_string())).collect();
        let parts = split(pairs);
        let sources = |pairs: &[Pair]| pairs.iter().map(|(source, _)| source.clone()).collect::<HashSet<_>>();
        let [train, validation, test] = [&parts.train, &parts.validation, &parts.test].map(|part| sources(part));
        assert_eq!(parts.train.len() + parts.validation.len() + parts.test.len(), 2 * count);
        assert_eq!(train.len() + validation.len() + test.len(), count);
        assert_eq!((validation.len(), test.len()), (count / 20, count / 20));
        assert!(train.is_disjoint(&validation) && train.is_disjoint(&test) && validation.is_disjoint(&test));
    }
}

/// Loads the first of these files, by name and contents, in a folder of its own; the second is the target if there is one.
fn load(files: &[(&str, String)], columns: &[&str]) -> Result<Splits<Pair>, Error> {
    let folder = tempfile::tempdir().unwrap();
    let paths: Vec<_> = files.iter().map(|(name, _)| folder.path().join(name)).collect();
    files.iter().zip(&paths).for_each(|((_, contents), path)| std::fs::write(path, contents).unwrap());
    let columns = columns.iter().map(|column| column.to_string()).collect();
    let (data, target) = (paths.first().cloned(), paths.get(1).cloned());
    let options = Options { data, target, columns, ..Options::default() };
    match DATA_SET.load(&options, &mut |_| {})? {
        Corpus::Pairs(pairs) => Ok(pairs),
        other => panic!("{other:?}"),
    }
}

fn sorted(splits: Splits<Pair>) -> Vec<Pair> {
    let mut all: Vec<_> = [splits.train, splits.validation, splits.test].concat();
    all.sort_by_key(|(source, _)| source.parse::<usize>().unwrap_or_default());
    all
}

#[test]
fn the_same_pairs_come_out_of_every_form() {
    let expected = sorted(load(&[("pairs.tsv", numbered(0..40))], &[]).unwrap());
    assert_eq!(expected.len(), 40);
    let each = |line: fn(usize) -> String| (0..40).map(line).collect::<String>();
    let csv = format!("target,source\n{}", each(|n| format!("\"-{n}\",{n}\n")));
    let tsv = format!("id\ten\tde\n{}", each(|n| format!("x\t{n}\t-{n}\n")));
    let jsonl = each(|n| format!("{{\"source\": {n}, \"target\": \"-{n}\"}}\n"));
    let sources = each(|n| format!("{n}\n"));
    let targets = each(|n| format!("-{n}\r\n"));
    let check = |files: &[(&str, String)], columns: &[&str]| {
        assert_eq!(sorted(load(files, columns).unwrap()), expected, "{} {columns:?}", files[0].0);
    };
    check(&[("pairs.csv", csv)], &[]);
    check(&[("pairs.tsv", tsv.clone())], &["en", "de"]);
    check(&[("pairs.txt", tsv)], &["en", "3"]);
    check(&[("pairs.tsv", format!("target\tsource\n{}", each(|n| format!("-{n}\t{n}\n"))))], &[]);
    check(&[("pairs.tsv", numbered(0..40))], &["1", "2"]);
    check(&[("pairs.jsonl", jsonl)], &[]);
    check(&[("train.en", sources), ("train.de", targets)], &[]);
    check(&[("swapped.tsv", each(|n| format!("-{n}\t{n}\n")))], &["2", "1"]);
}

#[test]
fn files_that_are_not_parallel_are_refused() {
    let lines = |range: std::ops::Range<usize>| range.map(|n| format!("{n}\n")).collect::<String>();
    let error = load(&[("a.en", lines(0..30)), ("a.de", lines(0..29))], &[]).unwrap_err().to_string();
    assert!(error.contains("a.en has 30 lines") && error.contains("a.de has 29:"), "{error}");
    let error = load(&[("a.en", lines(0..30)), ("a.de", lines(0..30).replace("\n7\n", "\n\n"))], &[]);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("a.de:8: ") && error.contains("is empty"), "{error}");
    let error = load(&[("a.en", lines(0..30)), ("a.de", lines(0..30))], &["en", "de"]).unwrap_err().to_string();
    assert_eq!(error, "the data set `pairs` takes no `--column`: parallel files have no columns");
}

#[test]
fn lines_empty_in_both_files_are_left_out() {
    let lines = "1\n\n".repeat(2) + &(0..20).map(|n| format!("{n}\n")).collect::<String>();
    assert_eq!(sorted(load(&[("a.en", lines.clone()), ("a.de", lines)], &[]).unwrap()).len(), 22);
}
