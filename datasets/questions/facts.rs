//! What sentences of stories tell, as questions with their answers.

/// A sentence of the grammar, what can be asked about it, and the answer. The slots of all three stand for the same.
pub(super) struct Fact {
    pub(super) sentence: &'static str,
    pub(super) question: &'static str,
    pub(super) answer: &'static str,
}

const fn fact(sentence: &'static str, question: &'static str, answer: &'static str) -> Fact {
    Fact { sentence, question, answer }
}

/// Everything that is asked. Where a sentence says `he`, the answer is a name from before.
pub(super) const FACTS: &[Fact] = &[
    // Who goes where.
    fact("{time} {he} took it to the {place}.", "Where did {hero} take the {thing}?", "the {place}"),
    fact("{time} {he} took it to the {place}.", "Who took the {thing} to the {place}?", "{hero}"),
    fact("{time} {hero} went to the {place} with the {thing}.", "Who went to the {place}?", "{hero}"),
    fact("{time} {hero} went to the {place} with the {thing}.", "Where did {hero} go with the {thing}?", "the {place}"),
    fact("{time} {hero} went to the {place}.", "Who went to the {place}?", "{hero}"),
    fact("{time} {hero} walked to the {place} with {his} {kin}.", "Who walked to the {place}?", "{hero}"),
    fact(
        "{time} {hero} walked to the {place} with {his} {kin}.",
        "With whom did {hero} walk to the {place}?",
        "{his} {kin}",
    ),
    fact("{time} {hero} played {at} the {place}.", "Who played {at} the {place}?", "{hero}"),
    fact("{time} {hero} was {at} the {place}.", "Who was {at} the {place}?", "{hero}"),
    fact("{time} {he} went to {use} it {at} the {place}.", "Who went to {use} the {thing}?", "{hero}"),
    fact("{hero} took {friend} to the {place}.", "Who was taken to the {place}?", "{friend}"),
    fact("{hero} took {friend} to the {place}.", "Where did {hero} take {friend}?", "the {place}"),
    fact("{time} {hero} met {friend} {at} the {place}.", "Whom did {hero} meet?", "{friend}"),
    fact("{time} they met {at} the {place}.", "Where did they meet?", "the {place}"),
    fact("{time} they went to the {place}.", "Where did they go?", "the {place}"),
    fact("{time} they played {at} the {place}.", "Where did they play?", "the {place}"),
    // What is whose.
    fact("{He} had a {adjective} {thing}.", "What did {hero} have?", "a {adjective} {thing}"),
    fact("{hero} had a {adjective} {thing}.", "What did {hero} have?", "a {adjective} {thing}"),
    fact("{hero} brought a {adjective} {thing}.", "Who brought the {thing}?", "{hero}"),
    fact("{His} {kin} gave {him} a {adjective} {thing}.", "Who gave {hero} the {thing}?", "{His} {kin}"),
    fact("{He} got a {adjective} {thing} from {his} {kin}.", "Who gave {hero} the {thing}?", "{his} {kin}"),
    fact(
        "{He} liked to {use} {his} {adjective} {thing}.",
        "What did {hero} like to {use}?",
        "{his} {adjective} {thing}",
    ),
    fact("{He} wanted a {adjective} {thing}.", "What did {hero} want?", "a {adjective} {thing}"),
    fact("{He} dreamed of a {adjective} {thing}.", "What did {hero} dream of?", "a {adjective} {thing}"),
    fact("More than anything {he} wanted a {adjective} {thing}.", "Who wanted a {thing}?", "{hero}"),
    fact("{friend} had lost the {thing}.", "Who had lost the {thing}?", "{friend}"),
    fact("It was the {thing} of {friend}.", "Whose {thing} was it?", "{friend}"),
    fact("There {he} lost the {thing}.", "Who lost the {thing}?", "{hero}"),
    // Who does what.
    fact("{friend} found the {thing} {spot}.", "Who found the {thing}?", "{friend}"),
    fact("{friend} found the {thing} {spot}.", "Where was the {thing}?", "{spot}"),
    fact("They found the {thing} {spot}.", "Where was the {thing}?", "{spot}"),
    fact("The {thing} was {spot}!", "Where was the {thing}?", "{spot}"),
    fact("At last they saw it {spot}.", "Where was the {thing}?", "{spot}"),
    fact("A {adjective} {thing} lay {spot}.", "Where did the {thing} lie?", "{spot}"),
    fact("{He} asked {friend} for help.", "Whom did {hero} ask for help?", "{friend}"),
    fact("{friend} came to help.", "Who came to help?", "{friend}"),
    fact("{friend} brought some water.", "Who brought some water?", "{friend}"),
    fact("{friend} came with water and soap.", "Who came with water?", "{friend}"),
    fact("{friend} knew what to do.", "Who knew what to do?", "{friend}"),
    fact("So {he} helped {friend} {at} the {place}.", "Whom did {hero} help?", "{friend}"),
    fact("So {he} worked {at} the {place}.", "Where did {hero} work?", "the {place}"),
    fact("All summer {he} worked {at} the {place}.", "Where did {hero} work?", "the {place}"),
    fact("{hero} was the best friend of {friend}.", "Who was the best friend of {friend}?", "{hero}"),
    fact("{hero} lived next to {friend}.", "Who lived next to {friend}?", "{hero}"),
    fact("{hero} gave the {thing} to {friend}.", "Who got the {thing}?", "{friend}"),
    fact("{friend} took the {thing} away.", "Who took the {thing} away?", "{friend}"),
    fact("{friend} was afraid.", "Who was afraid?", "{friend}"),
    fact("They hid {spot}.", "Where did they hide?", "{spot}"),
    fact("They ran and sat {spot}.", "Where did they sit?", "{spot}"),
    fact("So {hero} told a story about a {animal}.", "Who told a story?", "{hero}"),
    fact("So {hero} sang a song about a {animal}.", "What was the song about?", "a {animal}"),
    // Animals.
    fact("{time} {he} met a {animal}.", "Whom did {hero} meet?", "a {animal}"),
    fact("{time} a {animal} sat {spot}.", "Where did the {animal} sit?", "{spot}"),
    fact("{time} {he} saw a {animal} {spot}.", "Where did {hero} see the {animal}?", "{spot}"),
    fact("{time} {he} found a little {animal} {spot}.", "Who found the {animal}?", "{hero}"),
    fact("{hero} gave it {food}.", "What did {hero} give the {animal}?", "{food}"),
    fact("{hero} gave {food} to the {animal}.", "Who got {food}?", "the {animal}"),
    fact("{He} ran home and got {food} for the {animal}.", "What did {hero} get for the {animal}?", "{food}"),
    fact("{His} {kin} had {food} for the {animal}.", "Who had {food} for the {animal}?", "{His} {kin}"),
];
