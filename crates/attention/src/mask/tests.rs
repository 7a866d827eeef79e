//! Masks as they are drawn.

use super::*;

/// Draws the mask of one sequence: `#` visible, `.` hidden.
fn draw(mask: &Mask, t: usize, s: usize) -> Vec<String> {
    drawn(mask.realise(t, s, &Device::flex()), t, s)
}

fn drawn(realised: Realised, t: usize, s: usize) -> Vec<String> {
    let hidden =
        realised.hidden.map(|hidden| hidden.expand([1, 1, t, s]).into_data().iter::<bool>().collect::<Vec<_>>());
    let visible = |r: usize, j: usize| {
        let i = (r + s).saturating_sub(t);
        let far = realised.reach.left.is_some_and(|left| j + left < i)
            || realised.reach.right.is_some_and(|right| j > i + right);
        !far && hidden.as_ref().is_none_or(|hidden| !hidden[r * s + j])
    };
    (0..t).map(|r| (0..s).map(|j| if visible(r, j) { '#' } else { '.' }).collect()).collect()
}

#[test]
fn as_drawn() {
    let window = Mask::Window { left: 1, right: 1 };
    let padding = Mask::padding(vec![vec![false, false, false, true]]);
    assert_eq!(draw(&Mask::None, 2, 3), ["###", "###"]);
    assert_eq!(draw(&Mask::Causal, 4, 4), ["#...", "##..", "###.", "####"]);
    assert_eq!(draw(&window, 4, 4), ["##..", "###.", ".###", "..##"]);
    assert_eq!(draw(&Mask::prefix(vec![2]), 4, 4), ["##..", "##..", "###.", "####"]);
    assert_eq!(draw(&padding, 2, 4), ["###.", "###."]);
    assert_eq!(draw(&Mask::within(vec![vec![0, 0, 1, 1]]), 4, 4), ["##..", "##..", "..##", "..##"]);
}

#[test]
fn parts_do_not_see_each_other() {
    let parts = |row: &[i64]| Mask::within(vec![row.to_vec()]);
    // A number is a name: parts need not lie together, nor count up.
    assert_eq!(draw(&parts(&[7, 2, 7]), 3, 3), ["#.#", ".#.", "#.#"]);
    assert_eq!(draw(&parts(&[0, 1, 1]).and(Mask::Causal), 3, 3), ["#..", ".#.", ".##"]);
    assert_eq!(draw(&parts(&[0, 1]), 2, 4), [".###", ".###"], "what is written goes on with the last part");
    assert!(matches!(Mask::within(vec![vec![3, 3], vec![4, 4], vec![]]), Mask::None));
    assert!(matches!(Mask::within(vec![vec![3, 3], vec![4, 5]]), Mask::Within { .. }));
}

#[test]
fn a_memory_is_seen_part_by_part() {
    let across = |asking: &Mask, first, t| {
        let padding = Mask::padding(vec![vec![true, false, false]]);
        let memory = Mask::within(vec![vec![0, 0, 1]]).and(padding);
        drawn(memory.realise_across(asking, first, t, 3, &Device::flex()), t, 3)
    };
    let asking = Mask::Causal.and(Mask::within(vec![vec![0, 1, 1, 1]]));
    assert_eq!(across(&asking, 0, 4), [".#.", "..#", "..#", "..#"]);
    assert_eq!(across(&asking, 1, 1), ["..#"]);
}

#[test]
#[should_panic(expected = "which part each token that looks at it is in")]
fn a_memory_with_parts_needs_queries_with_parts() {
    Mask::within(vec![vec![0, 1]]).realise_across(&Mask::Causal, 0, 1, 2, &Device::flex());
}

#[test]
fn a_step_stands_at_the_end() {
    assert_eq!(draw(&Mask::Causal, 1, 4), ["####"]);
    assert_eq!(draw(&Mask::Causal, 2, 4), ["###.", "####"]);
    assert_eq!(draw(&Mask::Window { left: 1, right: 0 }, 1, 4), ["..##"]);
    let padding = Mask::padding(vec![vec![true, false]]);
    assert_eq!(draw(&padding, 1, 4), [".###"], "what was generated after the padded prompt is real");
}

#[test]
fn both_at_once() {
    let padding = Mask::padding(vec![vec![true, false, false, false]]);
    let both = Mask::Causal.and(Mask::Window { left: 1, right: 1 }).and(padding);
    assert_eq!(draw(&both, 4, 4), ["....", ".#..", ".##.", "..##"]);
    assert!(matches!(Mask::padding(vec![vec![false; 4]]), Mask::None));
}
