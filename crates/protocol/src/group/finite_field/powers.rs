//! Exponentiations that share work. Variable time, for public values, except [`digit`].

use crypto_bigint::{
    Uint,
    modular::{ConstMontyForm, ConstMontyParams},
};

/// Bits of a digit of a sliding window.
const WINDOW: u32 = 4;
/// Digits of a window.
const SMALL_POWERS: usize = 1 << WINDOW;
/// Odd digits of a sliding window: 1, 3, ... 15.
const ODD_DIGITS: usize = 1 << (WINDOW - 1);

/// The `width < 64` bits of `x` from bit `at` on. Constant time in `x`.
pub(super) fn digit<const LIMBS: usize>(x: &Uint<LIMBS>, at: u32, width: u32) -> u64 {
    let words = x.as_words();
    let word = |index: u32| {
        usize::try_from(index)
            .ok()
            .and_then(|i| words.get(i))
            .copied()
            .unwrap_or(0)
    };
    let (index, offset) = (at / 64, at % 64);
    let low = word(index) >> offset;
    // Two shifts, since a shift by 64 is none.
    let high = (word(index + 1) << 1) << (63 - offset);
    (low | high) & ((1 << width) - 1)
}

/// `base^x` for each `x`, with one chain of squarings for all (Yao's method, odd windows).
pub(super) fn of_one_base<M: ConstMontyParams<N>, const N: usize, const LIMBS: usize>(
    base: &ConstMontyForm<M, N>,
    exponents: &[Uint<LIMBS>],
) -> Vec<ConstMontyForm<M, N>> {
    let bits = exponents.iter().map(Uint::bit_width_vartime).max().unwrap_or(0);
    let mut sums: Vec<_> = exponents.iter().map(Buckets::new).collect();
    let mut power = *base;
    for at in 0..bits {
        if at > 0 {
            power = power.square();
        }
        sums.iter_mut().for_each(|buckets| buckets.take(at, &power));
    }
    sums.iter().map(Buckets::product).collect()
}

/// For each odd digit, the product of the `base^(2^at)` at whose place `at` the exponent has this digit.
struct Buckets<'a, M: ConstMontyParams<N>, const N: usize, const LIMBS: usize> {
    exponent: &'a Uint<LIMBS>,
    /// First bit that no window has covered.
    next: u32,
    products: [Option<ConstMontyForm<M, N>>; ODD_DIGITS],
}

impl<'a, M: ConstMontyParams<N>, const N: usize, const LIMBS: usize> Buckets<'a, M, N, LIMBS> {
    fn new(exponent: &'a Uint<LIMBS>) -> Self {
        Self {
            exponent,
            next: 0,
            products: [None; ODD_DIGITS],
        }
    }

    fn take(&mut self, at: u32, power: &ConstMontyForm<M, N>) {
        if at < self.next {
            return;
        }
        let digit = digit(self.exponent, at, WINDOW);
        if digit & 1 == 0 {
            return;
        }
        self.next = at + WINDOW;
        let bucket = usize::try_from(digit / 2).ok().and_then(|i| self.products.get_mut(i));
        if let Some(bucket) = bucket {
            *bucket = Some(bucket.map_or(*power, |product| product.mul(power)));
        }
    }

    /// `∏ bucket_i^(2i+1)`: with `R_i = ∏_{j >= i} bucket_j`, it is `R_0 · (∏_{i >= 1} R_i)^2`.
    fn product(&self) -> ConstMontyForm<M, N> {
        let mut above = ConstMontyForm::ONE;
        let mut square_root = ConstMontyForm::ONE;
        for (i, bucket) in self.products.iter().enumerate().rev() {
            if let Some(bucket) = bucket {
                above = above.mul(bucket);
            }
            if i > 0 {
                square_root = square_root.mul(&above);
            }
        }
        square_root.square().mul(&above)
    }
}

/// `∏ base^x`, with one chain of squarings for all (Straus's method).
pub(super) fn product<M: ConstMontyParams<N>, const N: usize, const LIMBS: usize>(
    terms: &[(ConstMontyForm<M, N>, Uint<LIMBS>)],
) -> ConstMontyForm<M, N> {
    let bits = terms.iter().map(|(_, x)| x.bit_width_vartime()).max().unwrap_or(0);
    let tables: Vec<_> = terms
        .iter()
        .map(|(base, x)| (consecutive::<_, _, SMALL_POWERS>(base), x))
        .collect();
    let mut product = ConstMontyForm::<M, N>::ONE;
    for place in (0..bits.div_ceil(WINDOW)).rev() {
        product = product.square_repeat_vartime(WINDOW);
        for (table, x) in &tables {
            let digit = usize::try_from(digit(x, place * WINDOW, WINDOW)).unwrap_or_default();
            if let (1.., Some(power)) = (digit, table.get(digit)) {
                product = product.mul(power);
            }
        }
    }
    product
}

/// `base^0`, `base^1`, and so on.
pub(super) fn consecutive<M: ConstMontyParams<N>, const N: usize, const COUNT: usize>(
    base: &ConstMontyForm<M, N>,
) -> [ConstMontyForm<M, N>; COUNT] {
    let mut next = ConstMontyForm::ONE;
    std::array::from_fn(|_| {
        let power = next;
        next = power.mul(base);
        power
    })
}
