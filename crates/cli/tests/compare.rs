//! The verb `compare` end to end.

mod support;

use std::fs;

use support::{fails, salamander, text, works};

const SMALL: [&str; 8] =
    ["--set", "plan.steps=6", "--set", "plan.batch_size=4", "--set", "plan.evaluate.every=3", "--most", "2"];

#[test]
fn a_comparison_says_what_may_be_said_and_makes_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let call = [&["compare", "sorter", "sorter:size.n_layers=1", "--seeds", "2"], &SMALL[..]].concat();
    let said = works(folder.path(), &call);
    for part in ["loss on sort", "matched: ", "sorter:size.n_layers=1", "± ", "100.0 %"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(said.contains(" beats ") || said.contains("cannot be told apart with 2 seeds"), "{said}");
    let kept = folder.path().join("comparisons/sort-flops");
    for file in ["report.html", "results.json", "results.csv", "tokenizer.json"] {
        assert!(kept.join(file).is_file(), "{file}");
    }
    let again = salamander(folder.path(), &call);
    assert_eq!(text(&again.stderr).matches("(known)").count(), 4, "{}", text(&again.stderr));
    assert_eq!(text(&again.stdout), said);
    // What is kept are runs like any other.
    let listed = works(folder.path(), &["runs", "--in", "comparisons/sort-flops"]);
    assert_eq!(listed.matches("complete").count(), 4, "{listed}");
}

#[test]
fn a_sweep_is_a_model_for_each_value() {
    let folder = tempfile::tempdir().expect("a folder");
    let call =
        ["compare", "sorter", "--vary", "size.n_heads=1,3", "--match", "tokens", "--budget", "500", "--seeds", "1"];
    let said = works(folder.path(), &[&call, &SMALL[..]].concat());
    assert!(said.contains("sorter:size.n_heads=1") && said.contains("sorter:size.n_heads=3"), "{said}");
    assert!(said.contains("one seed tells no difference from chance"), "{said}");
}

#[test]
fn what_cannot_be_meant_is_a_slip_of_the_caller() {
    let folder = tempfile::tempdir().expect("a folder");
    let slip = |arguments: &[&str]| fails(folder.path(), &[&["compare"], arguments].concat(), 2);
    assert!(slip(&["sortre"]).contains("did you mean `sorter`"));
    assert!(slip(&["sorter", "sorter"]).contains("takes part twice"));
    assert!(slip(&["sorter:size.layers=1"]).contains("unknown field `layers`"));
    assert!(slip(&["sorter", "--vary", "size.n_heads"]).contains("has no `=`"));
    assert!(slip(&["sorter", "--match", "time"]).contains("--budget of seconds is needed"));
    assert!(slip(&["sorter", "--dataset", "dialekt"]).contains("did you mean `dialect`"));
    assert!(
        slip(&["bert-nano", "--dataset", "recall", "--set", "data.task.kind=causal"]).contains("cannot do `causal`")
    );
    // What clap itself refuses.
    for bad in [&["sorter", "--match", "speed"][..], &["sorter", "--budget", "much"], &["sorter", "--seeds", "0"], &[]]
    {
        let said = salamander(folder.path(), &[&["compare"], bad].concat());
        assert_eq!(said.status.code(), Some(2), "{bad:?}");
    }
    assert!(fs::read_dir(folder.path()).expect("a folder").next().is_none(), "nothing was made");
}
