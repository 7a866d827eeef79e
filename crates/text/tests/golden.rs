//! Temporary.
use salamander_text::*;
use std::hash::{DefaultHasher, Hash, Hasher};
fn h(x: &impl std::fmt::Debug) -> u64 {
    let mut s = DefaultHasher::new();
    format!("{x:?}").hash(&mut s);
    s.finish()
}
#[test]
fn golden() {
    let docs = || (0..97u32).map(|n| (0..n % 23).map(|k| 10 + (n * 7 + k) % 50).collect::<Vec<_>>());
    let d = Documents::new(docs(), 9, 8, 4, 2).unwrap();
    let c = Corruption { rate: 0.15, mask: 1, special: vec![0, 1], vocab_size: 60 };
    let m = Masked::new(docs(), c, 0, 6, 5, 3).unwrap();
    let mut out = vec![];
    for s in 0..60 {
        out.push(h(&d.batch_at(s)));
        out.push(h(&m.batch_at(s)));
    }
    out.extend(d.evaluation().map(|b| h(&b)));
    out.extend(m.evaluation().map(|b| h(&b)));
    for similar in [false, true] {
        let pairs = docs().zip(docs().skip(1)).collect();
        let p = Pairs::new(pairs, PairOptions { pad: 0, start: 1, end: 2, rows: 4, longest: 40, similar }, 8).unwrap();
        for s in 0..60 {
            out.push(h(&p.batch_at(s)));
        }
        out.extend(p.evaluation().map(|b| h(&b)));
    }
    let w = Windows::new((0..1000u32).collect::<Vec<_>>(), 8, 4, 5).unwrap();
    for s in 0..60 {
        out.push(h(&w.batch_at(s)));
    }
    println!("GOLDEN {} {:x}", out.len(), h(&out));
}
