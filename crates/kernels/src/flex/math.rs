//! Functions of one number, written so that the compiler vectorises loops over them: no branch, no table, no call.

use crate::Activation;

/// Running sums kept side by side, so that a sum over a row is not one long chain of additions.
pub(super) const LANES: usize = 16;

/// `e^x`, within 2 ulp between -87 and 88; beyond, as at the border.
///
/// `x = n ln 2 + r`; `e^r` by a polynomial (Cephes), `2^n` into the exponent's bits.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2^23: adding it leaves the nearest whole number in the low bits
    let x = x.clamp(-87.0, 88.0);
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(2.121_944_4e-4, n.mul_add(-0.693_359_4, x));
    let mut p = 1.987_569_1e-4;
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = r.mul_add(p, c);
    }
    let e = p.mul_add(r * r, r + 1.0);
    f32::from_bits(e.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// `max(x, 0)`, of which what is no number stays none.
#[inline(always)]
pub(super) fn relu(x: f32) -> f32 {
    if x < 0.0 { 0.0 } else { x }
}

/// The value and the slope of `kind` at `x`.
#[inline(always)]
pub(super) fn bend(kind: Activation, x: f32) -> (f32, f32) {
    match kind {
        Activation::Identity => (x, 1.0),
        Activation::Relu => (relu(x), if x > 0.0 { 1.0 } else { 0.0 }),
        Activation::Gelu => gelu(x),
        Activation::GeluTanh => gelu_tanh(x),
        Activation::Silu => {
            let s = 1.0 / (1.0 + exp(-x));
            (x * s, s * (1.0 - s).mul_add(x, 1.0))
        }
        Activation::Tanh => {
            let y = tanh(x);
            (y, (-y).mul_add(y, 1.0))
        }
    }
}

/// `tanh x = 1 - 2 / (e^2x + 1)`, and its series near 0, where that difference loses digits.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    let far = 1.0 - 2.0 / (exp(2.0 * x) + 1.0);
    let x2 = x * x;
    let near = x * x2.mul_add(x2.mul_add(x2.mul_add(-17.0 / 315.0, 2.0 / 15.0), -1.0 / 3.0), 1.0);
    if x2 < 0.01 { near } else { far }
}

/// `x Φ(x)`: erf by Abramowitz and Stegun 7.1.26, within 1.5e-7.
#[inline(always)]
fn gelu(x: f32) -> (f32, f32) {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let e = exp(-z * z);
    let t = 1.0 / z.mul_add(0.327_591_1, 1.0);
    let mut p = 1.061_405_4;
    for c in [-1.453_152_1, 1.421_413_8, -0.284_496_72, 0.254_829_6] {
        p = t.mul_add(p, c);
    }
    let erf = (-(p * t)).mul_add(e, 1.0).copysign(x);
    let below = 0.5 * (1.0 + erf);
    const DENSITY: f32 = 0.398_942_3; // 1 / √(2π)
    (x * below, (x * DENSITY).mul_add(e, below))
}

/// `x/2 (1 + tanh u)`, `u = √(2/π) (x + 0.044715 x³)`.
#[inline(always)]
fn gelu_tanh(x: f32) -> (f32, f32) {
    const A: f32 = 0.797_884_6; // √(2/π)
    const B: f32 = 0.044_715;
    let x2 = x * x;
    let u = A * x * x2.mul_add(B, 1.0);
    let below = 1.0 - 1.0 / (exp(2.0 * u) + 1.0); // (1 + tanh u) / 2
    let slope_u = A * x2.mul_add(3.0 * B, 1.0);
    (x * below, (2.0 * x * slope_u * below).mul_add(1.0 - below, below))
}

/// All lanes in one, each half joined to the other: four steps, where one after the other would be fifteen.
#[inline(always)]
fn joined(mut lanes: [f32; LANES], join: impl Fn(f32, f32) -> f32) -> f32 {
    for half in [LANES / 2, LANES / 4, LANES / 8, LANES / 16] {
        let (low, high) = lanes.split_at_mut(half);
        low.iter_mut().zip(high).for_each(|(low, high)| *low = join(*low, *high));
    }
    lanes[0]
}

/// `Σ f(x)` over a row, in lanes.
#[inline(always)]
pub(super) fn sum(x: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    for x in whole {
        for (lane, &x) in lanes.iter_mut().zip(x) {
            *lane += f(x);
        }
    }
    joined(lanes, |a, b| a + b) + rest.iter().map(|&x| f(x)).sum::<f32>()
}

/// `Σ f(x, y)` over two rows, in lanes.
#[inline(always)]
pub(super) fn sum_two(x: &[f32], y: &[f32], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let ((xs, x_rest), (ys, y_rest)) = (x.as_chunks::<LANES>(), y.as_chunks::<LANES>());
    for (x, y) in xs.iter().zip(ys) {
        for (lane, (&x, &y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
            *lane += f(x, y);
        }
    }
    joined(lanes, |a, b| a + b) + x_rest.iter().zip(y_rest).map(|(&x, &y)| f(x, y)).sum::<f32>()
}

/// The largest of a row; minus infinity of an empty one.
#[inline(always)]
pub(super) fn max(x: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (whole, rest) = x.as_chunks::<LANES>();
    for x in whole {
        for (lane, &x) in lanes.iter_mut().zip(x) {
            *lane = larger(*lane, x);
        }
    }
    rest.iter().fold(joined(lanes, larger), |a, &b| larger(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_exp() {
        for i in -8_000..8_000 {
            let x = i as f32 / 100.0;
            let want = f64::from(x).exp();
            assert!((f64::from(exp(x)) - want).abs() <= 3e-7 * want, "e^{x}");
        }
        assert!(exp(-1000.0) < 1e-37 && exp(-1000.0) >= 0.0);
        assert_eq!(exp(0.0), 1.0);
    }

    #[test]
    fn what_is_no_number_stays_none() {
        use Activation::*;
        for kind in [Identity, Relu, Gelu, GeluTanh, Silu, Tanh] {
            assert!(bend(kind, f32::NAN).0.is_nan(), "{kind:?}");
        }
    }

    #[test]
    fn each_slope_is_its_values_slope() {
        use Activation::*;
        for kind in [Identity, Relu, Gelu, GeluTanh, Silu, Tanh] {
            for i in -600..600 {
                let x = i as f32 / 100.0 + 0.003;
                let h = 2e-3; // no step crosses the corner of relu
                let measured = (bend(kind, x + h).0 - bend(kind, x - h).0) / (2.0 * h);
                let slope = bend(kind, x).1;
                assert!((measured - slope).abs() < 1e-3, "{kind:?} at {x}: {slope} instead of {measured}");
            }
        }
    }

    #[test]
    fn hand_worked() {
        let check = |kind, x: f32, want: f32| {
            let got = bend(kind, x).0;
            assert!((got - want).abs() < 1e-5, "{kind:?}({x}) = {got}, not {want}");
        };
        check(Activation::GeluTanh, 1.0, 0.841_192);
        check(Activation::GeluTanh, 2.0, 1.954_598);
        check(Activation::GeluTanh, -2.0, -0.045_402);
        check(Activation::Gelu, 1.0, 0.841_345);
        check(Activation::Silu, 1.0, 0.731_059);
        check(Activation::Tanh, 0.05, 0.049_958);
        check(Activation::Tanh, 0.5, 0.462_117);
        check(Activation::Tanh, 30.0, 1.0);
        check(Activation::Tanh, -60.0, -1.0);
    }

    #[test]
    fn sums_and_maxima_of_any_length() {
        for n in [0, 1, 15, 16, 17, 40] {
            let x: Vec<f32> = (0..n).map(|i| i as f32).collect();
            assert_eq!(sum(&x, |x| x), x.iter().sum::<f32>());
            assert_eq!(sum_two(&x, &x, |a, b| a - b), 0.0);
            assert_eq!(max(&x), x.last().copied().unwrap_or(f32::NEG_INFINITY));
        }
    }
}
