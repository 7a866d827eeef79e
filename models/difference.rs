//! In what two models differ.

use serde_json::Value;

use crate::ModelConfig;

/// What is asked of a model only while it is trained.
const OF_TRAINING: [&str; 3] = ["dropout", "init", "regulariser"];

/// A setting that two models have different.
#[derive(Debug, PartialEq)]
pub(crate) struct Difference {
    /// Which, as a recipe calls it.
    pub(crate) setting: String,
    /// What the first has.
    pub(crate) one: String,
    /// What the second has.
    pub(crate) other: String,
}

/// The first setting that two models have different, if they do not compute the same when they are trained.
pub(crate) fn difference(one: &ModelConfig, other: &ModelConfig) -> Option<Difference> {
    match [one, other].map(serde_json::to_value) {
        [Ok(one), Ok(other)] => between("", &one, &other),
        // What cannot be written down cannot be compared.
        _ => Some(Difference { setting: "family".into(), one: one.family().into(), other: other.family().into() }),
    }
}

fn between(setting: &str, one: &Value, other: &Value) -> Option<Difference> {
    let (Value::Object(ones), Value::Object(others)) = (one, other) else {
        let shown = |value: &Value| if value.is_null() { "nothing".into() } else { value.to_string() };
        return (one != other).then(|| Difference { setting: setting.into(), one: shown(one), other: shown(other) });
    };
    let keys = ones.keys().chain(others.keys().filter(|key| !ones.contains_key(*key)));
    let mut counted = keys.filter(|key| !OF_TRAINING.contains(&key.as_str()));
    counted.find_map(|key| {
        let [one, other] = [ones, others].map(|table| table.get(key).unwrap_or(&Value::Null));
        between(&if setting.is_empty() { key.clone() } else { format!("{setting}.{key}") }, one, other)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_first_is_named_and_those_of_training_are_not() {
        let between =
            |one, other| between("", &one, &other).map(|it| format!("{}: {}, {}", it.setting, it.one, it.other));
        let one = json!({ "a": { "b": 1.5, "dropout": 0.1 }, "init": { "kind": "xavier" }, "n": 2 });
        assert_eq!(between(one.clone(), one.clone()), None);
        let trained = json!({ "a": { "b": 1.5, "dropout": 0.2 }, "n": 2, "init": 1 });
        assert_eq!(between(one.clone(), trained), None);
        let narrow = json!({ "a": { "b": 1.0 }, "n": 3 });
        assert_eq!(between(one.clone(), narrow).as_deref(), Some("a.b: 1.5, 1.0"));
        let more = json!({ "a": { "b": 1.5 }, "n": 2, "scale": 2.0 });
        assert_eq!(between(one.clone(), more.clone()).as_deref(), Some("scale: nothing, 2.0"));
        assert_eq!(between(more, one).as_deref(), Some("scale: 2.0, nothing"));
    }
}
