//! What cannot be compared, and is said in a sentence.

use std::{
    fs,
    path::{Path, PathBuf},
};

use salamander_compare::*;

use crate::{run, study};

#[test]
fn who_wants_other_data_cannot_take_part() {
    let folder = tempfile::tempdir().unwrap();
    let with = |models: &[&str]| run(&study(models, Matched::Tokens, Some(40.0), folder.path())).0;
    let batches = ["plan.batch_size=2", "plan.batch_tokens=99", "plan.seq_len=5", "plan.accumulate=2"];
    for own in ["data.tokenizer=bytes", "data.seed=7", "data.path=/elsewhere.txt"].into_iter().chain(batches) {
        let said = with(&["sorter", &format!("sorter:{own}")]).unwrap_err().to_string();
        assert!(said.contains(own) && said.contains("--set"), "{said}");
    }
    // What the first says of its data and batches, it says of everybody's.
    let sized = "sorter:data.sizes.length=4:plan.accumulate=2";
    let results = with(&[sized, &format!("narrow={sized}:size.d_model=24"), "sorter:size.n_heads=1"]).unwrap();
    assert!(results.entries.iter().all(|entry| entry.recipe.plan.accumulate == 2));
}

#[test]
fn what_the_study_decides_no_recipe_does() {
    let folder = tempfile::tempdir().unwrap();
    let usual = study(&["sorter"], Matched::Tokens, Some(40.0), folder.path());
    let check = |setting: &str, value: &str, remedy: &str| {
        let own = Contender::parse(&format!("own=sorter:{setting}={value}")).unwrap();
        let among = Study { contenders: [usual.contenders.clone(), vec![own]].concat(), ..usual.clone() };
        let mut of_all = usual.clone();
        of_all.settings.push((setting.into(), value.into()));
        for (study, who) in [(among, "`own`: "), (of_all, "`--set`: ")] {
            let said = run(&study).0.unwrap_err().to_string();
            assert!(said.starts_with(who) && said.contains(setting) && said.contains(remedy), "{said}");
        }
    };
    check("plan.limit.tokens", "10", "--budget");
    check("plan.limit.minutes", "0.5", "--budget");
    check("plan.evaluate.patience", "1", "--budget");
    check("plan.seed", "7", "--seeds");
    let many = Budget { matched: Matched::Parameters, amount: Some(1e15) };
    let said = run(&Study { budget: many, ..usual }).0.unwrap_err().to_string();
    assert_eq!(said, "--budget is 1.000e15 parameters; a model here has at most 1,000,000,000,000");
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing was made");
}

#[test]
fn what_cannot_be_compared_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let said = |study: Study| run(&study).0.unwrap_err().to_string();
    let usual = || study(&["sorter"], Matched::Tokens, None, folder.path());
    let twice = study(&["sorter", "sorter"], Matched::Tokens, None, folder.path());
    assert_eq!(said(twice), "`sorter`: it takes part twice");
    assert!(said(Study { contenders: vec![], ..usual() }).contains("nobody takes part"));
    assert!(said(Study { seeds: vec![1, 1], ..usual() }).contains("none twice"));
    assert!(said(Study { tune: vec![0.5, 1.0, 0.5], ..usual() }).contains("0.5 is tried twice"));
    let time = Budget { matched: Matched::Time, amount: None };
    assert!(said(Study { budget: time, ..usual() }).contains("--budget of seconds is needed"));
    assert!(said(Study { dataset: Some("dialekt".into()), ..usual() }).contains("did you mean `dialect`"));
    let score = Study { metric: Some("mcc".into()), ..usual() };
    assert!(said(score.clone()).contains("not all are measured by `mcc`; they are by: accuracy, bleu"));
    assert!(run(&score).1.is_empty(), "nobody was trained for that");
    let other = study(&["bert-nano:data.task.kind=causal"], Matched::Tokens, None, folder.path());
    assert!(said(other).contains("cannot do `causal`"));
    // A file that says something else than it should.
    let entry = walk(folder.path());
    fs::write(&entry, "{").unwrap();
    assert!(said(usual()).contains("delete it, and it is made again"));
}

fn walk(folder: &Path) -> PathBuf {
    let inner = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_dir()).unwrap();
    inner.join("entry.json")
}
