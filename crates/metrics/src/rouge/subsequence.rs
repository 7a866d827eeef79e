//! The longest common subsequence: words in the same order, others between them or not.

use std::collections::HashMap;

/// How long it is (Wagner and Fischer 1974, "The string-to-string correction problem"). Two rows of the table are kept.
pub(super) fn length<T: Eq>(one: &[T], other: &[T]) -> u64 {
    let mut row = vec![0; other.len() + 1];
    for item in one {
        row = next_row(&row, item, other);
    }
    row[other.len()]
}

/// How many words of the wanted lines are in a longest common subsequence with any predicted line, no word counting more
/// often than the prediction has it.
pub(super) fn union_hits(wanted: &[Vec<String>], predicted: &[Vec<String>]) -> u64 {
    let mut left: HashMap<&str, u64> = HashMap::new();
    predicted.iter().flatten().for_each(|word| *left.entry(word).or_default() += 1);
    let mut hits = 0;
    for line in wanted {
        let mut found = vec![false; line.len()];
        predicted.iter().for_each(|other| mark(line, other, &mut found));
        for (word, _) in line.iter().zip(found).filter(|(_, found)| *found) {
            if let Some(left) = left.get_mut(word.as_str()).filter(|left| **left > 0) {
                *left -= 1;
                hits += 1;
            }
        }
    }
    hits
}

/// Marks the items of `one` that are in a longest common subsequence with `other`. Of several as long it is the one that
/// is met from the end when, wherever both ways are as good, the item of `one` is left out.
fn mark<T: Eq>(one: &[T], other: &[T], found: &mut [bool]) {
    let mut table = vec![vec![0; other.len() + 1]];
    for (at, item) in one.iter().enumerate() {
        table.push(next_row(&table[at], item, other));
    }
    let (mut row, mut column) = (one.len(), other.len());
    while row > 0 && column > 0 {
        if one[row - 1] == other[column - 1] {
            found[row - 1] = true;
            (row, column) = (row - 1, column - 1);
        } else if table[row][column - 1] > table[row - 1][column] {
            column -= 1;
        } else {
            row -= 1;
        }
    }
}

/// The lengths for one more item, from those without it.
fn next_row<T: Eq>(row: &[u64], item: &T, other: &[T]) -> Vec<u64> {
    let mut next = vec![0; row.len()];
    for (column, counterpart) in other.iter().enumerate() {
        next[column + 1] = if item == counterpart { row[column] + 1 } else { next[column].max(row[column + 1]) };
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        text.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn lengths_by_hand() {
        for (one, other, want) in [
            ("", "a", 0),
            ("a b c d", "a b c d", 4),
            ("police killed the gunman", "police kill the gunman", 3),
            ("a b", "b a", 1),
        ] {
            assert_eq!(length(&split(one), &split(other)), want, "{one:?} {other:?}");
        }
    }

    #[test]
    fn the_union_is_that_of_the_paper() {
        // Lin 2004, section 3.2: w1 w2 and w1 w3 w5 unite to w1 w2 w3 w5, 4 of 5.
        let predicted = [split("w1 w2 w6 w7 w8"), split("w1 w3 w8 w9 w5")];
        assert_eq!(union_hits(&[split("w1 w2 w3 w4 w5")], &predicted), 4);
    }

    #[test]
    fn no_word_counts_more_often_than_it_is_predicted() {
        assert_eq!(union_hits(&[split("a b"), split("a c")], &[split("a")]), 1);
        assert_eq!(union_hits(&[split("a b"), split("a c")], &[split("a"), split("a")]), 2);
    }

    #[test]
    fn of_two_as_long_the_first_words_are_marked() {
        let mut found = [false; 2];
        mark(&split("a b"), &split("b a"), &mut found);
        assert_eq!(found, [true, false]);
    }
}
